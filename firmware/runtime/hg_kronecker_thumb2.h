/* The inner loop of hg_kronecker_s8.h in Thumb-2 assembly; hg_kronecker_sum there is its twin in C.
 *
 * Three 64-bit sums take six registers, the words of a kernel up to four, two pointers two; the
 * words of a strip get what is left. Compilers keep less of that in registers, and load two words
 * at most at a time.
 */
#ifndef HG_KRONECKER_THUMB2_H
#define HG_KRONECKER_THUMB2_H

#include "hg_common.h"

#define HG_THUMB2_TERMS 8 /* are written out, at most */

#define HG_KEEP(text) text
#define HG_DROP(text) ""

/* clang-format off */
#define HG_MAC(sum, x, w) "smlal %[low" #sum "], %[high" #sum "], " x ", " w "\n\t"
#define HG_MUL(sum, x, w) "smull %[low" #sum "], %[high" #sum "], " x ", " w "\n\t"

/* The products of a value of a row with 1 to 4 terms. FIRST: HG_MUL or HG_MAC, for the first product
 * of each sum; THIRD: HG_KEEP or HG_DROP, for the third sum; STEP: bytes to go on in the strip. */
#define HG_TERMS_1(FIRST, THIRD, STEP)       \
  "ldr r4, [%[w]], #4\n\t"                   \
  "ldm %[x], {r5, r6, r8}\n\t"               \
  "add %[x], %[x], " STEP "\n\t"             \
  FIRST(0, "r5", "r4")                       \
  FIRST(1, "r6", "r4")                       \
  THIRD(FIRST(2, "r8", "r4"))

#define HG_TERMS_2(FIRST, THIRD, STEP)       \
  "ldm %[w]!, {r4, r5}\n\t"                  \
  "ldm %[x], {r6, r8, r9, r10}\n\t"          \
  "add %[x], %[x], " STEP "\n\t"             \
  FIRST(0, "r6", "r4")                       \
  HG_MAC(0, "r8", "r5")                      \
  FIRST(1, "r8", "r4")                       \
  HG_MAC(1, "r9", "r5")                      \
  THIRD(FIRST(2, "r9", "r4"))                \
  THIRD(HG_MAC(2, "r10", "r5"))

#define HG_TERMS_3(FIRST, THIRD, STEP)       \
  "ldm %[w]!, {r4, r5, r6}\n\t"              \
  "ldm %[x]!, {r8, r9, r10}\n\t"             \
  FIRST(0, "r8", "r4")                       \
  HG_MAC(0, "r9", "r5")                      \
  FIRST(1, "r9", "r4")                       \
  HG_MAC(0, "r10", "r6")                     \
  HG_MAC(1, "r10", "r5")                     \
  THIRD(FIRST(2, "r10", "r4"))               \
  "ldrd r8, r9, [%[x]], " STEP " - 12\n\t"   \
  HG_MAC(1, "r8", "r6")                      \
  THIRD(HG_MAC(2, "r8", "r5"))               \
  THIRD(HG_MAC(2, "r9", "r6"))

#define HG_TERMS_4(FIRST, THIRD, STEP)       \
  "ldm %[w]!, {r4, r5, r6, r10}\n\t"         \
  "ldrd r8, r9, [%[x]], #8\n\t"              \
  FIRST(0, "r8", "r4")                       \
  HG_MAC(0, "r9", "r5")                      \
  FIRST(1, "r9", "r4")                       \
  "ldrd r8, r9, [%[x]], #8\n\t"              \
  HG_MAC(0, "r8", "r6")                      \
  HG_MAC(1, "r8", "r5")                      \
  THIRD(FIRST(2, "r8", "r4"))                \
  HG_MAC(0, "r9", "r10")                     \
  HG_MAC(1, "r9", "r6")                      \
  THIRD(HG_MAC(2, "r9", "r5"))               \
  "ldrd r8, r9, [%[x]], " STEP " - 16\n\t"   \
  HG_MAC(1, "r8", "r10")                     \
  THIRD(HG_MAC(2, "r8", "r6"))               \
  THIRD(HG_MAC(2, "r9", "r10"))

#define HG_TERMS_5(FIRST, THIRD, STEP) \
  HG_TERMS_3(FIRST, THIRD, "12") HG_TERMS_2(HG_MAC, THIRD, STEP " - 12")
#define HG_TERMS_6(FIRST, THIRD, STEP) \
  HG_TERMS_3(FIRST, THIRD, "12") HG_TERMS_3(HG_MAC, THIRD, STEP " - 12")
#define HG_TERMS_7(FIRST, THIRD, STEP) \
  HG_TERMS_4(FIRST, THIRD, "16") HG_TERMS_3(HG_MAC, THIRD, STEP " - 16")
