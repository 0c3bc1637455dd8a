/* Sums and products of int8 values, four at a time: hg_binary_s8.h is for every shape.
 *
 * Both operands are runs of `size` values, either of which is the same in all rounds where its step
 * is 0.
 */
#ifndef HG_ELEMENTWISE_S8_H
#define HG_ELEMENTWISE_S8_H

#include "hg_halves.h"
#include "hg_line_s8.h"

typedef struct {
  int32_t rounds;
  int32_t size;
  int32_t lhs_step; /* from round to round: size, or 0 */
  int32_t rhs_step;
} hg_elementwise_s8_t;

/* ((lhs_multiplier * lhs) >> 8) + ((rhs_multiplier * rhs) >> 8) + offset) >> shift, clamped:
 * hargen/quantize/plane.py has compared it with the reference for all pairs of values. */
typedef struct {
  hg_elementwise_s8_t runs;
  int32_t lhs_multiplier;
  int32_t rhs_multiplier;
  int32_t offset;
  int32_t shift;
  int32_t output_min;
  int32_t output_max;
} hg_add_plane_s8_t;

typedef struct {
  hg_elementwise_s8_t runs;
  hg_line_s8_t line;
  int32_t lhs_offset; /* minus the zero point */
  int32_t rhs_offset;
  int32_t extra;    /* to be added to the product */
  int32_t scale[3]; /* of hg_line_s8 */
} hg_mul_line_s8_t;

/* Of bytes 1 and 3: as halves, times 256. */
HG_INLINE uint32_t hg_high_bytes(void) {
  uint32_t mask = 0xFF00FF00u;
  HG_OPAQUE(mask); /* from a register it shifts bytes 0 and 2 in the same instruction */
  return mask;
}

HG_INLINE int32_t hg_add_plane_s8_output(const hg_add_plane_s8_t *p, int32_t sum) {
  const int32_t value = hg_saturate_s8(sum, p->shift);
  const int32_t whole = p->output_min == INT8_MIN && p->output_max == INT8_MAX;
  return whole ? value : hg_clamp_s32(value, p->output_min, p->output_max);
}

/* Four sums. */
HG_INLINE void hg_add_plane_s8_four(const hg_add_plane_s8_t *p, const int8_t *lhs,
                                    const int8_t *rhs, int8_t *output) {
  const uint32_t mask = hg_high_bytes();
  const uint32_t a = hg_load_bytes(lhs);
  const uint32_t b = hg_load_bytes(rhs);
  const uint32_t left[2] = {a << 8 & mask, a & mask};
  const uint32_t right[2] = {b << 8 & mask, b & mask};
  int32_t values[4];
  HG_UNROLL(2)
  for (int32_t i = 0; i < 2; ++i) {
    const int32_t low = hg_low_product(p->lhs_multiplier, left[i], p->offset);
    const int32_t high = hg_high_product(p->lhs_multiplier, left[i], p->offset);
    values[i] = hg_add_plane_s8_output(p, hg_low_product(p->rhs_multiplier, right[i], low));
    values[i + 2] = hg_add_plane_s8_output(p, hg_high_product(p->rhs_multiplier, right[i], high));
  }
  hg_store_bytes(output, hg_pack_bytes(values[0], values[1], values[2], values[3]));
}

HG_INLINE void hg_add_plane_s8(const hg_add_plane_s8_t *p, const int8_t *lhs, const int8_t *rhs,
                               int8_t *output) {
  const hg_elementwise_s8_t *runs = &p->runs;
  for (int32_t round = 0; round < runs->rounds; ++round) {
    int32_t i = 0;
    HG_UNROLL(2)
    for (; i < runs->size - 3; i += 4) {
      hg_add_plane_s8_four(p, lhs + i, rhs + i, output + i);
    }
    for (; i < runs->size; ++i) {
      const int32_t sum = hg_low_product(p->lhs_multiplier, (uint32_t)(256 * lhs[i]), p->offset);
      output[i] = (int8_t)hg_add_plane_s8_output(
          p, hg_low_product(p->rhs_multiplier, (uint32_t)(256 * rhs[i]), sum));
    }
    lhs += runs->lhs_step;
    rhs += runs->rhs_step;
    output += runs->size;
  }
}

HG_INLINE int32_t hg_mul_line_s8_output(const hg_mul_line_s8_t *p, int32_t product) {
  return hg_line_value(&p->line, p->line.shift > 0 ? product : 2 * product, p->scale);
}

HG_INLINE void hg_mul_line_s8_four(const hg_mul_line_s8_t *p, const int8_t *lhs, const int8_t *rhs,
                                   int8_t *output) {
  const uint32_t lhs_offsets = ((uint32_t)p->lhs_offset & 0xFFFFu) * 0x00010001u;
  const uint32_t rhs_offsets = ((uint32_t)p->rhs_offset & 0xFFFFu) * 0x00010001u;
  const uint32_t a = hg_load_bytes(lhs);
  const uint32_t b = hg_load_bytes(rhs);
  const uint32_t left[2] = {hg_add_even(lhs_offsets, a), hg_add_odd(lhs_offsets, a)};
  const uint32_t right[2] = {hg_add_even(rhs_offsets, b), hg_add_odd(rhs_offsets, b)};
  int32_t values[4];
  HG_UNROLL(2)
  for (int32_t i = 0; i < 2; ++i) {
    values[i] = hg_mul_line_s8_output(p, hg_low_low_mac(left[i], right[i], p->extra));
    values[i + 2] = hg_mul_line_s8_output(p, hg_high_high_mac(left[i], right[i], p->extra));
  }
  hg_store_bytes(output, hg_pack_bytes(values[0], values[1], values[2], values[3]));
}

HG_INLINE void hg_mul_line_s8(const hg_mul_line_s8_t *p, const int8_t *lhs, const int8_t *rhs,
                              int8_t *output) {
  const hg_elementwise_s8_t *runs = &p->runs;
  for (int32_t round = 0; round < runs->rounds; ++round) {
    int32_t i = 0;
    HG_UNROLL(2)
    for (; i < runs->size - 3; i += 4) {
      hg_mul_line_s8_four(p, lhs + i, rhs + i, output + i);
    }
    for (; i < runs->size; ++i) {
      const int32_t product = (lhs[i] + p->lhs_offset) * (rhs[i] + p->rhs_offset);
      output[i] = (int8_t)hg_mul_line_s8_output(p, product + p->extra);
    }
    lhs += runs->lhs_step;
    rhs += runs->rhs_step;
    output += runs->size;
  }
}

#endif
