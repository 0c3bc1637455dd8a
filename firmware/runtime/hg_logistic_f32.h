/* Logistic function of float32 values: 1 / (1 + exp(-x)), wrong by at most 2.5 ulp. */
#ifndef HG_LOGISTIC_F32_H
#define HG_LOGISTIC_F32_H

#include "hg_exp_f32.h"

typedef struct {
  int32_t size;
} hg_logistic_f32_t;

/* exp is taken of -|x| only, so that it neither overflows nor leaves a difference of like values.
 */
HG_INLINE float hg_logistic_value_f32(float x) {
  const float e = hg_exp_f32(x < 0.0f ? x : -x);
  return (x < 0.0f ? e : 1.0f) / (1.0f + e);
}

HG_INLINE void hg_logistic_f32(const hg_logistic_f32_t *p, const float *input, float *output) {
  for (int32_t i = 0; i < p->size; ++i) {
    output[i] = hg_logistic_value_f32(input[i]);
  }
}

#endif
