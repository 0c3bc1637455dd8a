/* Brings each axis to mean 0 and standard deviation 1: those of the training data, or a window's.
 */
#ifndef HG_NORMALIZE_F32_H
#define HG_NORMALIZE_F32_H

#include "hg_common.h"

/* (value - mean) / std of one sample. */
HG_INLINE void hg_normalize_f32(int32_t axes, const float *mean, const float *std, float *sample) {
  for (int32_t axis = 0; axis < axes; ++axis) {
    sample[axis] = (sample[axis] - mean[axis]) / std[axis];
  }
}

typedef struct {
  int32_t window; /* samples */
  int32_t axes;
  float least_std; /* what a smaller one counts as */
} hg_normalize_window_f32_t;

/* The same with each axis' own mean and standard deviation (of the population) in the window
 * (samples, axes); output may be input. */
HG_INLINE void hg_normalize_window_f32(const hg_normalize_window_f32_t *p, const float *input,
                                       float *output) {
  for (int32_t axis = 0; axis < p->axes; ++axis) {
    float sum = 0.0f;
    for (int32_t i = 0; i < p->window; ++i) {
      sum += input[i * p->axes + axis];
    }
    const float mean = sum / (float)p->window;
    float squares = 0.0f;
    for (int32_t i = 0; i < p->window; ++i) {
      const float centered = input[i * p->axes + axis] - mean;
      squares += centered * centered;
    }
    const float std = __builtin_sqrtf(squares / (float)p->window);
    const float divisor = std > p->least_std ? std : p->least_std;
    for (int32_t i = 0; i < p->window; ++i) {
      output[i * p->axes + axis] = (input[i * p->axes + axis] - mean) / divisor;
    }
  }
}

#endif
