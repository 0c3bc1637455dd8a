/* Softmax of float32 logits over the last axis. */
#ifndef HG_SOFTMAX_F32_H
#define HG_SOFTMAX_F32_H

#include "hg_exp_f32.h"
#include "hg_math_f32.h"

typedef struct {
  int32_t rows;
  int32_t size; /* of a row */
  float beta;
} hg_softmax_f32_t;

HG_INLINE void hg_softmax_f32(const hg_softmax_f32_t *p, const float *input, float *output) {
  for (int32_t row = 0; row < p->rows; ++row, input += p->size, output += p->size) {
    float largest = -HG_LARGEST_F32;
    for (int32_t i = 0; i < p->size; ++i) {
      largest = hg_max_f32(largest, input[i]);
    }
    float sum = 0.0f;
    for (int32_t i = 0; i < p->size; ++i) {
      output[i] = hg_exp_f32((input[i] - largest) * p->beta);
      sum += output[i];
    }
    for (int32_t i = 0; i < p->size; ++i) {
      output[i] = output[i] / sum;
    }
  }
}

#endif
