#include "Shared.h"

// Eight rows are put back at once, one in each lane of a vector, each two columns behind the one above it: then all that a
// sample is predicted from is known (a wavefront). So the rows lie in memory with room for columns that are not there.
enum { lanes = 8, lag = 2, before = 16, behind = 32 };

// Working memory: the residuals by class, eight rows of residuals and of samples, the row above these, and the sums of three
// rows of groups.
typedef struct {
  size_t stride;
  uint16_t *ordered;
  uint16_t *residuals, *samples;
  uint16_t *above;
  uint32_t *sums[3];
} workspace;

static size_t lay_out(const cpixelfilter_shape *shape, uint8_t *memory, workspace *space) {
  size_t columns = shape->columns, count = columns * shape->rows;
  size_t used = 0;
  space->stride = (columns + before + behind + 7) / 8 * 8;
#define PLACE(pointer, type, n)                                  \
  (pointer) = (type *)(memory + used), used += ((n) * sizeof(type) + 15) / 16 * 16
  PLACE(space->ordered, uint16_t, count + group);
  PLACE(space->residuals, uint16_t, lanes * space->stride);
  PLACE(space->samples, uint16_t, lanes * space->stride);
  PLACE(space->above, uint16_t, space->stride);
  for (int i = 0; i < 3; i++) PLACE(space->sums[i], uint32_t, groups(columns));
#undef PLACE
  return used;
}

size_t cpixelfilter_decode_scratch(const cpixelfilter_shape *shape) {
  static uint8_t nothing;
  workspace space;
  return lay_out(shape, &nothing, &space);
}

ALWAYS uint32_t get32(const uint8_t *from) {
  return from[0] | (uint32_t)from[1] << 8 | (uint32_t)from[2] << 16 | (uint32_t)from[3] << 24;
}

// The residuals of every class, from their planes.
ALWAYS void read_planes(const uint8_t *in, const uint32_t *counts, bool is_wide, uint16_t *ordered) {
  for (int plane = 0; plane < 3; plane++) {
    uint16_t *to = ordered;
    for (unsigned class = 0; class < cpixelfilter_classes; to += counts[class++]) {
      size_t count = counts[class], pairs = count / 2;
      if (!is_in_nibbles(class, is_wide)) {
        if (plane == 2 || (plane == 0 && !is_wide)) continue;
        if (plane == 0) for (size_t i = 0; i < count; i++) to[i] = (uint16_t)(in[i] << 8);
        else if (is_wide) for (size_t i = 0; i < count; i++) to[i] |= in[i];
        else for (size_t i = 0; i < count; i++) to[i] = in[i];
        in += count;
      } else if (plane == 1) {
        if (!is_wide) continue;
        for (size_t i = 0; i < count; i++) to[i] |= (uint16_t)(in[i] << 4);
        in += count;
      } else {
        unsigned shift = plane == 2 ? 0 : is_wide ? 12 : 4;
        if (plane == 0) {
          for (size_t i = 0; i < pairs; i++) {
            to[2 * i] = (uint16_t)((in[i] & 15) << shift);
            to[2 * i + 1] = (uint16_t)((in[i] >> 4) << shift);
          }
          if (count % 2 == 1) to[count - 1] = 0;
        } else {
          for (size_t i = 0; i < pairs; i++) {
            to[2 * i] |= in[i] & 15;
            to[2 * i + 1] |= in[i] >> 4;
          }
          if (count % 2 == 1) {
            to[count - 1] |= (uint16_t)((in[pairs] & 15) | (in[pairs] >> 4) << (is_wide ? 12 : 4));
            in++;
          }
        }
        in += pairs;
      }
    }
  }
}

ALWAYS void store8(uint16_t *to, u16x8 value) { *(u16x8 *)to = value; }
ALWAYS u16x8 mean(u16x8 a, u16x8 b) { return (a | b) - ((a ^ b) >> 1); }

ALWAYS void transpose(u16x8 v[lanes]) {
#define LOW(a, b) __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11)
#define HIGH(a, b) __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15)
  u16x8 w[lanes];
  for (int turn = 0; turn < 3; turn++) {
    for (int i = 0; i < lanes / 2; i++) {
      w[2 * i] = LOW(v[i], v[i + 4]);
      w[2 * i + 1] = HIGH(v[i], v[i + 4]);
    }
    for (int i = 0; i < lanes; i++) v[i] = w[i];
  }
#undef LOW
#undef HIGH
}

