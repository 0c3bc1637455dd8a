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

HG_INLINE uint32_t hg_low_halves(uint32_t a, uint32_t b) {
  return (a & 0xFFFFu) | b << 16;
}

HG_INLINE uint32_t hg_high_halves(uint32_t a, uint32_t b) {
  return a >> 16 | (b & 0xFFFF0000u);
}
#endif

#endif
