/* Maximum and mean of int8 tensors along neighbouring axes: (outer, reduced, inner) to (outer,
 * inner). */
#ifndef HG_REDUCE_S8_H
#define HG_REDUCE_S8_H

#include "hg_requantize.h"

typedef struct {
  int32_t outer;
  int32_t reduced;
  int32_t inner;
} hg_reduce_max_s8_t;

typedef struct {
  int32_t outer;
  int32_t reduced;
  int32_t inner;
  int32_t sum_offset; /* minus the zero point of the input, once for each value of the sum */
  int32_t multiplier; /* of hg_requantize_double; the division by the count is part of it */
  int32_t shift;
  int32_t output_offset; /* zero point of the output */
} hg_mean_s8_t;

HG_INLINE void hg_reduce_max_s8(const hg_reduce_max_s8_t *p, const int8_t *input, int8_t *output) {
  for (int32_t o = 0; o < p->outer; ++o) {
    for (int32_t i = 0; i < p->inner; ++i) {
      int32_t largest = INT8_MIN;
      for (int32_t r = 0; r < p->reduced; ++r) {
        largest = hg_max_s32(largest, input[(o * p->reduced + r) * p->inner + i]);
      }
      *output++ = (int8_t)largest;
    }
  }
}

HG_INLINE void hg_mean_s8(const hg_mean_s8_t *p, const int8_t *input, int8_t *output) {
  for (int32_t o = 0; o < p->outer; ++o) {
    for (int32_t i = 0; i < p->inner; ++i) {
      int32_t sum = p->sum_offset;
      for (int32_t r = 0; r < p->reduced; ++r) {
        sum += input[(o * p->reduced + r) * p->inner + i];
      }
      const int32_t value = hg_requantize_double(sum, p->multiplier, p->shift) + p->output_offset;
      *output++ = (int8_t)hg_clamp_s32(value, INT8_MIN, INT8_MAX);
    }
  }
}

#endif
