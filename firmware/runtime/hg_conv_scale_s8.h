/* How the sums of one output channel of a convolution become outputs: see hg_requantize_right. */
#ifndef HG_CONV_SCALE_S8_H
#define HG_CONV_SCALE_S8_H

#include "hg_conv_2d_s8.h"

typedef struct {
  int32_t bias;
  int32_t multiplier;
  int32_t shift;
  int32_t base;
} hg_conv_scale_t;

/* Of channel c. bias may be null. */
HG_INLINE hg_conv_scale_t hg_conv_scale(const hg_conv_2d_s8_t *p, const int32_t *bias,
                                        const int32_t *multiplier, const int8_t *shift, int32_t c) {
  const hg_conv_scale_t scale = {
      .bias = bias ? bias[c] : 0,
      .multiplier = multiplier[c],
      .shift = shift[c],
      .base = hg_requantize_base(shift[c], p->output_offset),
  };
  return scale;
}

HG_INLINE int32_t hg_conv_scale_output(const hg_conv_2d_s8_t *p, const hg_conv_scale_t *scale,
                                       int32_t sum) {
  const int32_t value =
      hg_requantize_right(sum + scale->bias, scale->multiplier, scale->shift, scale->base);
  return hg_clamp_s32(value, p->output_min, p->output_max);
}

#endif