// Eight steps of the wavefront: at step t, lane k is at column t - lag * k. R is what the last step gave; D, B and C are the
// samples above right, above and above left of where the lanes are (ISO/IEC 14495-1, figure 3), A is R.
typedef struct {
  u16x8 r, b, c;
} front;

ALWAYS void advance(
    front *at, const workspace *space, ptrdiff_t step, size_t columns, u16x8 outside, unsigned predictor, bool is_wide,
    bool is_edge) {
  uint16_t *residuals = space->residuals + before, *samples = space->samples + before;
  u16x8 v[lanes];
  for (int k = 0; k < lanes; k++) v[k] = load8(residuals + k * space->stride + step - lag * k);
  transpose(v);
  for (int i = 0; i < lanes; i++) {
    u16x8 a = at->r, b = at->b, c = at->c;
    u16x8 d = __builtin_shufflevector(a, a, 7, 0, 1, 2, 3, 4, 5, 6);
    d[0] = space->above[before + step + i + 1];
    u16x8 expected;
    if (predictor == 2) {
      expected = mean(a, mean(b, d));
    } else {
      u16x8 low = __builtin_elementwise_min(a, b), high = __builtin_elementwise_max(a, b);
      expected = a + b - __builtin_elementwise_max(low, __builtin_elementwise_min(c, high));
      if (predictor == 1) expected = mean(expected, mean(a, d));
    }
    u16x8 r = expected + ((v[i] >> 1) ^ (0 - (v[i] & 1)));
    if (!is_wide) r &= 0xFF;
    if (is_edge) {
      // Columns count modulo 2^16, so that one before the first is greater than any.
      u16x8 column = all((uint16_t)(step + i)) - (u16x8){0, 2, 4, 6, 8, 10, 12, 14};
      u16x8 is_inside = (u16x8)(column < all((uint16_t)columns));
      r = (r & is_inside) | (outside & ~is_inside);
    }
    at->r = v[i] = r, at->c = b, at->b = d;
  }
  transpose(v);
  for (int k = 0; k < lanes; k++) store8(samples + k * space->stride + step - lag * k, v[k]);
}

// The samples of eight rows, from their residuals and the row above.
ALWAYS void restore(const workspace *space, size_t columns, uint16_t bias, unsigned predictor, bool is_wide) {
  u16x8 outside = all(bias);
  front at = {.r = outside, .b = outside, .c = outside};
  at.b[0] = space->above[before];
  ptrdiff_t step = 0, end = (ptrdiff_t)columns + lag * (lanes - 1);
  for (; step < end; step += lanes) {
    bool is_edge = step < lag * (lanes - 1) || step + lanes > (ptrdiff_t)columns;
    if (is_edge) advance(&at, space, step, columns, outside, predictor, is_wide, true);
    else advance(&at, space, step, columns, outside, predictor, is_wide, false);
  }
}

// A row of one component, as its samples lie in the file; the differences of colours are still such.
ALWAYS void store(const cpixelfilter_shape *shape, const uint16_t *row, unsigned component, size_t y, uint8_t *out) {
  size_t columns = shape->columns;
  uint16_t bias = bias_of(shape, component);
  if (shape->components == 3) {
    size_t step = shape->is_planar ? 1 : 3;
    uint8_t *to = out + first_byte(shape, component) + y * columns * step;
    for (size_t x = 0; x < columns; x++) to[x * step] = (uint8_t)row[x];
  } else if (shape->bytes == 1) {
    uint8_t *to = out + y * columns;
    for (size_t x = 0; x < columns; x++) to[x] = (uint8_t)(row[x] ^ bias);
  } else {
    uint8_t *to = out + y * columns * 2;
    unsigned low = shape->is_big_endian ? 8 : 0, high = 8 - low;
    for (size_t x = 0; x < columns; x++) {
      uint16_t sample = row[x] ^ bias;
      to[2 * x] = (uint8_t)(sample >> low);
      to[2 * x + 1] = (uint8_t)(sample >> high);
    }
  }
}

