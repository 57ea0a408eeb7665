// What `Tests/Benchmarks/pixels` measures, on one processor: zstd alone, the filter with zstd, and JPEG-LS by CharLS.
//
//     pixels-benchmark FILE COLUMNS ROWS FRAMES BYTES STORED SIGNED COMPONENTS PLANAR BAND LEVEL AVX2
//
// FILE has nothing but pixels, in frames; BAND is the number of rows that are filtered together. One line comes back: bytes of
// zstd -3, zstd -19, JPEG-LS, the filter with zstd -LEVEL, and zstd -3 of the filtered bytes; then seconds of encoding: JPEG-LS,
// filter, zstd -LEVEL of what was filtered, zstd -3 alone; then of decoding: JPEG-LS, filter, zstd.
#include "CPixelFilter.h"

#include <charls/charls.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zstd.h>

enum { rounds = 7 };

static void require(bool holds, const char *what) {
  if (holds) return;
  fprintf(stderr, "pixels-benchmark: %s\n", what);
  exit(1);
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return time.tv_sec + time.tv_nsec * 1e-9;
}

static int compare(const void *a, const void *b) {
  double one = *(const double *)a, other = *(const double *)b;
  return (one > other) - (one < other);
}

static double median(double times[rounds]) {
  qsort(times, rounds, sizeof times[0], compare);
  return times[rounds / 2];
}

typedef struct {
  uint8_t *bytes;
  size_t count, capacity;
} buffer;

static buffer make(size_t capacity) { return (buffer){.bytes = calloc(1, capacity), .capacity = capacity}; }

static void compress(ZSTD_CCtx *context, const uint8_t *bytes, size_t count, ZSTD_EndDirective directive, buffer *to) {
  ZSTD_inBuffer in = {bytes, count, 0};
  ZSTD_outBuffer out = {to->bytes, to->capacity, to->count};
  size_t rest;
  do {
    rest = ZSTD_compressStream2(context, &out, &in, directive);
    require(!ZSTD_isError(rest), "zstd fails");
  } while (rest > 0);
  to->count = out.pos;
}

static void begin(ZSTD_CCtx *context, int level, buffer *to) {
  ZSTD_CCtx_reset(context, ZSTD_reset_session_and_parameters);
  ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level);
  to->count = 0;
}

// JPEG-LS of every frame, and back.
static size_t jpeg_ls(
    const uint8_t *pixels, size_t frames, size_t frame, const cpixelfilter_shape *shape, uint32_t rows, int stored,
    double *encoding, double *decoding) {
  uint8_t *source = malloc(frame), *back = malloc(frame), *result = malloc(2 * frame + 1024);
  size_t total = 0;
  *encoding = *decoding = 0;
  for (size_t i = 0; i < frames; i++) {
    memcpy(source, pixels + i * frame, frame);
    // JPEG-LS knows no sign: as DCMTK and GDCM hand it over.
    if (shape->is_signed && shape->bytes == 2)
      for (size_t j = 0; j < frame / 2; j++) ((uint16_t *)source)[j] &= (1u << stored) - 1;
    double start = now();
    charls_jpegls_encoder *encoder = charls_jpegls_encoder_create();
    charls_frame_info info = {shape->columns, rows, stored, (int32_t)shape->components};
    charls_jpegls_encoder_set_frame_info(encoder, &info);
    if (shape->components == 3 && !shape->is_planar) {
      charls_jpegls_encoder_set_interleave_mode(encoder, CHARLS_INTERLEAVE_MODE_LINE);
      charls_jpegls_encoder_set_color_transformation(encoder, CHARLS_COLOR_TRANSFORMATION_HP1);
    }
    charls_jpegls_encoder_set_destination_buffer(encoder, result, 2 * frame + 1024);
    size_t count = 0;
    require(charls_jpegls_encoder_encode_from_buffer(encoder, source, frame, 0) == 0, "CharLS fails");
    charls_jpegls_encoder_get_bytes_written(encoder, &count);
    charls_jpegls_encoder_destroy(encoder);
    *encoding += now() - start;
    total += count;

    start = now();
    charls_jpegls_decoder *decoder = charls_jpegls_decoder_create();
    charls_jpegls_decoder_set_source_buffer(decoder, result, count);
    charls_jpegls_decoder_read_header(decoder);
    require(charls_jpegls_decoder_decode_to_buffer(decoder, back, frame, 0) == 0, "CharLS fails");
    charls_jpegls_decoder_destroy(decoder);
    *decoding += now() - start;
    require(memcmp(back, source, frame) == 0, "CharLS loses something");
  }
  free(source), free(back), free(result);
  return total;
}

