/* Elementwise sum and product of int8 tensors with broadcasting.
 *
 * Four dimensions; an operand's stride is 0 along a dimension that it is repeated in.
 */
#ifndef HG_BINARY_S8_H
#define HG_BINARY_S8_H

#include "hg_requantize.h"

#define HG_BINARY_RANK 4

typedef struct {
  int32_t shape[HG_BINARY_RANK];      /* of the output */
  int32_t lhs_stride[HG_BINARY_RANK]; /* elements */
  int32_t rhs_stride[HG_BINARY_RANK];
  int32_t lhs_offset; /* minus the zero point */
  int32_t rhs_offset;
  int32_t output_offset; /* zero point */
  int32_t output_min;
  int32_t output_max;
} hg_binary_s8_t;

typedef struct {
  hg_binary_s8_t binary;
  int32_t left_shift; /* bits that both operands are shifted up by before they are rescaled */
  int32_t lhs_multiplier;
  int32_t lhs_shift;
  int32_t rhs_multiplier;
  int32_t rhs_shift;
  int32_t output_multiplier;
  int32_t output_shift;
} hg_add_s8_t;

typedef struct {
  hg_binary_s8_t binary;
  int32_t multiplier;
  int32_t shift;
} hg_mul_s8_t;

HG_INLINE int8_t hg_add_s8_value(const hg_add_s8_t *p, int32_t lhs, int32_t rhs) {
  const hg_binary_s8_t *b = &p->binary;
  const int32_t unit = (int32_t)1 << p->left_shift;
  const int32_t left =
      hg_requantize_double((lhs + b->lhs_offset) * unit, p->lhs_multiplier, p->lhs_shift);
  const int32_t right =
      hg_requantize_double((rhs + b->rhs_offset) * unit, p->rhs_multiplier, p->rhs_shift);
  const int32_t value =
      hg_requantize_double(left + right, p->output_multiplier, p->output_shift) + b->output_offset;
  return (int8_t)hg_clamp_s32(value, b->output_min, b->output_max);
}

HG_INLINE int8_t hg_mul_s8_value(const hg_mul_s8_t *p, int32_t lhs, int32_t rhs) {
  const hg_binary_s8_t *b = &p->binary;
  const int32_t product = (lhs + b->lhs_offset) * (rhs + b->rhs_offset);
  const int32_t value = hg_requantize_double(product, p->multiplier, p->shift) + b->output_offset;
  return (int8_t)hg_clamp_s32(value, b->output_min, b->output_max);
}

/* Where an operand's element for the output's index (n, y, x, c) lies. */
HG_INLINE int32_t hg_binary_s8_index(const int32_t stride[HG_BINARY_RANK], int32_t n, int32_t y,
                                     int32_t x, int32_t c) {
  return n * stride[0] + y * stride[1] + x * stride[2] + c * stride[3];
}

HG_INLINE void hg_add_s8(const hg_add_s8_t *p, const int8_t *lhs, const int8_t *rhs,
                         int8_t *output) {
  const hg_binary_s8_t *b = &p->binary;
  for (int32_t n = 0; n < b->shape[0]; ++n) {
    for (int32_t y = 0; y < b->shape[1]; ++y) {
      for (int32_t x = 0; x < b->shape[2]; ++x) {
        for (int32_t c = 0; c < b->shape[3]; ++c) {
          *output++ = hg_add_s8_value(p, lhs[hg_binary_s8_index(b->lhs_stride, n, y, x, c)],
                                      rhs[hg_binary_s8_index(b->rhs_stride, n, y, x, c)]);
        }
      }
    }
  }
}

HG_INLINE void hg_mul_s8(const hg_mul_s8_t *p, const int8_t *lhs, const int8_t *rhs,
                         int8_t *output) {
  const hg_binary_s8_t *b = &p->binary;
  for (int32_t n = 0; n < b->shape[0]; ++n) {
    for (int32_t y = 0; y < b->shape[1]; ++y) {
      for (int32_t x = 0; x < b->shape[2]; ++x) {
        for (int32_t c = 0; c < b->shape[3]; ++c) {
          *output++ = hg_mul_s8_value(p, lhs[hg_binary_s8_index(b->lhs_stride, n, y, x, c)],
                                      rhs[hg_binary_s8_index(b->rhs_stride, n, y, x, c)]);
        }
      }
    }
  }
}

#endif
