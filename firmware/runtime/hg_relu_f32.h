/* Rectifiers of float32 values that stand alone. */
#ifndef HG_RELU_F32_H
#define HG_RELU_F32_H

#include "hg_math_f32.h"

typedef struct {
  int32_t size;
  float output_min;
  float output_max;
} hg_relu_f32_t;

typedef struct {
  int32_t size;
  float alpha;
} hg_leaky_relu_f32_t;

HG_INLINE void hg_relu_f32(const hg_relu_f32_t *p, const float *input, float *output) {
  for (int32_t i = 0; i < p->size; ++i) {
    output[i] = hg_clamp_f32(input[i], p->output_min, p->output_max);
  }
}

HG_INLINE void hg_leaky_relu_f32(const hg_leaky_relu_f32_t *p, const float *input, float *output) {
  for (int32_t i = 0; i < p->size; ++i) {
    output[i] = input[i] > 0.0f ? input[i] : input[i] * p->alpha;
  }
}

#endif
