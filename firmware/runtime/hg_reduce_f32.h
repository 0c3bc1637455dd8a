/* Maximum and mean of float32 tensors along neighbouring axes: (outer, reduced, inner) to (outer,
 * inner). */
#ifndef HG_REDUCE_F32_H
#define HG_REDUCE_F32_H

#include "hg_math_f32.h"

typedef struct {
  int32_t outer;
  int32_t reduced;
  int32_t inner;
} hg_reduce_f32_t;

HG_INLINE void hg_reduce_max_f32(const hg_reduce_f32_t *p, const float *input, float *output) {
  for (int32_t o = 0; o < p->outer; ++o) {
    for (int32_t i = 0; i < p->inner; ++i) {
      float largest = -HG_LARGEST_F32;
      for (int32_t r = 0; r < p->reduced; ++r) {
        largest = hg_max_f32(largest, input[(o * p->reduced + r) * p->inner + i]);
      }
      *output++ = largest;
    }
  }
}

HG_INLINE void hg_mean_f32(const hg_reduce_f32_t *p, const float *input, float *output) {
  for (int32_t o = 0; o < p->outer; ++o) {
    for (int32_t i = 0; i < p->inner; ++i) {
      float sum = 0.0f;
      for (int32_t r = 0; r < p->reduced; ++r) {
        sum += input[(o * p->reduced + r) * p->inner + i];
      }
      *output++ = sum / (float)p->reduced;
    }
  }
}

#endif
