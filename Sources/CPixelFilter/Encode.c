#include "Shared.h"

// Working memory: all residuals in raster order, the same by class, a class for each group, two rows of samples with one
// outside at either end, and the sums of three rows of groups.
typedef struct {
  uint16_t *raster, *ordered;
  uint16_t *row, *above;
  uint32_t *sums[3];
  uint8_t *classes;
} workspace;

static size_t lay_out(const cpixelfilter_shape *shape, uint8_t *memory, workspace *space) {
  size_t columns = shape->columns, count = columns * shape->rows;
  size_t used = 0;
#define PLACE(pointer, type, n)                                  \
  (pointer) = (type *)(memory + used), used += ((n) * sizeof(type) + 15) / 16 * 16
  PLACE(space->raster, uint16_t, count + group);
  PLACE(space->ordered, uint16_t, count + group);
  PLACE(space->row, uint16_t, columns + 2);
  PLACE(space->above, uint16_t, columns + 2);
  for (int i = 0; i < 3; i++) PLACE(space->sums[i], uint32_t, groups(columns));
  PLACE(space->classes, uint8_t, groups(columns) * shape->rows);
#undef PLACE
  return used;
}

size_t cpixelfilter_encode_scratch(const cpixelfilter_shape *shape) {
  static uint8_t nothing;
  workspace space;
  return lay_out(shape, &nothing, &space);
}

// A row of one component's samples, in the order of numbers.
ALWAYS void load(const cpixelfilter_shape *shape, const uint8_t *in, unsigned component, size_t y, uint16_t *row) {
  size_t columns = shape->columns;
  uint16_t bias = bias_of(shape, component);
  if (shape->components == 3) {
    size_t step = shape->is_planar ? 1 : 3, start = y * columns * step;
    const uint8_t *red = in + first_byte(shape, 0) + start, *green = in + first_byte(shape, 1) + start,
                  *blue = in + first_byte(shape, 2) + start;
    // The reversible transformation HP1 (Weinberger, Seroussi, Sapiro: LOCO-I, 2000).
    const uint8_t *own = component == 0 ? red : blue;
    if (component == 1) {
      for (size_t x = 0; x < columns; x++) row[x] = green[x * step];
    } else {
      for (size_t x = 0; x < columns; x++) row[x] = (uint8_t)(own[x * step] - green[x * step] + 0x80);
    }
  } else if (shape->bytes == 1) {
    const uint8_t *from = in + y * columns;
    for (size_t x = 0; x < columns; x++) row[x] = from[x] ^ bias;
  } else {
    const uint8_t *from = in + y * columns * 2;
    if (shape->is_big_endian) {
      for (size_t x = 0; x < columns; x++) row[x] = (uint16_t)(from[2 * x] << 8 | from[2 * x + 1]) ^ bias;
    } else {
      for (size_t x = 0; x < columns; x++) row[x] = (uint16_t)(from[2 * x + 1] << 8 | from[2 * x]) ^ bias;
    }
  }
}

ALWAYS uint16_t least(uint16_t a, uint16_t b) { return a < b ? a : b; }
ALWAYS uint16_t greatest(uint16_t a, uint16_t b) { return a > b ? a : b; }
ALWAYS uint16_t mean(uint16_t a, uint16_t b) { return (uint16_t)(((uint32_t)a + b + 1) >> 1); }

// The residuals of a row. A, B, C and D lie as in ISO/IEC 14495-1, figure 3.
ALWAYS void predict(
    const uint16_t *row, const uint16_t *above, size_t columns, unsigned predictor, bool is_wide, uint16_t *residuals) {
  for (size_t x = 0; x < columns; x++) {
    // Index 0 of either row is outside.
    uint16_t a = row[x], b = above[x + 1], c = above[x], d = above[x + 2];
    // The median of A, B and A + B - C (ISO/IEC 14495-1, A.4.1).
    uint16_t expected = (uint16_t)(a + b - greatest(least(a, b), least(c, greatest(a, b))));
    if (predictor == 1) expected = mean(expected, mean(a, d));
    if (predictor == 2) expected = mean(a, mean(b, d));
    uint16_t difference = (uint16_t)(row[x + 1] - expected);
    int16_t sign = (int16_t)(is_wide ? difference : difference << 8);
    int16_t value = is_wide ? sign : (int16_t)(sign >> 8);
    // Small ones of either sign become small numbers (A.5.2, mapping).
    residuals[x] = (uint16_t)((uint16_t)value << 1) ^ (uint16_t)(sign >> 15);
  }
}

