/* The float edges of an int8 network. */
#ifndef HG_QUANTIZE_S8_H
#define HG_QUANTIZE_S8_H

#include "hg_common.h"

#if defined(__ARM_ARCH_8M_MAIN__) && defined(__ARM_PCS_VFP) && defined(__ARM_FEATURE_DSP) && \
    !defined(__OPTIMIZE_SIZE__)
#define HG_QUANTIZE_M33
#endif

/* Whether maxima, minima and rounding halves away from zero are instructions, as FPv5 has them. gcc
 * says it of no Cortex-M: those of Armv8-M with an FPU have them, and those of Armv7-M that have
 * double precision. Elsewhere some would be calls into a library of maths. */
#if !defined(HG_ROUND_INSTRUCTIONS)
#if HG_SOFT_FLOAT
#define HG_ROUND_INSTRUCTIONS 0
#elif defined(__ARM_FEATURE_DIRECTED_ROUNDING) && defined(__ARM_FEATURE_NUMERIC_MAXMIN)
#define HG_ROUND_INSTRUCTIONS 1
#elif defined(__ARM_FP) && defined(__ARM_ARCH_PROFILE) && (__ARM_ARCH_PROFILE == 'M') && \
    ((__ARM_ARCH >= 8) || (__ARM_FP & 8))
#define HG_ROUND_INSTRUCTIONS 1
#else
#define HG_ROUND_INSTRUCTIONS 0
#endif
#endif

/* The nearest whole number, halves away from zero. Compilers make two instructions of it, or of
 * lroundf one, but only with -fno-math-errno. */
HG_INLINE int32_t hg_round_to_s32(float value) {
#if defined(__arm__) && HG_ROUND_INSTRUCTIONS
  int32_t whole;
  __asm__("vcvta.s32.f32 %0, %1" : "=t"(whole) : "t"(value));
  return whole;
#else
  return (int32_t)__builtin_roundf(value);
#endif
}

/* round(steps) + zero_point, halves away from zero, saturated. NaN gives the lowest value, so that
 * every input is defined. The bounds are whole numbers, so that they may come before the
 * rounding. */
HG_INLINE int8_t hg_quantize_steps_s8(float steps, int32_t zero_point) {
  const float lowest = (float)(INT8_MIN - zero_point);
  const float highest = (float)(INT8_MAX - zero_point);
#if HG_ROUND_INSTRUCTIONS
  const float inside = __builtin_fminf(__builtin_fmaxf(steps, lowest), highest);
  return (int8_t)(hg_round_to_s32(inside) + zero_point);
#else
  if (!(steps > lowest)) {
    return INT8_MIN;
  }
  if (steps >= highest) {
    return INT8_MAX;
  }
  const int32_t whole = (int32_t)steps;
  const float rest = steps - (float)whole;
  return (int8_t)(whole + (rest >= 0.5f) - (rest <= -0.5f) + zero_point);
#endif
}

/* With a division, not a product with 1 / scale: they differ. */
HG_INLINE int8_t hg_quantize_value_s8(float x, float scale, int32_t zero_point) {
  return hg_quantize_steps_s8(x / scale, zero_point);
}

#ifdef HG_QUANTIZE_M33
/* Four values as hg_quantize_value_s8 has them, loaded at once and stored in a word. */
HG_INLINE void hg_quantize_four_s8(const float *input, float scale, int32_t zero_point,
                                   int8_t *output) {
  const float lowest = (float)(INT8_MIN - zero_point);
  const float highest = (float)(INT8_MAX - zero_point);
  const uint32_t zero_points = ((uint32_t)zero_point & 0xFFu) * 0x01010101u;
  uint32_t bytes;
  uint32_t second;
  uint32_t third;
  uint32_t fourth;
  /* clang-format off */
  __asm__("vldmia %[input], {s0-s3}\n\t"
          "vdiv.f32 s0, s0, %[scale]\n\t"
          "vdiv.f32 s1, s1, %[scale]\n\t"
          "vdiv.f32 s2, s2, %[scale]\n\t"
          "vdiv.f32 s3, s3, %[scale]\n\t"
          "vmaxnm.f32 s0, s0, %[lowest]\n\t"
          "vmaxnm.f32 s1, s1, %[lowest]\n\t"
          "vmaxnm.f32 s2, s2, %[lowest]\n\t"
          "vmaxnm.f32 s3, s3, %[lowest]\n\t"
          "vminnm.f32 s0, s0, %[highest]\n\t"
          "vminnm.f32 s1, s1, %[highest]\n\t"
          "vminnm.f32 s2, s2, %[highest]\n\t"
          "vminnm.f32 s3, s3, %[highest]\n\t"
          "vcvta.s32.f32 s0, s0\n\t"
          "vcvta.s32.f32 s1, s1\n\t"
          "vcvta.s32.f32 s2, s2\n\t"
          "vcvta.s32.f32 s3, s3\n\t"
          "vmov %[bytes], %[second], s0, s1\n\t"
          "vmov %[third], %[fourth], s2, s3\n\t"
          "bfi %[bytes], %[second], #8, #8\n\t"
          "bfi %[bytes], %[third], #16, #8\n\t"
          "bfi %[bytes], %[fourth], #24, #8\n\t"
          "uadd8 %[bytes], %[bytes], %[zero_points]"
          : [bytes] "=&r"(bytes), [second] "=&r"(second), [third] "=&r"(third),
            [fourth] "=&r"(fourth)
          : [input] "r"(input), [scale] "t"(scale), [lowest] "t"(lowest), [highest] "t"(highest),
            [zero_points] "r"(zero_points)
          : "s0", "s1", "s2", "s3", "cc", "memory");
  /* clang-format on */
  __builtin_memcpy(output, &bytes, sizeof bytes);
}
#endif

HG_INLINE void hg_quantize_s8(const float *input, int32_t size, float scale, int32_t zero_point,
                              int8_t *output) {
  const float *end = input + size;
#ifdef HG_QUANTIZE_M33
  for (const float *whole = input + size / 4 * 4; input < whole; input += 4, output += 4) {
    hg_quantize_four_s8(input, scale, zero_point, output);
  }
#endif
  for (; input < end; ++input, ++output) {
    *output = hg_quantize_value_s8(*input, scale, zero_point);
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
