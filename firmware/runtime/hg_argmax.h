/* The index of the largest of some values, the first of equal ones: a network's class. */
#ifndef HG_ARGMAX_H
#define HG_ARGMAX_H

#include "hg_common.h"

HG_INLINE uint32_t hg_argmax_s8(const int8_t *values, uint32_t size) {
  uint32_t best = 0;
  for (uint32_t i = 1; i < size; ++i) {
    if (values[i] > values[best]) {
      best = i;
    }
  }
  return best;
}

/* A NaN is larger than nothing. */
HG_INLINE uint32_t hg_argmax_f32(const float *values, uint32_t size) {
  uint32_t best = 0;
  for (uint32_t i = 1; i < size; ++i) {
    if (values[i] > values[best]) {
      best = i;
    }
  }
  return best;
}

#endif
