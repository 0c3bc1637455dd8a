/* The float edges of an int8 network. */
#ifndef HG_QUANTIZE_S8_H
#define HG_QUANTIZE_S8_H

#include "hg_common.h"

/* The nearest integer, halves away from zero. */
HG_INLINE int32_t hg_nearest(float x) {
#if defined(__ARM_ARCH_8M_MAIN__) && defined(__ARM_FP) && defined(__ARM_PCS_VFP)
  float bits; /* compilers take two instructions for what is one */
  int32_t nearest;
  __asm__("vcvta.s32.f32 %0, %1" : "=t"(bits) : "t"(x));
  __builtin_memcpy(&nearest, &bits, sizeof nearest);
  return nearest;
#else
  return (int32_t)__builtin_roundf(x);
#endif
}

/* round(x / scale) + zero_point, halves away from zero, saturated. With a division, not a product
 * with 1 / scale: they differ. NaN gives the lowest value, so that every input is defined.
 * The bounds are whole numbers, so that they may come before the rounding. */
HG_INLINE int8_t hg_quantize_value_s8(float x, float scale, int32_t zero_point) {
  const float lowest = (float)(INT8_MIN - zero_point);
  const float highest = (float)(INT8_MAX - zero_point);
#if HG_SOFT_FLOAT
  const float steps = x / scale;
  if (!(steps > lowest)) {
    return INT8_MIN;
  }
  if (steps >= highest) {
    return INT8_MAX;
  }
  const int32_t whole = (int32_t)steps;
  const float rest = steps - (float)whole;
  return (int8_t)(whole + (rest >= 0.5f) - (rest <= -0.5f) + zero_point);
#else
  const float steps = __builtin_fminf(__builtin_fmaxf(x / scale, lowest), highest);
  return (int8_t)(hg_nearest(steps) + zero_point);
#endif
}

HG_INLINE void hg_quantize_s8(const float *input, int32_t size, float scale, int32_t zero_point,
                              int8_t *output) {
  HG_UNROLL(4)
  for (int32_t i = 0; i < size; ++i) {
    output[i] = hg_quantize_value_s8(input[i], scale, zero_point);
  }
}

HG_INLINE void hg_dequantize_s8(const int8_t *input, int32_t size, float scale, int32_t zero_point,
                                float *output) {
  HG_UNROLL(1)
  for (int32_t i = 0; i < size; ++i) {
    output[i] = scale * (float)(input[i] - zero_point);
  }
}

#endif
