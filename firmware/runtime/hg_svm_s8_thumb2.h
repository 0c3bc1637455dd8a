/* The inner loops of hg_svm_s8.h in Thumb-2 assembly with the DSP extension: hg_svm_s8_values and
 * hg_svm_s8_add_terms there are their twins in C.
 *
 * Four vectors are four sums, beside four words of theirs, two of the window's and three pointers:
 * with what else a loop needs that is every register. So the window's words lie right behind its
 * constants, and the end of the loop is in memory, too.
 */
#ifndef HG_SVM_S8_THUMB2_H
#define HG_SVM_S8_THUMB2_H

#include "hg_common.h"

#define HG_SVM_S8_UNROLLED 46 /* features of a vector whose products are written out, at most */

_Static_assert(__builtin_offsetof(hg_svm_window_t, base) == 20, "the assembly has it there");
_Static_assert(__builtin_offsetof(hg_svm_window_t, end) == 24, "the assembly has it there");
_Static_assert(sizeof(hg_svm_window_t) == 28, "the words of the window are behind it");

/* clang-format off */
/* Of a word w of two vectors: both sums, and the first one's. */
#define HG_SVM_S8_FIRST(both, first, w, x) \
  "smuad " both ", " w ", " x "\n\t"       \
  "sxtb16 " w ", " w "\n\t"                \
  "smuad " first ", " w ", " x "\n\t"
#define HG_SVM_S8_NEXT(both, first, w, x)       \
  "smlad " both ", " w ", " x ", " both "\n\t"  \
  "sxtb16 " w ", " w "\n\t"                     \
  "smlad " first ", " w ", " x ", " first "\n\t"

/* Two words of each pair of vectors, one of each; AT: where those of the window are. */
#define HG_SVM_S8_TWO_WORDS(ADD, AT)           \
  "ldrd r7, r12, [r1, #" AT "]\n\t"            \
  "ldmia r0!, {r8-r11}\n\t"                    \
  ADD("r3", "r4", "r8", "r7")                  \
  HG_SVM_S8_NEXT("r3", "r4", "r9", "r12")      \
  ADD("r5", "r6", "r10", "r7")                 \
  HG_SVM_S8_NEXT("r5", "r6", "r11", "r12")
#define HG_SVM_S8_ONE_WORD(AT)                 \
  "ldr r7, [r1, #" AT "]\n\t"                  \
  "ldmia r0!, {r8, r9}\n\t"                    \
  HG_SVM_S8_NEXT("r3", "r4", "r8", "r7")       \
  HG_SVM_S8_NEXT("r5", "r6", "r9", "r7")

/* So many times two words. Spelled out, as compilers count lines to know how far a branch or a
 * constant is: they do not see what an assembler's .rept becomes. */
#define HG_SVM_S8_TWICE_1 HG_SVM_S8_TWO_WORDS(HG_SVM_S8_FIRST, "28")
#define HG_SVM_S8_TWICE_2 HG_SVM_S8_TWICE_1 HG_SVM_S8_TWO_WORDS(HG_SVM_S8_NEXT, "36")
#define HG_SVM_S8_TWICE_3 HG_SVM_S8_TWICE_2 HG_SVM_S8_TWO_WORDS(HG_SVM_S8_NEXT, "44")
#define HG_SVM_S8_TWICE_4 HG_SVM_S8_TWICE_3 HG_SVM_S8_TWO_WORDS(HG_SVM_S8_NEXT, "52")
#define HG_SVM_S8_TWICE_5 HG_SVM_S8_TWICE_4 HG_SVM_S8_TWO_WORDS(HG_SVM_S8_NEXT, "60")
#define HG_SVM_S8_TWICE_6 HG_SVM_S8_TWICE_5 HG_SVM_S8_TWO_WORDS(HG_SVM_S8_NEXT, "68")
#define HG_SVM_S8_TWICE_7 HG_SVM_S8_TWICE_6 HG_SVM_S8_TWO_WORDS(HG_SVM_S8_NEXT, "76")
#define HG_SVM_S8_TWICE_8 HG_SVM_S8_TWICE_7 HG_SVM_S8_TWO_WORDS(HG_SVM_S8_NEXT, "84")
#define HG_SVM_S8_TWICE_9 HG_SVM_S8_TWICE_8 HG_SVM_S8_TWO_WORDS(HG_SVM_S8_NEXT, "92")
#define HG_SVM_S8_TWICE_10 HG_SVM_S8_TWICE_9 HG_SVM_S8_TWO_WORDS(HG_SVM_S8_NEXT, "100")
#define HG_SVM_S8_TWICE_11 HG_SVM_S8_TWICE_10 HG_SVM_S8_TWO_WORDS(HG_SVM_S8_NEXT, "108")
#define HG_SVM_S8_TWICE_12 HG_SVM_S8_TWICE_11 HG_SVM_S8_TWO_WORDS(HG_SVM_S8_NEXT, "116")

/* Sums, 256 times as large, to distances. */
#define HG_SVM_S8_DISTANCES                    \
  "ldr r8, [r0], #4\n\t"                       \
  "ldr r9, [r1, #20]\n\t"      \
  "uxtb16 r7, r8\n\t"                          \
  "uxtb16 r8, r8, ror #8\n\t"                  \
  "subs r3, r3, r4\n\t"                        \
  "subs r5, r5, r6\n\t"                        \
  "lsls r4, r4, #8\n\t"                        \
  "lsls r6, r6, #8\n\t"                        \
  "smlawb r4, r4, r7, r9\n\t"                  \
  "smlawb r3, r3, r8, r9\n\t"                  \
  "smlawt r6, r6, r7, r9\n\t"                  \
  "smlawt r5, r5, r8, r9\n\t"

