/* Dot products of int8 vectors for two outputs at once.
 *
 * Weights are packed in 16-bit halves, each 256 * second + first: the weights of two outputs for
 * the same input. Inputs are widened to 16 bits. Products with the halves as they are sum up to
 * 256 * (the second output's sum) + (the first one's), products with the sign-extended low bytes to
 * the first one's alone. So weights take one byte each, and one instruction unpacks a word of them
 * for four multiply-adds. hargen/plan/layers/dual.py packs, and proves that all sums fit 32 bits.
 *
 * A quad is four such values in 64 bits, the first one lowest, as little-endian cores load them.
 */
#ifndef HG_DUAL_S8_H
#define HG_DUAL_S8_H

#include "hg_common.h"

typedef struct {
  int32_t first;
  int32_t both; /* 256 * second + first */
} hg_dual_t;

#if defined(__ARM_FEATURE_DSP) && (__ARM_FEATURE_DSP == 1)
#include <arm_acle.h>

/* sum + the product of the low halves + that of the high ones; all are signed. */
HG_INLINE int32_t hg_dual_mac(uint32_t x, uint32_t w, int32_t sum) {
  return __smlad((int16x2_t)x, (int16x2_t)w, sum);
}

/* Bytes 0 and 2 as signed halves. */
HG_INLINE uint32_t hg_widen_even(uint32_t bytes) {
  return (uint32_t)__sxtb16((int8x4_t)bytes);
}

/* Bytes 1 and 3; compilers do not see that the instruction rotates. */
HG_INLINE uint32_t hg_widen_odd(uint32_t bytes) {
  uint32_t halves;
  __asm__("sxtb16 %0, %1, ror #8" : "=r"(halves) : "r"(bytes));
  return halves;
}
#else
HG_INLINE int32_t hg_signed_half(uint32_t word) {
  return (int16_t)(uint16_t)word;
}

/* Opaque, as compilers would else reorder the sums of a block and run out of registers. */
HG_INLINE int32_t hg_dual_mac(uint32_t x, uint32_t w, int32_t sum) {
  sum += hg_signed_half(x) * hg_signed_half(w) + hg_signed_half(x >> 16) * hg_signed_half(w >> 16);
  HG_OPAQUE(sum);
  return sum;
}

HG_INLINE uint32_t hg_widen_even(uint32_t bytes) {
  const int32_t low = (int8_t)(uint8_t)bytes;
  const int32_t high = (int8_t)(uint8_t)(bytes >> 16);
  return ((uint32_t)low & 0xFFFFu) | (uint32_t)high << 16;
}

HG_INLINE uint32_t hg_widen_odd(uint32_t bytes) {
  return hg_widen_even(bytes >> 8);
}
#endif

/* Four bytes as a quad in the order 0, 2, 1, 3, the cheapest one. */
HG_INLINE uint64_t hg_widen(uint32_t bytes) {
  return hg_widen_even(bytes) | (uint64_t)hg_widen_odd(bytes) << 32;
}

/* The four bytes at p, which need not be aligned: the core loads them in one instruction. */
HG_INLINE uint32_t hg_load_bytes(const int8_t *p) {
  uint32_t word;
  __builtin_memcpy(&word, p, sizeof word);
  return word;
}

HG_INLINE void hg_dual_add(uint64_t x, uint64_t w, hg_dual_t *sums) {
  const uint32_t low = (uint32_t)w;
  const uint32_t high = (uint32_t)(w >> 32);
  sums->both = hg_dual_mac((uint32_t)x, low, sums->both);
  sums->first = hg_dual_mac((uint32_t)x, hg_widen_even(low), sums->first);
  sums->both = hg_dual_mac((uint32_t)(x >> 32), high, sums->both);
  sums->first = hg_dual_mac((uint32_t)(x >> 32), hg_widen_even(high), sums->first);
}

/* Of fewer than four values, `count`: the upper halves of x and w do not matter. */
HG_INLINE void hg_dual_add_part(uint64_t x, uint64_t w, int32_t count, hg_dual_t *sums) {
  if (count > 0) {
    sums->both = hg_dual_mac((uint32_t)x, (uint32_t)w, sums->both);
    sums->first = hg_dual_mac((uint32_t)x, hg_widen_even((uint32_t)w), sums->first);
  }
  if (count > 2) {
    sums->both = hg_dual_mac((uint32_t)(x >> 32), (uint32_t)(w >> 32), sums->both);
    sums->first = hg_dual_mac((uint32_t)(x >> 32), hg_widen_even((uint32_t)(w >> 32)), sums->first);
  }
}

/* So many quads are written out: a divisor of their number, so that none is left over. */
HG_INLINE int32_t hg_dual_block(int32_t quads) {
#ifdef __OPTIMIZE_SIZE__
  return quads % 2 == 0 ? 2 : 1;
#else
  const int32_t upper = quads % 6 == 0 ? 6 : (quads % 5 == 0 ? 5 : 4);
  const int32_t lower = quads % 3 == 0 ? 3 : (quads % 2 == 0 ? 2 : 1);
  return quads % upper == 0 ? upper : lower;
#endif
}

/* The second output's sum. */
HG_INLINE int32_t hg_dual_second(hg_dual_t sums) {
  return (sums.both - sums.first) >> 8;
}

/* Where sizes are no multiple of four, the last values of each pair of outputs are behind the quads
 * of all: those of `pair`, as a quad with zeros above them. */
HG_INLINE uint64_t hg_dual_tail(const uint64_t *weights, int32_t size, int32_t outputs,
                                int32_t pair) {
  const int32_t left = size % 4;
  const uint64_t *tails = weights + (outputs + 1) / 2 * (size / 4);
  const int8_t *tail = (const int8_t *)tails + 2 * left * pair;
  uint16_t half = 0;
  if (left % 2 == 1) {
    __builtin_memcpy(&half, tail + 2 * (left - 1), sizeof half);
  }
  return left < 2 ? half : (hg_load_bytes(tail) | (uint64_t)half << 32);
}

#endif
