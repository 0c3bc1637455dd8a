/* Dot products of 16-bit vectors with the weights of hg_dual_s8.h, three pairs of outputs at a
 * time.
 *
 * Who writes the vector may as well write 16 bits a value: then nothing is left to widen here.
 */
#ifndef HG_DUAL_S16_H
#define HG_DUAL_S16_H

#include "hg_dual_s8.h"

#define HG_DUAL_PAIRS 3

#if defined(__ARM_ARCH_ISA_THUMB) && (__ARM_ARCH_ISA_THUMB == 2) && !defined(__clang__) && \
    defined(__OPTIMIZE__)
#define HG_DUAL_THUMB2

/* clang-format off */
#if defined(__ARM_FEATURE_DSP) && (__ARM_FEATURE_DSP == 1)
#define HG_DUAL_QUADS 3 /* written out, at most */
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
#else
#define HG_DUAL_QUADS 1
/* The same with a product in each instruction: two inputs are in r10 and r11, each half of the word
 * is widened to r12. */
#define HG_DUAL_WORD(first, both, load)                \
  "ldr r7, [r1" load "\n\t"                            \
  "sxth r12, r7\n\t"                                   \
  "mla " both ", r10, r12, " both "\n\t"               \
  "sxtb r12, r7\n\t"                                   \
  "mla " first ", r10, r12, " first "\n\t"             \
  "asr r12, r7, #16\n\t"                               \
  "mla " both ", r11, r12, " both "\n\t"               \
  "sbfx r12, r7, #16, #8\n\t"                          \
  "mla " first ", r11, r12, " first "\n\t"
#define HG_DUAL_INPUTS                                 \
  "ldrsh r10, [r0], #2\n\t"                            \
  "ldrsh r11, [r0], #2\n\t"
#define HG_DUAL_QUAD                                   \
  HG_DUAL_INPUTS                                       \
  HG_DUAL_WORD("r3", "r4", "], #4")                    \
  HG_DUAL_WORD("r5", "r6", ", #4]")                    \
  HG_DUAL_WORD("r8", "r9", ", #12]")                   \
  HG_DUAL_INPUTS                                       \
  HG_DUAL_WORD("r5", "r6", ", #8]")                    \
  HG_DUAL_WORD("r8", "r9", ", #16]")                   \
  HG_DUAL_WORD("r3", "r4", "], #20")
#endif
#define HG_DUAL_LOOP(quads)                            \
  __asm__ volatile("push {r0, r3, r4, r5, r7}\n"       \
                   "0:\n\t"                            \
                   "ldr lr, [sp, #4]\n\t"              \
                   "ldm lr!, {r3, r4, r5, r6, r8, r9}\n\t" \
                   "str lr, [sp, #4]\n"                \
                   "1:\n\t"                            \
                   quads                               \
                   "cmp r0, r2\n\t"                    \
                   "bne 1b\n\t"                        \
                   "ldm sp, {r0, r10, r11, r12}\n\t"   \
                   "stm r11!, {r3, r4, r5, r6, r8, r9}\n\t" \
                   "str r11, [sp, #8]\n\t"             \
                   "cmp r11, r12\n\t"                  \
                   "bne 0b\n\t"                        \
                   "pop {r0, r3, r4, r5, r7}"          \
                   : "+r"(from), "+r"(weights), "+r"(to), "+r"(begin), "+r"(all), "+r"(end) \
                   :                                   \
                   : "r6", "r8", "r9", "r10", "r11", "r12", "lr", "cc", "memory")
/* clang-format on */

/* quads and groups: one or more. */
HG_INLINE const uint64_t *hg_dual_s16_thumb2(const void *x, int32_t quads, const uint64_t *group,
                                             int32_t groups, const int32_t *start, int32_t *sums) {
  register const void *from __asm__("r0") = x;
  register const uint64_t *weights __asm__("r1") = group;
  register const void *to __asm__("r2") = (const int8_t *)x + 8 * quads;
  register const int32_t *begin __asm__("r3") = start;
  register int32_t *all __asm__("r4") = sums;
  register int32_t *end __asm__("r5") = sums + 2 * HG_DUAL_PAIRS * groups;
  if (HG_DUAL_QUADS == 3 && quads % 3 == 0) {
    HG_DUAL_LOOP(HG_DUAL_QUAD HG_DUAL_QUAD HG_DUAL_QUAD);
  } else if (HG_DUAL_QUADS == 3 && quads % 2 == 0) {
    HG_DUAL_LOOP(HG_DUAL_QUAD HG_DUAL_QUAD);
  } else {
    HG_DUAL_LOOP(HG_DUAL_QUAD);
  }
  return weights;
}
#endif

/* Adds to the sums of up to three pairs. Returns the weights behind. */
HG_INLINE const uint64_t *hg_dual_s16_add_group(const void *x, int32_t quads, const uint64_t *group,
                                                int32_t pairs, const int32_t *start,
                                                int32_t *sums) {
  hg_dual_t some[HG_DUAL_PAIRS];
  HG_UNROLL(HG_DUAL_PAIRS)
  for (int32_t n = 0; n < pairs; ++n) {
    some[n].first = start[2 * n];
    some[n].both = start[2 * n + 1];
  }
  HG_UNROLL(1)
  for (int32_t i = 0; i < quads; ++i, group += pairs) {
    uint64_t quad;
    __builtin_memcpy(&quad, (const int8_t *)x + 8 * i, sizeof quad);
    HG_UNROLL(HG_DUAL_PAIRS)
    for (int32_t n = 0; n < pairs; ++n) {
      hg_dual_add(quad, group[n], &some[n]);
    }
  }
  HG_UNROLL(HG_DUAL_PAIRS)
  for (int32_t n = 0; n < pairs; ++n) {
    sums[2 * n] = some[n].first;
    sums[2 * n + 1] = some[n].both;
  }
  return group;
}

/* sums = start + what all pairs get of x. start may be sums; both have of each pair the first
 * output's sum and that of both, as hg_dual_t has. x: quads, aligned to words; weights: of three
 * pairs, or of the last ones, the first quads, then the second ones and so on. Returns the weights
 * behind. */
HG_INLINE const uint64_t *hg_dual_s16_add(const void *x, int32_t quads, const uint64_t *weights,
                                          int32_t pairs, const int32_t *start, int32_t *sums) {
  const int32_t groups = pairs / HG_DUAL_PAIRS;
  const int32_t left = pairs % HG_DUAL_PAIRS;
  const int32_t size = 2 * HG_DUAL_PAIRS;
#ifdef HG_DUAL_THUMB2
  if (groups > 0) {
    weights = hg_dual_s16_thumb2(x, quads, weights, groups, start, sums);
  }
#else
  for (int32_t i = 0; i < groups; ++i) {
    weights =
        hg_dual_s16_add_group(x, quads, weights, HG_DUAL_PAIRS, start + size * i, sums + size * i);
  }
#endif
  return left == 0 ? weights
                   : hg_dual_s16_add_group(x, quads, weights, left, start + size * groups,
                                           sums + size * groups);
}

#endif
