// What both directions share.
#ifndef SHARED_H
#define SHARED_H

#include "CPixelFilter.h"

#include <string.h>

#define ALWAYS static inline __attribute__((always_inline))

enum {
  /// Samples that share a class: one vector.
  group = 8,
  /// A residual counts for no more than this in a sum.
  most_residual = 4095,
  /// Predictors: see `predict`.
  predictors = 3,
  /// Classes up to the first and from the second on have their bits cut into nibbles.
  low_nibbles = 4,
  high_nibbles = 9,
};

typedef uint16_t u16x8 __attribute__((vector_size(16), aligned(2), may_alias));

ALWAYS size_t groups(size_t columns) { return (columns + group - 1) / group; }

ALWAYS bool is_in_nibbles(unsigned class, bool is_wide) {
  return class <= low_nibbles || (is_wide && class >= high_nibbles);
}

/// The class of a group, from the sums of the residuals of the groups above it: the number of bits of four times their
/// weighted mean, which is at most 14.
ALWAYS unsigned class_of(uint32_t above, uint32_t above_that) {
  uint32_t activity = (3 * above + above_that) >> 3;
  return activity == 0 ? 0 : 32 - (unsigned)__builtin_clz(activity);
}

ALWAYS u16x8 load8(const uint16_t *from) { return *(const u16x8 *)from; }
ALWAYS u16x8 all(uint16_t value) { return (u16x8){value, value, value, value, value, value, value, value}; }

/// At most 8 times most_residual, which 16 bits hold.
ALWAYS uint32_t sum_of(const uint16_t *residuals) {
  u16x8 sums = __builtin_elementwise_min(load8(residuals), all(most_residual));
  sums += __builtin_shufflevector(sums, sums, 4, 5, 6, 7, 0, 1, 2, 3);
  sums += __builtin_shufflevector(sums, sums, 2, 3, 0, 1, 6, 7, 4, 5);
  sums += __builtin_shufflevector(sums, sums, 1, 0, 3, 2, 5, 4, 7, 6);
  return sums[0];
}

/// What lies outside of the image, and what is added to samples that may be negative, so that the order of numbers is theirs.
ALWAYS uint16_t bias_of(const cpixelfilter_shape *shape, unsigned component) {
  if (shape->components == 3) return component == 1 ? 0 : 0x80;
  return shape->is_signed ? (shape->bytes == 2 ? 0x8000 : 0x80) : 0;
}

/// Where a component's samples begin, and how many bytes lie from one to the next.
ALWAYS size_t first_byte(const cpixelfilter_shape *shape, unsigned component) {
  return shape->is_planar ? component * (size_t)shape->columns * shape->rows : component;
}

#endif