ALWAYS void predict_by(
    unsigned predictor, const uint16_t *row, const uint16_t *above, size_t columns, bool is_wide, uint16_t *residuals) {
  if (predictor == 0) predict(row, above, columns, 0, is_wide, residuals);
  else if (predictor == 1) predict(row, above, columns, 1, is_wide, residuals);
  else predict(row, above, columns, 2, is_wide, residuals);
}

ALWAYS uint32_t sum_of_rest(const uint16_t *residuals, size_t count) {
  uint32_t sum = 0;
  for (size_t i = 0; i < count; i++) sum += residuals[i] < most_residual ? residuals[i] : most_residual;
  return sum;
}

// About how many bits a row's residuals take, in 256ths: the exponent of a floating-point number and the first bits behind it
// are its logarithm, near enough (Mitchell 1962).
ALWAYS uint64_t cost_of_row(const uint16_t *residuals, size_t columns) {
  uint64_t cost = 0;
  for (size_t x = 0; x < columns; x++) {
    float value = (float)(residuals[x] + 1);
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    cost += (bits >> 15) - (127 << 8);
  }
  return cost;
}

// The predictor that costs least in every eighth row. The means suit noise, the median all else: by a 32nd of a bit, a mean has
// to be better.
ALWAYS unsigned choose(
    const cpixelfilter_shape *shape, const uint8_t *in, unsigned component, bool is_wide, workspace *space) {
  int64_t costs[predictors] = {0};
  for (size_t y = shape->rows > 8 ? 4 : shape->rows - 1; y < shape->rows; y += 8) {
    if (y == 0) return 0;
    load(shape, in, component, y - 1, space->above + 1);
    load(shape, in, component, y, space->row + 1);
    costs[0] -= 8 * (int64_t)shape->columns;
    for (unsigned i = 0; i < predictors; i++) {
      predict_by(i, space->row, space->above, shape->columns, is_wide, space->raster);
      costs[i] += (int64_t)cost_of_row(space->raster, shape->columns);
    }
  }
  unsigned best = 0;
  for (unsigned i = 1; i < predictors; i++)
    if (costs[i] < costs[best]) best = i;
  return best;
}

typedef struct {
  uint8_t *out;
  uint32_t *ends;
  size_t position, count;
} output;

// A plane that is too short for a table of its own goes with the next one.
ALWAYS void end_plane(output *to, bool is_last) {
  enum { least_plane = 512 };
  uint32_t before = to->count == 0 ? 0 : to->ends[to->count - 1];
  if (to->position - before >= least_plane || (is_last && to->position > before))
    to->ends[to->count++] = (uint32_t)to->position;
}

// Every class's bits, the highest ones of all classes first: see the page of the module PixelFilter.
ALWAYS void write_planes(const uint16_t *ordered, const uint32_t *counts, bool is_wide, output *to) {
  for (int plane = 0; plane < 3; plane++) {
    const uint16_t *from = ordered;
    for (unsigned class = 0; class < cpixelfilter_classes; from += counts[class++]) {
      size_t count = counts[class], pairs = count / 2;
      uint8_t *at = to->out + to->position;
      if (!is_in_nibbles(class, is_wide)) {
        if (plane == 2 || (plane == 0 && !is_wide) || count == 0) continue;
        if (plane == 0) for (size_t i = 0; i < count; i++) at[i] = (uint8_t)(from[i] >> 8);
        else for (size_t i = 0; i < count; i++) at[i] = (uint8_t)from[i];
        to->position += count;
      } else if (plane == 1) {
        if (!is_wide || count == 0) continue;
        for (size_t i = 0; i < count; i++) at[i] = (uint8_t)(from[i] >> 4);
        to->position += count;
      } else {
        unsigned shift = plane == 2 ? 0 : is_wide ? 12 : 4;
        for (size_t i = 0; i < pairs; i++)
          at[i] = (uint8_t)((from[2 * i] >> shift & 15) | (from[2 * i + 1] >> shift & 15) << 4);
        // Of an odd number, the last one's outer nibbles share a byte.
        bool has_rest = plane == 2 && count % 2 == 1;
        if (has_rest) at[pairs] = (uint8_t)((from[count - 1] & 15) | from[count - 1] >> (is_wide ? 12 : 4) << 4);
        if (pairs == 0 && !has_rest) continue;
        to->position += pairs + has_rest;
      }
      end_plane(to, false);
    }
  }
}

