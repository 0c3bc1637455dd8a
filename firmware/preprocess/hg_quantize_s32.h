/* A window of the integer preprocessing as the int8 network's input. */
#ifndef HG_QUANTIZE_S32_H
#define HG_QUANTIZE_S32_H

#include "hg_common.h"

#define HG_MOST_AXES 3

/* Of each axis: unit, normalization, scale and zero point of the input in one factor and one
 * summand, which also rounds. */
typedef struct {
  int32_t window; /* samples */
  int32_t axes;
  int32_t shift; /* 32 to 62 */
  int32_t multiplier[HG_MOST_AXES];
  int64_t addend[HG_MOST_AXES];
} hg_quantize_window_s32_t;

/* (value * multiplier + addend) / 2^shift, rounded down, saturated. */
HG_INLINE void hg_quantize_window_s32(const hg_quantize_window_s32_t *p, const int32_t *input,
                                      int8_t *output) {
  for (int32_t i = 0; i < p->window; ++i) {
    for (int32_t axis = 0; axis < p->axes; ++axis) {
      const int64_t sum = (int64_t)*input++ * p->multiplier[axis] + p->addend[axis];
      const int32_t steps = (int32_t)(sum >> 32) >> (p->shift - 32);
      *output++ = (int8_t)hg_clamp_s32(steps, INT8_MIN, INT8_MAX);
    }
  }
}

#endif
