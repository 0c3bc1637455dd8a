/* The channels of hg_max_3_s8.h in Thumb-2 assembly; hg_max_3_channel there is its twin in C.
 *
 * A turn has three sums in r2:r3, r11:r12 and lr:r5 and six rows; the last one has two sums. All
 * registers take part in the products, so what goes on from turn to turn is on the stack meanwhile:
 * the largest row of the window that has begun and the last sum's upper half (r4, r5, which comes
 * back in r6), where outputs go (r8), the word that the last turn begins with (r9).
 */
#ifndef HG_MAX_3_THUMB2_H
#define HG_MAX_3_THUMB2_H

#include "hg_common.h"

/* clang-format off */
/* Each weight is loaded once, and each word of the strip: r4, r6, r7 have weights, then r8 to r10
 * words; when no sum needs the first weights any more, words take their place. r0 goes on by three
 * words, r1 back to the scales in front of the weights. */
#define HG_MAX_3_THREE_SUMS           \
  "ldm r1!, {r4, r6, r7}\n\t"         \
  "ldm r0!, {r8, r9, r10}\n\t"        \
  "smull r2, r3, r8, r4\n\t"          \
  "smull r11, r12, r9, r4\n\t"        \
  "smull lr, r5, r10, r4\n\t"         \
  "smlal r2, r3, r9, r6\n\t"          \
  "smlal r11, r12, r10, r6\n\t"       \
  "smlal r2, r3, r10, r7\n\t"         \
  "ldm r0!, {r8, r9, r10}\n\t"        \
  "smlal lr, r5, r8, r6\n\t"          \
  "smlal r11, r12, r8, r7\n\t"        \
  "smlal lr, r5, r9, r7\n\t"          \
  "ldm r1!, {r4, r6, r7}\n\t"         \
  "smlal r2, r3, r8, r4\n\t"          \
  "smlal r11, r12, r9, r4\n\t"        \
  "smlal lr, r5, r10, r4\n\t"         \
  "smlal r2, r3, r9, r6\n\t"          \
  "smlal r11, r12, r10, r6\n\t"       \
  "smlal r2, r3, r10, r7\n\t"         \
  "ldrd r4, r8, [r0], #8\n\t"         \
  "smlal lr, r5, r4, r6\n\t"          \
  "smlal r11, r12, r4, r7\n\t"        \
  "smlal lr, r5, r8, r7\n\t"          \
  "ldrd r9, r10, [r0], #-20\n\t"      \
  "ldrd r6, r7, [r1], #-36\n\t"       \
  "smlal r2, r3, r4, r6\n\t"          \
  "smlal r11, r12, r8, r6\n\t"        \
  "smlal lr, r5, r9, r6\n\t"          \
  "smlal r2, r3, r8, r7\n\t"          \
  "smlal r11, r12, r9, r7\n\t"        \
  "smlal lr, r5, r10, r7\n\t"

#define HG_MAX_3_TWO_SUMS             \
  "ldm r1!, {r4, r5, r6, r7}\n\t"     \
  "ldm r0!, {r8, r9, r10, lr}\n\t"    \
  "smull r2, r3, r8, r4\n\t"          \
  "smull r11, r12, r9, r4\n\t"        \
  "smlal r2, r3, r9, r5\n\t"          \
  "smlal r11, r12, r10, r5\n\t"       \
  "smlal r2, r3, r10, r6\n\t"         \
  "smlal r11, r12, lr, r6\n\t"        \
  "smlal r2, r3, lr, r7\n\t"          \
  "ldm r0!, {r8, r9, r10, lr}\n\t"    \
  "smlal r11, r12, r8, r7\n\t"        \
  "ldrd r4, r5, [r1], #8\n\t"         \
  "ldrd r6, r7, [r1], #-36\n\t"       \
  "smlal r2, r3, r8, r4\n\t"          \
  "smlal r11, r12, r9, r4\n\t"        \
  "smlal r2, r3, r9, r5\n\t"          \
  "smlal r11, r12, r10, r5\n\t"       \
  "smlal r2, r3, r10, r6\n\t"         \
  "smlal r11, r12, lr, r6\n\t"        \
  "smlal r2, r3, lr, r7\n\t"          \
  "ldr r8, [r0]\n\t"                  \
  "smlal r11, r12, r8, r7\n\t"

/* Even rows are scaled as everywhere, odd ones by half of that: their highest bit is wrong until
 * they are doubled, in the comparison and in the move. */
#define HG_MAX_3_EVEN(to, low, high)      \
  "lsr " to ", " low ", #10\n\t"          \
  "orr " to ", " to ", " high ", lsl #22\n\t"
#define HG_MAX_3_OR_ODD(half)             \
  "cmp r4, " half ", lsl #1\n\t"          \
  "it lt\n\t"                             \
  "lsllt r4, " half ", #1\n\t"

/* See hg_max_3_output. Without the DSP extension the multiplier makes room for the product's lower
 * half, and is loaded again for the turn's second window. */
