/* Words of two signed 16-bit halves, and what the DSP extension does with them. */
#ifndef HG_HALVES_H
#define HG_HALVES_H

#include "hg_dual_s8.h"

#if defined(__ARM_FEATURE_DSP) && (__ARM_FEATURE_DSP == 1)
/* sum + the low half of x * the high one of w. */
HG_INLINE int32_t hg_low_high_mac(uint32_t x, uint32_t w, int32_t sum) {
  return __smlabt((int32_t)x, (int32_t)w, sum);
}

/* sum + the high half of x * the low one of w. */
HG_INLINE int32_t hg_high_low_mac(uint32_t x, uint32_t w, int32_t sum) {
  return __smlatb((int32_t)x, (int32_t)w, sum);
}

/* sum + a product of both low or both high halves. */
HG_INLINE int32_t hg_low_low_mac(uint32_t x, uint32_t w, int32_t sum) {
  return __smlabb((int32_t)x, (int32_t)w, sum);
}

HG_INLINE int32_t hg_high_high_mac(uint32_t x, uint32_t w, int32_t sum) {
  return __smlatt((int32_t)x, (int32_t)w, sum);
}

/* sum + what is left of multiplier * a half without its last 16 bits. Compilers keep count of
 * overflows, which there are none of, behind the intrinsics. */
HG_INLINE int32_t hg_low_product(int32_t multiplier, uint32_t x, int32_t sum) {
  __asm__("smlawb %0, %1, %2, %3" : "=r"(sum) : "r"(multiplier), "r"(x), "r"(sum));
  return sum;
}

HG_INLINE int32_t hg_high_product(int32_t multiplier, uint32_t x, int32_t sum) {
  __asm__("smlawt %0, %1, %2, %3" : "=r"(sum) : "r"(multiplier), "r"(x), "r"(sum));
  return sum;
}

/* Halves + bytes 0 and 2, or 1 and 3. */
HG_INLINE uint32_t hg_add_even(uint32_t halves, uint32_t bytes) {
  return (uint32_t)__sxtab16((int16x2_t)halves, (int8x4_t)bytes);
}

HG_INLINE uint32_t hg_add_odd(uint32_t halves, uint32_t bytes) {
  uint32_t sums; /* compilers do not see that the instruction rotates */
  __asm__("sxtab16 %0, %1, %2, ror #8" : "=r"(sums) : "r"(halves), "r"(bytes));
  return sums;
}

/* Four bytes, the lowest of each, as a word; compilers clear it first. */
HG_INLINE uint32_t hg_pack_bytes(int32_t a, int32_t b, int32_t c, int32_t d) {
  __asm__("bfi %0, %1, #8, #8\n\tbfi %0, %2, #16, #8\n\tbfi %0, %3, #24, #8"
          : "+&r"(a)
          : "r"(b), "r"(c), "r"(d));
  return (uint32_t)a;
}

/* The low halves of both, that of a lowest. */
HG_INLINE uint32_t hg_low_halves(uint32_t a, uint32_t b) {
  uint32_t halves; /* there is no intrinsic for it */
  __asm__("pkhbt %0, %1, %2, lsl #16" : "=r"(halves) : "r"(a), "r"(b));
  return halves;
}

/* The high halves of both, that of a lowest. */
HG_INLINE uint32_t hg_high_halves(uint32_t a, uint32_t b) {
  uint32_t halves;
  __asm__("pkhtb %0, %2, %1, asr #16" : "=r"(halves) : "r"(a), "r"(b));
  return halves;
}
#else
HG_INLINE int32_t hg_low_high_mac(uint32_t x, uint32_t w, int32_t sum) {
  return sum + hg_signed_half(x) * hg_signed_half(w >> 16);
}

HG_INLINE int32_t hg_high_low_mac(uint32_t x, uint32_t w, int32_t sum) {
  return sum + hg_signed_half(x >> 16) * hg_signed_half(w);
}

HG_INLINE int32_t hg_low_low_mac(uint32_t x, uint32_t w, int32_t sum) {
  return sum + hg_signed_half(x) * hg_signed_half(w);
}

HG_INLINE int32_t hg_high_high_mac(uint32_t x, uint32_t w, int32_t sum) {
  return sum + hg_signed_half(x >> 16) * hg_signed_half(w >> 16);
}

HG_INLINE int32_t hg_low_product(int32_t multiplier, uint32_t x, int32_t sum) {
  return sum + (int32_t)(((int64_t)multiplier * hg_signed_half(x)) >> 16);
}

HG_INLINE int32_t hg_high_product(int32_t multiplier, uint32_t x, int32_t sum) {
  return hg_low_product(multiplier, x >> 16, sum);
}

HG_INLINE uint32_t hg_add_even(uint32_t halves, uint32_t bytes) {
  const uint32_t wide = hg_widen_even(bytes);
  return ((halves + wide) & 0xFFFFu) | ((halves & 0xFFFF0000u) + (wide & 0xFFFF0000u));
}

HG_INLINE uint32_t hg_add_odd(uint32_t halves, uint32_t bytes) {
  return hg_add_even(halves, bytes >> 8);
}

HG_INLINE uint32_t hg_pack_bytes(int32_t a, int32_t b, int32_t c, int32_t d) {
  return ((uint32_t)a & 0xFFu) | ((uint32_t)b & 0xFFu) << 8 | ((uint32_t)c & 0xFFu) << 16 |
         (uint32_t)d << 24;
}

HG_INLINE uint32_t hg_low_halves(uint32_t a, uint32_t b) {
  return (a & 0xFFFFu) | b << 16;
}

HG_INLINE uint32_t hg_high_halves(uint32_t a, uint32_t b) {
  return a >> 16 | (b & 0xFFFF0000u);
}
#endif

/* As hg_load_bytes. */
HG_INLINE void hg_store_bytes(int8_t *p, uint32_t word) {
  __builtin_memcpy(p, &word, sizeof word);
}

#endif
