/* The float input of an int8 network by products instead of hg_quantize_s8's division.
 *
 * 1 / scale is one factor, or a factor and what is left of it (rest, 0 where there is none), both
 * positive. They give other floats than the division, but the same int8 for each: whoever writes
 * the call has looked at every step (hargen/quantize/reciprocal.py).
 */
#ifndef HG_QUANTIZE_PRODUCT_S8_H
#define HG_QUANTIZE_PRODUCT_S8_H

#include "hg_quantize_s8.h"

/* Whether a product is added with one rounding: by one instruction, or by the library of a host.
 * Not every library does: newlib's fmaf rounds twice. */
#if HG_SOFT_FLOAT
#define HG_QUANTIZE_FUSED 0
#elif defined(__ARM_FEATURE_FMA) || defined(__FP_FAST_FMAF) || defined(__APPLE__) || \
    (defined(__GLIBC__) && !defined(__UCLIBC__))
#define HG_QUANTIZE_FUSED 1
#else
#define HG_QUANTIZE_FUSED 0
#endif

/* Output is aligned no better than bytes are. */
#if defined(HG_QUANTIZE_M33) && defined(__ARM_FEATURE_UNALIGNED)
#define HG_QUANTIZE_WORDS
#include "hg_quantize_product_vfp.h"
#endif

/* sum + a * b with one rounding. clang calls fmaf but with -fno-math-errno. */
HG_INLINE float hg_quantize_add_product(float sum, float a, float b) {
#if defined(__clang__) && defined(__arm__) && defined(__ARM_FEATURE_FMA)
  __asm__("vfma.f32 %0, %1, %2" : "+t"(sum) : "t"(a), "t"(b));
  return sum;
#else
  return __builtin_fmaf(a, b, sum);
#endif
}

/* x / scale, with an error that no int8 shows. */
HG_INLINE float hg_quantize_product(float x, float scale, float factor, float rest) {
  if (rest == 0.0f) {
    return x * factor;
  }
  return HG_QUANTIZE_FUSED ? hg_quantize_add_product(x * rest, x, factor) : x / scale;
}

HG_INLINE void hg_quantize_product_s8(const float *input, int32_t size, float scale, float factor,
                                      float rest, int32_t zero_point, int8_t *output) {
  int32_t i = 0;
#ifdef HG_QUANTIZE_WORDS
  hg_quantize_product_words_s8(input, size, factor, rest, zero_point, output);
  i = size / 4 * 4;
#endif
  for (; i < size; ++i) {
    const float steps = hg_quantize_product(input[i], scale, factor, rest);
    output[i] = hg_quantize_steps_s8(steps, zero_point);
  }
}

#endif
