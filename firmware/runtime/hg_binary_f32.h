/* Elementwise sum and product of float32 tensors with broadcasting.
 *
 * Four dimensions; an operand's stride is 0 along a dimension that it is repeated in.
 */
#ifndef HG_BINARY_F32_H
#define HG_BINARY_F32_H

#include "hg_math_f32.h"

#define HG_BINARY_F32_RANK 4

typedef struct {
  int32_t shape[HG_BINARY_F32_RANK];      /* of the output */
  int32_t lhs_stride[HG_BINARY_F32_RANK]; /* elements */
  int32_t rhs_stride[HG_BINARY_F32_RANK];
  float output_min;
  float output_max;
} hg_binary_f32_t;

/* Where an operand's element for the output's index (n, y, x, c) lies. */
HG_INLINE int32_t hg_binary_f32_index(const int32_t stride[HG_BINARY_F32_RANK], int32_t n,
                                      int32_t y, int32_t x, int32_t c) {
  return n * stride[0] + y * stride[1] + x * stride[2] + c * stride[3];
}

HG_INLINE void hg_add_f32(const hg_binary_f32_t *p, const float *lhs, const float *rhs,
                          float *output) {
  for (int32_t n = 0; n < p->shape[0]; ++n) {
    for (int32_t y = 0; y < p->shape[1]; ++y) {
      for (int32_t x = 0; x < p->shape[2]; ++x) {
        for (int32_t c = 0; c < p->shape[3]; ++c) {
          const float sum = lhs[hg_binary_f32_index(p->lhs_stride, n, y, x, c)] +
                            rhs[hg_binary_f32_index(p->rhs_stride, n, y, x, c)];
          *output++ = hg_clamp_f32(sum, p->output_min, p->output_max);
        }
      }
    }
  }
}

HG_INLINE void hg_mul_f32(const hg_binary_f32_t *p, const float *lhs, const float *rhs,
                          float *output) {
  for (int32_t n = 0; n < p->shape[0]; ++n) {
    for (int32_t y = 0; y < p->shape[1]; ++y) {
      for (int32_t x = 0; x < p->shape[2]; ++x) {
        for (int32_t c = 0; c < p->shape[3]; ++c) {
          const float product = lhs[hg_binary_f32_index(p->lhs_stride, n, y, x, c)] *
                                rhs[hg_binary_f32_index(p->rhs_stride, n, y, x, c)];
          *output++ = hg_clamp_f32(product, p->output_min, p->output_max);
        }
      }
    }
  }
}

#endif
