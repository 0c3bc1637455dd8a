/* From 32-bit sums to the scale of the output: the two roundings of TensorFlow Lite's reference.
 *
 * Both are written so that they hold for negative sums too; right shifts of negative numbers are
 * arithmetic with every compiler that hargen supports. hargen/quantize has the same in Python.
 */
#ifndef HG_REQUANTIZE_H
#define HG_REQUANTIZE_H

#include "hg_common.h"

/* value / 2^shift to the nearest integer, halves away from zero; 0 <= shift <= 31. */
HG_INLINE int32_t hg_shift_right_rounded(int32_t value, int32_t shift) {
  const int32_t mask = (int32_t)(((uint32_t)1 << shift) - 1u);
  const int32_t half = (mask >> 1) + (value < 0);
  return (value >> shift) + ((value & mask) > half);
}

/* High half of 2*a*b, halves up. b is a multiplier below 2^31, so that nothing saturates. */
HG_INLINE int32_t hg_high_half(int32_t a, int32_t b) {
  return (int32_t)(((int64_t)a * b + ((int64_t)1 << 30)) >> 31);
}

/* value * multiplier * 2^(shift - 31), rounded twice: convolutions and elementwise operators.
 * A positive shift scales up first and wraps where 32 bits do not hold the result. */
HG_INLINE int32_t hg_requantize_double(int32_t value, int32_t multiplier, int32_t shift) {
  const int32_t left = shift > 0 ? shift : 0;
  const int32_t right = shift > 0 ? 0 : -shift;
  const int32_t scaled = (int32_t)((uint32_t)value << left);
  return hg_shift_right_rounded(hg_high_half(scaled, multiplier), right);
}

/* offset * 2^shift + 2^(shift - 1) for hg_requantize_right. */
HG_INLINE int32_t hg_requantize_base(int32_t shift, int32_t offset) {
  return (2 * offset + 1) * ((int32_t)1 << (shift - 1));
}

/* addend + the high half of a * b, halves up. */
HG_INLINE int32_t hg_add_high_half(int32_t addend, int32_t a, int32_t b) {
#if defined(__ARM_FEATURE_DSP) && (__ARM_FEATURE_DSP == 1)
  int32_t sum; /* there is no intrinsic for it */
  __asm__("smmlar %0, %1, %2, %3" : "=r"(sum) : "r"(a), "r"(b), "r"(addend));
  return sum;
#else
  const uint64_t whole = (uint64_t)(uint32_t)addend << 32 | (uint32_t)1 << 31;
  return (int32_t)(((int64_t)whole + (int64_t)a * b) >> 32);
#endif
}

/* The high half of a * b, halves up. */
HG_INLINE int32_t hg_multiply_high(int32_t a, int32_t b) {
#if defined(__ARM_FEATURE_DSP) && (__ARM_FEATURE_DSP == 1)
  int32_t product; /* there is no intrinsic for it */
  __asm__("smmulr %0, %1, %2" : "=r"(product) : "r"(a), "r"(b));
  return product;
#else
  return (int32_t)(((int64_t)a * b + ((int64_t)1 << 31)) >> 32);
#endif
}

/* hg_requantize_double(value, multiplier, -shift) + offset in fewer steps: only the sign tells how
 * halves are rounded, and a negative value whose high half is 0 gives 0 either way.
 * 1 <= shift <= 22, |value| < 2^30. */
HG_INLINE int32_t hg_requantize_right(int32_t value, int32_t multiplier, int32_t shift,
                                      int32_t base) {
  return hg_add_high_half(base + (value >> 31), 2 * value, multiplier) >> shift;
}

/* value * multiplier / 2^shift, rounded once, halves away from zero: fully connected layers.
 * 1 <= shift <= 62. */
HG_INLINE int32_t hg_requantize_single(int32_t value, int32_t multiplier, int32_t shift) {
  const int64_t half = (int64_t)1 << (shift - 1);
  return (int32_t)(((int64_t)value * multiplier + half - (value < 0)) >> shift);
}

/* addend + the high half of a * b, rounded down. */
HG_INLINE int32_t hg_add_high_floor(int32_t addend, int32_t a, int32_t b) {
#if defined(__ARM_FEATURE_DSP) && (__ARM_FEATURE_DSP == 1)
  int32_t sum; /* there is no intrinsic for it */
  __asm__("smmla %0, %1, %2, %3" : "=r"(sum) : "r"(a), "r"(b), "r"(addend));
  return sum;
#else
  return addend + (int32_t)(((int64_t)a * b) >> 32);
#endif
}

/* hg_requantize_single(value, multiplier, shift) + offset in fewer steps, where no negative value
 * gives a half. base: of hg_requantize_base(shift - 32, offset); 33 <= shift <= 53. */
HG_INLINE int32_t hg_requantize_far(int32_t value, int32_t multiplier, int32_t shift,
                                    int32_t base) {
  return hg_add_high_floor(base, value, multiplier) >> (shift - 32);
}

#endif