#define HG_MAX_3_SCALES_LOAD "ldm r1!, {r6, r7, r10}\n\t"
#if defined(__ARM_FEATURE_DSP) && (__ARM_FEATURE_DSP == 1)
#define HG_MAX_3_SCALE "smmla r4, r4, r7, r10\n\t"
#define HG_MAX_3_SCALE_AGAIN
#else
#define HG_MAX_3_SCALE                    \
  "smull r7, r4, r4, r7\n\t"              \
  "add r4, r4, r10\n\t"
#define HG_MAX_3_SCALE_AGAIN "ldr r7, [r1, #-8]\n\t"
#endif
#define HG_MAX_3_STORE                    \
  "add r4, r4, r6\n\t"                    \
  "bfc r4, #0, #11\n\t"                   \
  HG_MAX_3_SCALE                          \
  "ssat r4, #8, r4, asr %[shift]\n\t"     \
  "strh r4, [r8], #2\n\t"

#define HG_MAX_3_SAVE "push {r4, r5, r8, r9}\n\t"
/* The window that ends with the row between two turns. */
#define HG_MAX_3_BETWEEN                  \
  "pop {r4, r6, r8, r9}\n\t"              \
  "add r6, r6, r2, lsl #10\n\t"           \
  HG_MAX_3_OR_ODD("r6")                   \
  HG_MAX_3_SCALES_LOAD                    \
  HG_MAX_3_STORE                          \
  HG_MAX_3_SCALE_AGAIN
/* The window of the first three rows of a turn. */
#define HG_MAX_3_WITHIN                   \
  HG_MAX_3_EVEN("r4", "r2", "r3")         \
  "add r3, r3, r11, lsl #10\n\t"          \
  HG_MAX_3_OR_ODD("r3")                   \
  HG_MAX_3_EVEN("r2", "r11", "r12")       \
  "cmp r4, r2\n\t"                        \
  "it lt\n\t"                             \
  "movlt r4, r2\n\t"                      \
  HG_MAX_3_STORE
/* Two rows of the next window. */
#define HG_MAX_3_BEGUN                    \
  "add r12, r12, lr, lsl #10\n\t"         \
  HG_MAX_3_EVEN("r4", "lr", "r5")         \
  HG_MAX_3_OR_ODD("r12")

#define HG_MAX_3_FIRST                    \
  "push {r8, r9}\n\t"                     \
  HG_MAX_3_THREE_SUMS                     \
  "pop {r8, r9}\n\t"                      \
  HG_MAX_3_SCALES_LOAD
#define HG_MAX_3_NEXT HG_MAX_3_SAVE HG_MAX_3_THREE_SUMS HG_MAX_3_BETWEEN
#define HG_MAX_3_LAST HG_MAX_3_SAVE HG_MAX_3_TWO_SUMS HG_MAX_3_BETWEEN HG_MAX_3_WITHIN

#define HG_MAX_3_RUN(turns_text)                                                        \
  __asm__ volatile("push {r3, r7}\n\t"                                                  \
                   "add r1, r1, #12\n"                                                  \
                   "1:\n\t"                                                             \
                   turns_text                                                           \
                   HG_MAX_3_LAST                                                        \
                   "add r1, r1, #44\n\t"                                                \
                   "ldr r4, [sp]\n\t"                                                   \
                   "sub r0, r9, %[turns]\n\t"                                           \
                   "cmp r1, r4\n\t"                                                     \
                   "blo 1b\n\t"                                                         \
                   "sub r1, r1, #12\n\t"                                                \
                   "pop {r3, r7}"                                                       \
                   : "+r"(x), "+r"(w), "+r"(end), "+r"(out), "+r"(last)                 \
                   : [turns] "n"(12 * turns), [shift] "n"(shift)                        \
                   : "r2", "r4", "r5", "r6", "r10", "r11", "r12", "lr", "cc", "memory")
/* clang-format on */

/* turns: with three sums, one or more; shift: 1 to 31. */
HG_INLINE const int32_t *hg_max_3_channels_thumb2(const int32_t *strip, const int32_t *table,
                                                  const int32_t *table_end, int32_t turns,
                                                  int32_t shift, int16_t *output) {
  register const int32_t *x __asm__("r0") = strip;
  register const int32_t *w __asm__("r1") = table;
  register const int32_t *end __asm__("r3") = table_end;
  register int16_t *out __asm__("r8") = output;
  register const int32_t *last __asm__("r9") = strip + 3 * turns;
  if (turns == 1) {
    HG_MAX_3_RUN(HG_MAX_3_FIRST HG_MAX_3_WITHIN HG_MAX_3_BEGUN);
  } else {
    HG_MAX_3_RUN(HG_MAX_3_FIRST "b 3f\n2:\n\t" HG_MAX_3_NEXT "3:\n\t" HG_MAX_3_WITHIN HG_MAX_3_BEGUN
                                "cmp r0, r9\n\tbne 2b\n\t");
  }
  return w;
}

#endif