ALWAYS bool decode_component(
    const cpixelfilter_shape *shape, const uint8_t *in, unsigned component, bool is_wide, workspace space, uint8_t *out) {
  size_t columns = shape->columns, full = columns / group, rest = columns % group, across = groups(columns);
  uint32_t predictor = get32(in), counts[cpixelfilter_classes];
  uint64_t total = 0;
  for (unsigned i = 0; i < cpixelfilter_classes; i++) total += counts[i] = get32(in + 4 + 4 * i);
  if (predictor >= predictors || total != (uint64_t)columns * shape->rows) return false;
  read_planes(in + cpixelfilter_header, counts, is_wide, space.ordered);

  const uint16_t *next[cpixelfilter_classes], *end[cpixelfilter_classes];
  for (size_t i = 0, start = 0; i < cpixelfilter_classes; i++) {
    next[i] = space.ordered + start;
    end[i] = space.ordered + (start += counts[i]);
  }
  uint16_t outside = bias_of(shape, component);
  for (size_t x = 0; x < space.stride; x++) space.above[x] = outside;
  memset(space.sums[1], 0, across * sizeof(uint32_t));
  memset(space.sums[2], 0, across * sizeof(uint32_t));
  for (size_t top = 0; top < shape->rows; top += lanes) {
    size_t rows = shape->rows - top < lanes ? shape->rows - top : lanes;
    for (size_t y = 0; y < rows; y++) {
      uint16_t *residuals = space.residuals + y * space.stride + before;
      uint32_t *sums = space.sums[0], *above = space.sums[1], *above_that = space.sums[2];
      for (size_t i = 0; i < full; i++, residuals += group) {
        unsigned class = class_of(above[i], above_that[i]);
        const uint16_t *from = next[class];
        // Of a class, there may be fewer than the rows call for.
        if (end[class] - from < group) return false;
        memcpy(residuals, from, group * sizeof(uint16_t));
        next[class] = from + group;
        sums[i] = sum_of(residuals);
      }
      if (rest > 0) {
        unsigned class = class_of(above[full], above_that[full]);
        if (end[class] - next[class] < (ptrdiff_t)rest) return false;
        memset(residuals, 0, group * sizeof(uint16_t));
        memcpy(residuals, next[class], rest * sizeof(uint16_t));
        next[class] += rest;
        sums[full] = sum_of(residuals);
      }
      space.sums[0] = above_that, space.sums[1] = sums, space.sums[2] = above;
    }
    if (predictor == 0) restore(&space, columns, outside, 0, is_wide);
    else if (predictor == 1) restore(&space, columns, outside, 1, is_wide);
    else restore(&space, columns, outside, 2, is_wide);
    for (size_t y = 0; y < rows; y++)
      store(shape, space.samples + y * space.stride + before, component, top + y, out);
    memcpy(space.above + before, space.samples + (lanes - 1) * space.stride + before, columns * sizeof(uint16_t));
  }
  return true;
}

ALWAYS bool decode(const cpixelfilter_shape *shape, const uint8_t *in, uint8_t *out, void *scratch) {
  workspace space;
  size_t size = lay_out(shape, scratch, &space), count = (size_t)shape->columns * shape->rows;
  // What is read before it is written is so only for columns and rows that are not there.
  memset((uint8_t *)scratch + count * sizeof(uint16_t), 0, size - count * sizeof(uint16_t));
  for (unsigned component = 0; component < shape->components; component++) {
    const uint8_t *from = in + component * (cpixelfilter_header + count * shape->bytes);
    bool is_sound = shape->bytes == 2 ? decode_component(shape, from, component, true, space, out)
                                      : decode_component(shape, from, component, false, space, out);
    if (!is_sound) return false;
  }
  if (shape->components == 3) {
    size_t step = shape->is_planar ? 1 : 3;
    uint8_t *red = out + first_byte(shape, 0), *green = out + first_byte(shape, 1), *blue = out + first_byte(shape, 2);
    for (size_t i = 0; i < count; i++) {
      red[i * step] = (uint8_t)(red[i * step] + green[i * step] - 0x80);
      blue[i * step] = (uint8_t)(blue[i * step] + green[i * step] - 0x80);
    }
  }
  return true;
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) static bool decode_avx2(
    const cpixelfilter_shape *shape, const uint8_t *in, uint8_t *out, void *scratch) {
  return decode(shape, in, out, scratch);
}
#endif

bool cpixelfilter_decode(
    const cpixelfilter_shape *shape, const uint8_t *in, uint8_t *out, void *scratch, cpixelfilter_path path) {
#if defined(__x86_64__)
  if (path == cpixelfilter_avx2 && cpixelfilter_best_path() == cpixelfilter_avx2)
    return decode_avx2(shape, in, out, scratch);
#else
  (void)path;
#endif
  return decode(shape, in, out, scratch);
}