#define HG_TERMS_8(FIRST, THIRD, STEP) \
  HG_TERMS_4(FIRST, THIRD, "16") HG_TERMS_4(HG_MAC, THIRD, STEP " - 16")

#define HG_RUN(constraint, text, ...)                                                  \
  __asm__ volatile(text                                                                \
                   : [low0] constraint(sums[0].low), [high0] constraint(sums[0].high), \
                     [low1] constraint(sums[1].low), [high1] constraint(sums[1].high), \
                     [low2] constraint(sums[2].low), [high2] constraint(sums[2].high), \
                     [x] "+r"(x), [w] "+r"(weights)                                    \
                   : [step] "n"(step) __VA_ARGS__                                      \
                   : "r4", "r5", "r6", "r8", "r9", "r10", "cc", "memory")

/* All values of a row: one, or four or one in each round of a loop. */
#define HG_RUN_ONE(TERMS, THIRD) TERMS(HG_MUL, THIRD, "%[step]")
#define HG_RUN_NEXT(TERMS, THIRD) TERMS(HG_MAC, THIRD, "%[step]")
#define HG_RUN_LOOP(text) "0:\n\t" text "ldr r4, %[end]\n\tcmp %[x], r4\n\tbne 0b\n\t"
#define HG_RUN_ROW(TERMS, THIRD)                                                              \
  if (size == 1) {                                                                            \
    HG_RUN("=r", HG_RUN_ONE(TERMS, THIRD), );                                                 \
  } else if (size % 4 == 0) {                                                                 \
    HG_RUN("+r",                                                                              \
           HG_RUN_LOOP(HG_RUN_NEXT(TERMS, THIRD) HG_RUN_NEXT(TERMS, THIRD)                    \
                       HG_RUN_NEXT(TERMS, THIRD) HG_RUN_NEXT(TERMS, THIRD)),                  \
           , [end] "m"(end));                                                                 \
  } else {                                                                                    \
    HG_RUN("+r", HG_RUN_LOOP(HG_RUN_NEXT(TERMS, THIRD)), , [end] "m"(end));                   \
  }

#define HG_RUN_COUNT(TERMS)    \
  if (count == 3) {            \
    HG_RUN_ROW(TERMS, HG_KEEP) \
  } else {                     \
    HG_RUN_ROW(TERMS, HG_DROP) \
  }
/* clang-format on */

/* Two or three sums, over `size` values of a row that lie `step` bytes apart in the strip. */
HG_INLINE void hg_kronecker_sum_thumb2(const int32_t *x, const int32_t *weights, int32_t terms,
                                       int32_t size, int32_t step, int32_t count,
                                       hg_wide_t sums[3]) {
  const int32_t *end = (const int32_t *)((uintptr_t)x + (uint32_t)(size * step));
  const hg_wide_t zero = {0, 0};
  sums[0] = sums[1] = sums[2] = zero;
  if (terms == 1) {
    HG_RUN_COUNT(HG_TERMS_1)
  } else if (terms == 2) {
    HG_RUN_COUNT(HG_TERMS_2)
  } else if (terms == 3) {
    HG_RUN_COUNT(HG_TERMS_3)
  } else if (terms == 4) {
    HG_RUN_COUNT(HG_TERMS_4)
  } else if (terms == 5) {
    HG_RUN_COUNT(HG_TERMS_5)
  } else if (terms == 6) {
    HG_RUN_COUNT(HG_TERMS_6)
  } else if (terms == 7) {
    HG_RUN_COUNT(HG_TERMS_7)
  } else {
    HG_RUN_COUNT(HG_TERMS_8)
  }
}

#if defined(__ARM_FEATURE_DSP) && (__ARM_FEATURE_DSP == 1)
/* See hg_scaled_output: all four scales in one load. */
HG_INLINE int32_t hg_scaled_output_thumb2(const int32_t *scale, int32_t value, int32_t is_signed) {
#define HG_SCALED(sign)                          \
  "ldm %[scale], {r4, r5, r6, r8}\n\t"           \
  "add %[value], %[value], #1024\n\t"            \
  "add %[value], r4, %[value], asr #11\n\t" sign \
  "lsl %[value], %[value], #1\n\t"               \
  "smmlar %[value], %[value], r5, r6\n\t"        \
  "asr %[value], %[value], r8"
  if (is_signed) {
    __asm__(HG_SCALED("add r6, r6, %[value], asr #31\n\t")
            : [value] "+r"(value)
            : [scale] "r"(scale)
            : "r4", "r5", "r6", "r8");
  } else {
    __asm__(HG_SCALED("") : [value] "+r"(value) : [scale] "r"(scale) : "r4", "r5", "r6", "r8");
  }
#undef HG_SCALED
  return value;
}
#endif

#endif