int main(int argc, char **argv) {
  require(argc == 13, "twelve arguments, please");
  uint32_t number[13];
  for (int i = 2; i < 13; i++) number[i] = (uint32_t)atoi(argv[i]);
  uint32_t rows = number[3], frames = number[4], band_rows = number[10];
  cpixelfilter_shape shape = {
      .columns = number[2], .rows = band_rows, .bytes = number[5], .is_signed = number[7], .components = number[8],
      .is_planar = number[9]};
  int stored = (int)number[6], level = (int)number[11];
  cpixelfilter_path path = number[12] ? cpixelfilter_avx2 : cpixelfilter_baseline;
  size_t row = (size_t)shape.columns * shape.components * shape.bytes, frame = row * rows, all = frame * frames;

  buffer pixels = make(all), back = make(all);
  FILE *file = fopen(argv[1], "rb");
  require(file != NULL && fread(pixels.bytes, 1, all, file) == all, "the file does not have so many pixels");
  size_t bands = ((size_t)rows * frames - 1) / band_rows + 1, most = all + bands * cpixelfilter_header * 3;
  buffer filtered = make(most), compressed = make(2 * ZSTD_compressBound(most) + 4096 * bands), plain = make(most);
  uint32_t *ends = calloc(bands * cpixelfilter_most_ends, sizeof *ends);
  size_t *counts = calloc(bands, sizeof *counts);
  void *scratch = aligned_alloc(64, (cpixelfilter_scratch(&shape) + 63) / 64 * 64);
  ZSTD_CCtx *context = ZSTD_createCCtx();

  double encoding[2][rounds], filtering[rounds], compressing[rounds], alone[rounds], unfiltering[rounds], expanding[rounds];
  size_t jls = 0, levels[3] = {3, 19, 3}, sizes[3], ours = 0;
  for (int round = 0; round < rounds; round++) {
    jls = jpeg_ls(pixels.bytes, frames, frame, &shape, rows, stored, &encoding[0][round], &encoding[1][round]);

    double start = now();
    filtered.count = 0;
    for (size_t i = 0; i < bands; i++) {
      shape.rows = i + 1 < bands ? band_rows : (uint32_t)((size_t)rows * frames - i * band_rows);
      counts[i] = cpixelfilter_encode(
          &shape, pixels.bytes + i * band_rows * row, filtered.bytes + filtered.count, scratch,
          ends + i * cpixelfilter_most_ends, path);
      filtered.count += ends[i * cpixelfilter_most_ends + counts[i] - 1];
    }
    filtering[round] = now() - start;

    start = now();
    begin(context, level, &compressed);
    const uint8_t *from = filtered.bytes;
    for (size_t i = 0; i < bands; i++) {
      uint32_t before = 0;
      for (size_t j = 0; j < counts[i]; j++) {
        uint32_t end = ends[i * cpixelfilter_most_ends + j];
        compress(context, from + before, end - before, ZSTD_e_flush, &compressed);
        before = end;
      }
      from += before;
    }
    compress(context, NULL, 0, ZSTD_e_end, &compressed);
    compressing[round] = now() - start;
    ours = compressed.count;

    memset(plain.bytes, 0, most);
    start = now();
    require(ZSTD_decompress(plain.bytes, most, compressed.bytes, ours) == filtered.count, "zstd loses something");
    expanding[round] = now() - start;

    memset(back.bytes, 1, all);
    start = now();
    from = plain.bytes;
    for (size_t i = 0; i < bands; i++) {
      shape.rows = i + 1 < bands ? band_rows : (uint32_t)((size_t)rows * frames - i * band_rows);
      require(cpixelfilter_decode(&shape, from, back.bytes + i * band_rows * row, scratch, path), "the filter refuses");
      from += shape.rows * row + shape.components * cpixelfilter_header;
    }
    unfiltering[round] = now() - start;
    require(memcmp(back.bytes, pixels.bytes, all) == 0, "the filter loses something");

    start = now();
    begin(context, 3, &compressed);
    compress(context, pixels.bytes, all, ZSTD_e_end, &compressed);
    alone[round] = now() - start;
  }
  for (int i = 0; i < 3; i++) {
    begin(context, (int)levels[i], &compressed);
    if (i < 2) {
      compress(context, pixels.bytes, all, ZSTD_e_end, &compressed);
    } else {
      compress(context, filtered.bytes, filtered.count, ZSTD_e_end, &compressed);
    }
    sizes[i] = compressed.count;
  }
  printf(
      "%zu %zu %zu %zu %zu %.6f %.6f %.6f %.6f %.6f %.6f %.6f\n", sizes[0], sizes[1], jls, ours, sizes[2],
      median(encoding[0]), median(filtering), median(compressing), median(alone), median(encoding[1]), median(unfiltering),
      median(expanding));
  return 0;
}