/* A distance to a kernel's value: hg_svm_s8_value. */
#define HG_SVM_S8_VALUE(at)                               \
  "add r12, r11, " at ", lsl #(32 - %c[bits])\n\t"        \
  "usat " at ", #5, " at ", asr #%c[bits]\n\t"            \
  "smmla lr, r12, r7, r8\n\t"                             \
  "smmla lr, lr, r12, r9\n\t"                             \
  "smmla lr, lr, r12, r10\n\t"                            \
  "lsr " at ", lr, " at "\n\t"

#define HG_SVM_S8_RUN(PRODUCTS)                              \
  __asm__ volatile(                                          \
      "0:\n\t"                                               \
      PRODUCTS                                               \
      HG_SVM_S8_DISTANCES                                    \
      "ldmia r1, {r7-r11}\n\t"                               \
      HG_SVM_S8_VALUE("r3")                                  \
      HG_SVM_S8_VALUE("r4")                                  \
      HG_SVM_S8_VALUE("r5")                                  \
      HG_SVM_S8_VALUE("r6")                                  \
      "pkhtb r3, r3, r4, asr #16\n\t"                        \
      "pkhtb r5, r5, r6, asr #16\n\t"                        \
      "strd r3, r5, [r2], #8\n\t"                            \
      "ldr r7, [r1, #24]\n\t"                                \
      "cmp r2, r7\n\t"                                       \
      "bne 0b\n"                                             \
      : "+r"(r0), "+r"(r2)                                   \
      : "r"(r1), [bits] "n"(bits)                            \
      : "r3", "r4", "r5", "r6", "r7", "r8", "r9", "r10",     \
        "r11", "r12", "lr", "cc", "memory")

#define HG_SVM_S8_CASE(twice, at)                                     \
  case 2 * twice:                                                     \
    HG_SVM_S8_RUN(HG_SVM_S8_TWICE_##twice);                           \
    break;                                                            \
  case 2 * twice + 1:                                                 \
    HG_SVM_S8_RUN(HG_SVM_S8_TWICE_##twice HG_SVM_S8_ONE_WORD(at));    \
    break;
/* clang-format on */

/* x: the window's words, right behind it; so many of them as cases are here. */
HG_INLINE const uint32_t *hg_svm_s8_values_thumb2(int32_t words, int32_t bits,
                                                  hg_svm_window_t *window, const uint32_t *x,
                                                  const uint32_t *vectors, int32_t count,
                                                  uint32_t *values) {
  register const uint32_t *r0 __asm__("r0") = vectors;
  register const hg_svm_window_t *r1 __asm__("r1") = window;
  register uint32_t *r2 __asm__("r2") = values;
  (void)x;
  window->end = values + (count + 3) / 4 * 2;
  switch (words) {
    HG_SVM_S8_CASE(1, "36")
    HG_SVM_S8_CASE(2, "44")
    HG_SVM_S8_CASE(3, "52")
    HG_SVM_S8_CASE(4, "60")
    HG_SVM_S8_CASE(5, "68")
    HG_SVM_S8_CASE(6, "76")
    HG_SVM_S8_CASE(7, "84")
    HG_SVM_S8_CASE(8, "92")
    HG_SVM_S8_CASE(9, "100")
    HG_SVM_S8_CASE(10, "108")
    HG_SVM_S8_CASE(11, "116")
    HG_SVM_S8_CASE(12, "124")
    default:
      break;
  }
  return r0;
}

/* Totals lie right behind the values. */
HG_INLINE const uint32_t *hg_svm_s8_add_terms_thumb2(const uint32_t *values,
                                                     const uint32_t *coefficients) {
  register const uint32_t *r0 __asm__("r0") = coefficients;
  register const uint32_t *r1 __asm__("r1") = values;
  __asm__ volatile(
      "0:\n\t"
      "ldr r2, [r0], #4\n\t"
      "ubfx r3, r2, #0, #7\n\t"
      "uxtab r4, r1, r2, ror #8\n\t"
      "uxtah r5, r1, r2, ror #16\n\t"
      "ldrd r6, r7, [r5]\n\t"
      "subs r3, r3, #4\n\t"
      "bmi 2f\n"
      "1:\n\t"
      "ldmia r4!, {r8-r11}\n\t"
      "ldrd r12, lr, [r0], #8\n\t"
      "subs r3, r3, #4\n\t"
      "smlald r6, r7, r8, r12\n\t"
      "smlald r6, r7, r9, lr\n\t"
      "ldrd r12, lr, [r0], #8\n\t"
      "smlald r6, r7, r10, r12\n\t"
      "smlald r6, r7, r11, lr\n\t"
      "bpl 1b\n"
      "2:\n\t"
      "lsls r3, r3, #31\n\t" /* carry: two are left; not zero: one is */
      "bcc 3f\n\t"
      "ldrd r8, r9, [r4], #8\n\t"
      "ldrd r12, lr, [r0], #8\n\t"
      "smlald r6, r7, r8, r12\n\t"
      "smlald r6, r7, r9, lr\n"
      "3:\n\t"
      "beq 4f\n\t"
      "ldr r8, [r4]\n\t"
      "ldr r12, [r0], #4\n\t"
      "smlald r6, r7, r8, r12\n"
      "4:\n\t"
      "strd r6, r7, [r5]\n\t"
      "lsls r2, r2, #24\n\t"
      "bpl 0b\n"
      : "+r"(r0)
      : "r"(r1)
      : "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9", "r10", "r11", "r12", "lr", "cc", "memory");
  return r0;
}

#endif
