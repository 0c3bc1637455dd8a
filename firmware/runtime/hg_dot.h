/* Dot product of int8 activations and weights: the inner loop of every layer with weights. */
#ifndef HG_DOT_H
#define HG_DOT_H

#include "hg_common.h"

#if defined(__ARM_FEATURE_DSP) && (__ARM_FEATURE_DSP == 1)
#include <arm_acle.h>

/* The four bytes at p, which need not be aligned: the core loads them in one instruction. */
HG_INLINE uint32_t hg_load_4(const int8_t *p) {
  uint32_t word;
  __builtin_memcpy(&word, p, sizeof word);
  return word;
}

HG_INLINE uint32_t hg_rotate_right_8(uint32_t value) {
  return (value >> 8) | (value << 24);
}
#endif

/* sum + the products (input[i] + offset) * weights[i] for i < size; -128 <= offset <= 128.
 * The importer has proven that 32 bits hold the sum in any order. */
HG_INLINE int32_t hg_dot_s8(const int8_t *input, const int8_t *weights, int32_t size,
                            int32_t offset, int32_t sum) {
  int32_t i = 0;
#if defined(__ARM_FEATURE_DSP) && (__ARM_FEATURE_DSP == 1)
  const uint32_t offsets = ((uint32_t)offset & 0xFFFFu) * 0x00010001u;
  for (; i + 4 <= size; i += 4) {
    const uint32_t x = hg_load_4(input + i);
    const uint32_t w = hg_load_4(weights + i);
    /* Bytes 0 and 2, then 1 and 3, as two 16-bit halves each. */
    const int16x2_t x02 = __sxtab16((int16x2_t)offsets, (int8x4_t)x);
    const int16x2_t w02 = __sxtb16((int8x4_t)w);
    const int16x2_t x13 = __sxtab16((int16x2_t)offsets, (int8x4_t)hg_rotate_right_8(x));
    const int16x2_t w13 = __sxtb16((int8x4_t)hg_rotate_right_8(w));
    sum = __smlad(x02, w02, sum);
    sum = __smlad(x13, w13, sum);
  }
#endif
  for (; i < size; ++i) {
    sum += (input[i] + offset) * weights[i];
  }
  return sum;
}

#endif
