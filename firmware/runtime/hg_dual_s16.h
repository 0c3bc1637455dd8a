/* Dot products of 16-bit vectors with the weights of hg_dual_s8.h, three pairs of outputs at a
 * time.
 *
 * Who writes the vector may as well write 16 bits a value: then nothing is left to widen here.
 */
#ifndef HG_DUAL_S16_H
#define HG_DUAL_S16_H

#include "hg_dual_s8.h"

#define HG_DUAL_PAIRS 3

#if defined(__ARM_ARCH_ISA_THUMB) && (__ARM_ARCH_ISA_THUMB == 2) && defined(__ARM_FEATURE_DSP) && \
    (__ARM_FEATURE_DSP == 1) && !defined(__clang__) && defined(__OPTIMIZE__)
#define HG_DUAL_THUMB2

/* clang-format off */
/* A word of weights, for two inputs of two outputs; it is widened in its place. */
#define HG_DUAL_WORD(first, both, x, w)                \
  "smlad " both ", " x ", " w ", " both "\n\t"         \
  "sxtb16 " w ", " w "\n\t"                            \
  "smlad " first ", " x ", " w ", " first "\n\t"
#define HG_DUAL_QUAD                                   \
  "ldrd r10, r11, [r0], #8\n\t"                        \
  "ldm r1!, {r7, r12, lr}\n\t"                         \
  HG_DUAL_WORD("r3", "r4", "r10", "r7")                \
  HG_DUAL_WORD("r3", "r4", "r11", "r12")               \
  HG_DUAL_WORD("r5", "r6", "r10", "lr")                \
  "ldm r1!, {r7, r12, lr}\n\t"                         \
  HG_DUAL_WORD("r5", "r6", "r11", "r7")                \
  HG_DUAL_WORD("r8", "r9", "r10", "r12")               \
  HG_DUAL_WORD("r8", "r9", "r11", "lr")
#define HG_DUAL_LOOP(quads)                            \
  __asm__ volatile("push {r0, r3, r4, r7}\n"           \
                   "0:\n\t"                            \
                   "ldr r3, [sp, #4]\n\t"              \
                   "ldm r3, {r3, r4, r5, r6, r8, r9}\n" \
                   "1:\n\t"                            \
                   quads                               \
                   "cmp r0, r2\n\t"                    \
                   "bne 1b\n\t"                        \
                   "ldm sp, {r0, r10, r11}\n\t"        \
                   "stm r10!, {r3, r4, r5, r6, r8, r9}\n\t" \
                   "str r10, [sp, #4]\n\t"             \
                   "cmp r10, r11\n\t"                  \
                   "bne 0b\n\t"                        \
                   "pop {r0, r3, r4, r7}"              \
                   : "+r"(from), "+r"(weights), "+r"(to), "+r"(all), "+r"(end) \
                   :                                   \
                   : "r5", "r6", "r8", "r9", "r10", "r11", "r12", "lr", "cc", "memory")
/* clang-format on */

/* quads and groups: one or more. */
HG_INLINE const uint64_t *hg_dual_s16_thumb2(const int16_t *x, int32_t quads, const uint64_t *group,
                                             int32_t groups, hg_dual_t *sums) {
  register const int16_t *from __asm__("r0") = x;
  register const uint64_t *weights __asm__("r1") = group;
  register const int16_t *to __asm__("r2") = x + 4 * quads;
  register hg_dual_t *all __asm__("r3") = sums;
  register hg_dual_t *end __asm__("r4") = sums + HG_DUAL_PAIRS * groups;
  if (quads % 3 == 0) {
    HG_DUAL_LOOP(HG_DUAL_QUAD HG_DUAL_QUAD HG_DUAL_QUAD);
  } else if (quads % 2 == 0) {
    HG_DUAL_LOOP(HG_DUAL_QUAD HG_DUAL_QUAD);
  } else {
    HG_DUAL_LOOP(HG_DUAL_QUAD);
  }
  return weights;
}
#endif

/* Adds to the sums of up to three pairs. Returns the weights behind. */
HG_INLINE const uint64_t *hg_dual_s16_add_group(const int16_t *x, int32_t quads,
                                                const uint64_t *group, int32_t pairs,
                                                hg_dual_t *sums) {
  HG_UNROLL(1)
  for (int32_t i = 0; i < quads; ++i, group += pairs) {
    uint64_t quad;
    __builtin_memcpy(&quad, x + 4 * i, sizeof quad);
    HG_UNROLL(HG_DUAL_PAIRS)
    for (int32_t n = 0; n < pairs; ++n) {
      hg_dual_add(quad, group[n], &sums[n]);
    }
  }
  return group;
}

/* Adds to the sums of all pairs. x: quads, aligned to words; weights: of three pairs, or of the
 * last ones, the first quads, then the second ones and so on. Returns the weights behind. */
HG_INLINE const uint64_t *hg_dual_s16_add(const int16_t *x, int32_t quads, const uint64_t *weights,
                                          int32_t pairs, hg_dual_t *sums) {
  const int32_t groups = pairs / HG_DUAL_PAIRS;
  const int32_t left = pairs % HG_DUAL_PAIRS;
#ifdef HG_DUAL_THUMB2
  if (groups > 0) {
    weights = hg_dual_s16_thumb2(x, quads, weights, groups, sums);
  }
#else
  for (int32_t i = 0; i < groups; ++i) {
    weights = hg_dual_s16_add_group(x, quads, weights, HG_DUAL_PAIRS, sums + HG_DUAL_PAIRS * i);
  }
#endif
  return left == 0 ? weights
                   : hg_dual_s16_add_group(x, quads, weights, left, sums + HG_DUAL_PAIRS * groups);
}

#endif
