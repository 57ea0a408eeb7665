// Arranges the samples of an image so that zstd compresses them well, and puts them back. What the bytes mean is on the page
// of the module PixelFilter. Nothing here allocates, and nothing reads or writes outside the memory that the shape announces,
// whatever the bytes are.
#ifndef CPIXELFILTER_H
#define CPIXELFILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
  /// Bytes before the planes of each component.
  cpixelfilter_header = 64,
  /// Classes of activity.
  cpixelfilter_classes = 15,
  /// Places at most where one band's planes end.
  cpixelfilter_most_ends = 3 * (3 * cpixelfilter_classes + 1),
};

/// Rows that are arranged together.
typedef struct {
  /// 1 to 65535.
  uint32_t columns;
  /// 1 or more.
  uint32_t rows;
  /// Of a sample: 1 or 2.
  uint32_t bytes;
  /// 1; or 3 of one byte each, red, green and blue.
  uint32_t components;
  /// All of a component before the next one; otherwise, the components of a pixel lie together.
  bool is_planar;
  bool is_signed;
  bool is_big_endian;
} cpixelfilter_shape;

/// Which code does it: all give the same bytes.
typedef enum {
  /// What every processor of this architecture has.
  cpixelfilter_baseline,
  /// AVX2; the baseline where the processor does not have it.
  cpixelfilter_avx2,
} cpixelfilter_path;

/// The best one here.
cpixelfilter_path cpixelfilter_best_path(void);

/// Working memory for one band, in bytes; its first byte is to be aligned to 16.
size_t cpixelfilter_scratch(const cpixelfilter_shape *shape);

/// Arranges a band: its bytes, and cpixelfilter_header of them for each component, go to `out`. Writes to `ends` where in
/// `out` something else begins, rising, the last one being the end; returns how many.
size_t cpixelfilter_encode(
    const cpixelfilter_shape *shape, const uint8_t *in, uint8_t *out, void *scratch, uint32_t *ends,
    cpixelfilter_path path);

/// Puts a band back. False where `in` is not what cpixelfilter_encode makes.
bool cpixelfilter_decode(
    const cpixelfilter_shape *shape, const uint8_t *in, uint8_t *out, void *scratch, cpixelfilter_path path);

#endif