ALWAYS void put32(uint8_t *to, uint32_t value) {
  for (int i = 0; i < 4; i++) to[i] = (uint8_t)(value >> 8 * i);
}

ALWAYS void encode_component(
    const cpixelfilter_shape *shape, const uint8_t *in, unsigned component, bool is_wide, workspace space, output *to) {
  size_t columns = shape->columns, full = columns / group, rest = columns % group, across = groups(columns);
  uint16_t outside = bias_of(shape, component);
  space.row[0] = space.row[columns + 1] = space.above[0] = space.above[columns + 1] = outside;
  unsigned predictor = choose(shape, in, component, is_wide, &space);

  uint32_t counts[cpixelfilter_classes] = {0};
  for (size_t x = 0; x < columns; x++) space.above[x + 1] = outside;
  memset(space.sums[1], 0, across * sizeof(uint32_t));
  memset(space.sums[2], 0, across * sizeof(uint32_t));
  for (size_t y = 0; y < shape->rows; y++) {
    uint16_t *residuals = space.raster + y * columns;
    load(shape, in, component, y, space.row + 1);
    predict_by(predictor, space.row, space.above, columns, is_wide, residuals);
    uint16_t *row = space.row;
    space.row = space.above, space.above = row;

    uint8_t *classes = space.classes + y * across;
    uint32_t *sums = space.sums[0], *above = space.sums[1], *above_that = space.sums[2];
    for (size_t i = 0; i < full; i++) {
      counts[classes[i] = (uint8_t)class_of(above[i], above_that[i])] += group;
      sums[i] = sum_of(residuals + i * group);
    }
    if (rest > 0) {
      counts[classes[full] = (uint8_t)class_of(above[full], above_that[full])] += (uint32_t)rest;
      sums[full] = sum_of_rest(residuals + full * group, rest);
    }
    space.sums[0] = above_that, space.sums[1] = sums, space.sums[2] = above;
  }

  uint16_t *next[cpixelfilter_classes];
  for (unsigned i = 0, start = 0; i < cpixelfilter_classes; start += counts[i++]) next[i] = space.ordered + start;
  const uint16_t *residuals = space.raster;
  const uint8_t *classes = space.classes;
  for (size_t y = 0; y < shape->rows; y++) {
    for (size_t i = 0; i < full; i++, residuals += group) {
      uint16_t **place = &next[*classes++];
      memcpy(*place, residuals, group * sizeof(uint16_t));
      *place += group;
    }
    if (rest > 0) {
      uint16_t **place = &next[*classes++];
      memcpy(*place, residuals, rest * sizeof(uint16_t));
      *place += rest, residuals += rest;
    }
  }

  uint8_t *header = to->out + to->position;
  put32(header, predictor);
  for (unsigned i = 0; i < cpixelfilter_classes; i++) put32(header + 4 + 4 * i, counts[i]);
  to->position += cpixelfilter_header;
  write_planes(space.ordered, counts, is_wide, to);
  end_plane(to, true);
}

ALWAYS size_t encode(
    const cpixelfilter_shape *shape, const uint8_t *in, uint8_t *out, void *scratch, uint32_t *ends) {
  workspace space;
  lay_out(shape, scratch, &space);
  output to = {.out = out, .ends = ends};
  for (unsigned component = 0; component < shape->components; component++)
    if (shape->bytes == 2) encode_component(shape, in, component, true, space, &to);
    else encode_component(shape, in, component, false, space, &to);
  return to.count;
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) static size_t encode_avx2(
    const cpixelfilter_shape *shape, const uint8_t *in, uint8_t *out, void *scratch, uint32_t *ends) {
  return encode(shape, in, out, scratch, ends);
}
#endif

size_t cpixelfilter_encode(
    const cpixelfilter_shape *shape, const uint8_t *in, uint8_t *out, void *scratch, uint32_t *ends,
    cpixelfilter_path path) {
#if defined(__x86_64__)
  if (path == cpixelfilter_avx2 && cpixelfilter_best_path() == cpixelfilter_avx2)
    return encode_avx2(shape, in, out, scratch, ends);
#else
  (void)path;
#endif
  return encode(shape, in, out, scratch, ends);
}
