/* hg_tile_sums of hg_tile_s8.h in Thumb-2 assembly, the same as its twin in C there.
 *
 * Six sums, two pointers and the end take nine registers, words of three positions and of two
 * channels the other five. Compilers do not load several words at once.
 */
#ifndef HG_TILE_THUMB2_H
#define HG_TILE_THUMB2_H

#include "hg_common.h"

/* clang-format off */
#define HG_TILE_LOAD_3 "ldm %[x]!, {r4, r5, r6}\n\t"
#define HG_TILE_LOAD_2 "ldm %[x]!, {r4, r5}\n\t"
#define HG_TILE_LOAD_1 "ldr r4, [%[x]], #4\n\t"
#define HG_TILE_MAC(sum, x, w, addend) "smlad %[" sum "], " x ", " w ", %[" addend "]\n\t"

/* A word of every window. A, B: what is added to the sums of the first, of the second channel: that
 * of position 0, ... or the bias, which was loaded to the last of them. */
#define HG_TILE_WORD_3(A0, A1, B0, B1)                                  \
  HG_TILE_LOAD_3 "ldm %[w]!, {r8, r9}\n\t"                              \
  HG_TILE_MAC("a0", "r4", "r8", A0) HG_TILE_MAC("a1", "r5", "r8", A1)   \
  HG_TILE_MAC("a2", "r6", "r8", "a2")                                   \
  HG_TILE_MAC("b0", "r4", "r9", B0) HG_TILE_MAC("b1", "r5", "r9", B1)   \
  HG_TILE_MAC("b2", "r6", "r9", "b2")
#define HG_TILE_WORD_2(A0, A1, B0, B1)                                  \
  HG_TILE_LOAD_2 "ldm %[w]!, {r8, r9}\n\t"                              \
  HG_TILE_MAC("a0", "r4", "r8", A0) HG_TILE_MAC("a2", "r5", "r8", "a2") \
  HG_TILE_MAC("b0", "r4", "r9", B0) HG_TILE_MAC("b2", "r5", "r9", "b2")
#define HG_TILE_WORD_1(A0, A1, B0, B1)                                  \
  HG_TILE_LOAD_1 "ldm %[w]!, {r8, r9}\n\t"                              \
  HG_TILE_MAC("a2", "r4", "r8", "a2") HG_TILE_MAC("b2", "r4", "r9", "b2")

/* The first word of all, `ahead` others, then `rounds` times `each`. */
#define HG_TILE_RUN(WORD)                                                              \
  __asm__ volatile("ldrd %[a2], %[b2], [%[w]], #8\n\t"                                 \
                   WORD("a2", "a2", "b2", "b2")                                        \
                   ".rept %c[ahead]\n\t" WORD("a0", "a1", "b0", "b1") ".endr\n\t"      \
                   ".if %c[each]\n"                                                    \
                   "0:\n\t"                                                            \
                   ".rept %c[each]\n\t" WORD("a0", "a1", "b0", "b1") ".endr\n\t"       \
                   "cmp %[x], %[end]\n\t"                                              \
                   "bne 0b\n\t"                                                        \
                   ".endif"                                                            \
                   : [a0] "=&r"(a0), [a1] "=&r"(a1), [a2] "=&r"(a2),                   \
                     [b0] "=&r"(b0), [b1] "=&r"(b1), [b2] "=&r"(b2),                   \
                     [x] "+r"(x), [w] "+r"(weights)                                    \
                   : [end] "r"(end), [ahead] "n"(ahead), [each] "n"(each)              \
                   : "r4", "r5", "r6", "r8", "r9", "cc", "memory")
/* clang-format on */

#define HG_TILE_EACH 6 /* words in a round of the loop, at most */

/* Words in a round of the loop, where not all are written out: those in front of the first round
 * are few. */
HG_INLINE int32_t hg_tile_each(int32_t words) {
  if (words <= 2 * HG_TILE_EACH) {
    return 0;
  }
  return (words - 1) % 6 < (words - 1) % 5 ? 6 : 5;
}

HG_INLINE const uint32_t *hg_tile_sums_thumb2(const uint32_t *x, const uint32_t *weights,
                                              int32_t words, int32_t count, int32_t sums[2][3]) {
  const int32_t each = hg_tile_each(words);
  const int32_t ahead = each > 0 ? (words - 1) % each : words - 1;
  const uint32_t *end = x + words * count;
  int32_t a0;
  int32_t a1;
  int32_t a2;
  int32_t b0;
  int32_t b1;
  int32_t b2;
  if (count == 3) {
    HG_TILE_RUN(HG_TILE_WORD_3);
    sums[0][1] = a1;
    sums[1][1] = b1;
  } else if (count == 2) {
    HG_TILE_RUN(HG_TILE_WORD_2);
  } else {
    HG_TILE_RUN(HG_TILE_WORD_1);
  }
  sums[0][0] = count > 1 ? a0 : a2;
  sums[1][0] = count > 1 ? b0 : b2;
  if (count > 1) {
    sums[0][count - 1] = a2;
    sums[1][count - 1] = b2;
  }
  return weights;
}

#endif
