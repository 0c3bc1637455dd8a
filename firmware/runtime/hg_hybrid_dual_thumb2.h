/* The inner loop of hg_hybrid_dual_f32.h in Thumb-2 assembly with the DSP extension; its twin in C
 * is hg_hybrid_dual_sums there.
 */
#ifndef HG_HYBRID_DUAL_THUMB2_H
#define HG_HYBRID_DUAL_THUMB2_H

#include "hg_common.h"

/* clang-format off */
/* A word of two inputs, and one of their weights. r3, r4: both outputs' sum; r5: the first one's,
 * whose weights are raised by 128. */
#define HG_HYBRID_WORD(x, w)             \
  "smlald r3, r4, " x ", " w "\n\t"      \
  "uxtb16 " w ", " w "\n\t"              \
  "smlad r5, " x ", " w ", r5\n\t"

#define HG_HYBRID_4                                                             \
  "ldmia r1!, {r6-r9}\n\t"                                                      \
  "ldmia r0!, {r10-r12, lr}\n\t"                                                \
  HG_HYBRID_WORD("r6", "r10") HG_HYBRID_WORD("r7", "r11")                       \
  HG_HYBRID_WORD("r8", "r12") HG_HYBRID_WORD("r9", "lr")
#define HG_HYBRID_3                                                             \
  "ldmia r1!, {r6-r8}\n\t"                                                      \
  "ldmia r0!, {r10-r12}\n\t"                                                    \
  HG_HYBRID_WORD("r6", "r10") HG_HYBRID_WORD("r7", "r11")                       \
  HG_HYBRID_WORD("r8", "r12")
#define HG_HYBRID_2                                                             \
  "ldmia r1!, {r6, r7}\n\t"                                                     \
  "ldmia r0!, {r10, r11}\n\t"                                                   \
  HG_HYBRID_WORD("r6", "r10") HG_HYBRID_WORD("r7", "r11")
#define HG_HYBRID_1                                                             \
  "ldr r6, [r1], #4\n\t"                                                        \
  "ldr r10, [r0], #4\n\t"                                                       \
  HG_HYBRID_WORD("r6", "r10")

#define HG_HYBRID_LOOP(text) "0:\n\t" text "subs r2, #1\n\tbne 0b\n\t"
#define HG_HYBRID_RUN(text)                                                     \
  __asm__ volatile(text                                                         \
                   : "+r"(r0), "+r"(r1), "+r"(r2), "+r"(r3), "+r"(r4), "+r"(r5) \
                   :                                                            \
                   : "r6", "r7", "r8", "r9", "r10", "r11", "r12", "lr", "cc", "memory")
#define HG_HYBRID_RUN_ALL(LOOP)        \
  if (words % 4 == 0) {                \
    HG_HYBRID_RUN(LOOP);               \
  } else if (words % 4 == 1) {         \
    HG_HYBRID_RUN(LOOP HG_HYBRID_1);   \
  } else if (words % 4 == 2) {         \
    HG_HYBRID_RUN(LOOP HG_HYBRID_2);   \
  } else {                             \
    HG_HYBRID_RUN(LOOP HG_HYBRID_3);   \
  }
/* clang-format on */

/* So many times four words are written out: a divisor of how many there are. */
HG_INLINE int32_t hg_hybrid_unrolled(int32_t fours) {
#ifdef __OPTIMIZE_SIZE__
  return fours > 0 ? 1 : 0;
#else
  return fours == 0 ? 0 : (fours % 3 == 0 ? 3 : (fours % 2 == 0 ? 2 : 1));
#endif
}

/* Returns the weights behind those of two outputs. */
HG_INLINE const uint32_t *hg_hybrid_dual_thumb2(const uint32_t *x, const uint32_t *weights,
                                                int32_t words, int32_t sums[2]) {
  const int32_t unrolled = hg_hybrid_unrolled(words / 4);
  register const uint32_t *r0 __asm__("r0") = weights;
  register const uint32_t *r1 __asm__("r1") = x;
  register int32_t r2 __asm__("r2") = unrolled > 0 ? words / 4 / unrolled : 0;
  register uint32_t r3 __asm__("r3") = 0;
  register int32_t r4 __asm__("r4") = 0;
  register int32_t r5 __asm__("r5") = 0;
  if (unrolled == 0) {
    HG_HYBRID_RUN_ALL("")
  } else if (unrolled == 1) {
    HG_HYBRID_RUN_ALL(HG_HYBRID_LOOP(HG_HYBRID_4))
  } else if (unrolled == 2) {
    HG_HYBRID_RUN_ALL(HG_HYBRID_LOOP(HG_HYBRID_4 HG_HYBRID_4))
  } else {
    HG_HYBRID_RUN_ALL(HG_HYBRID_LOOP(HG_HYBRID_4 HG_HYBRID_4 HG_HYBRID_4))
  }
  const int64_t both = (int64_t)((uint64_t)(uint32_t)r4 << 32 | r3);
  sums[0] = r5;
  sums[1] = (int32_t)((both - r5) >> 8);
  return r0;
}

#endif
