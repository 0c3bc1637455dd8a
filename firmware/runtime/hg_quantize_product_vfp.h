/* hg_quantize_product_s8 in assembly, for a core with FPv5 and the DSP extension.
 *
 * Compilers load and store value by value; here eight are loaded at once, and four stored in a
 * word.
 */
#ifndef HG_QUANTIZE_PRODUCT_VFP_H
#define HG_QUANTIZE_PRODUCT_VFP_H

#include "hg_common.h"

/* s8 to s11: products of four values. */
#define HG_QUANTIZE_FACTOR(x0, x1, x2, x3) \
  "vmul.f32 s8, s" #x0                     \
  ", %[factor]\n\t"                        \
  "vmul.f32 s9, s" #x1                     \
  ", %[factor]\n\t"                        \
  "vmul.f32 s10, s" #x2                    \
  ", %[factor]\n\t"                        \
  "vmul.f32 s11, s" #x3 ", %[factor]\n\t"
#define HG_QUANTIZE_FACTORS(x0, x1, x2, x3) \
  "vmul.f32 s8, s" #x0                      \
  ", %[rest]\n\t"                           \
  "vmul.f32 s9, s" #x1                      \
  ", %[rest]\n\t"                           \
  "vmul.f32 s10, s" #x2                     \
  ", %[rest]\n\t"                           \
  "vmul.f32 s11, s" #x3                     \
  ", %[rest]\n\t"                           \
  "vfma.f32 s8, s" #x0                      \
  ", %[factor]\n\t"                         \
  "vfma.f32 s9, s" #x1                      \
  ", %[factor]\n\t"                         \
  "vfma.f32 s10, s" #x2                     \
  ", %[factor]\n\t"                         \
  "vfma.f32 s11, s" #x3 ", %[factor]\n\t"
/* They become the word at output. */
#define HG_QUANTIZE_WORD                         \
  "vmaxnm.f32 s8, s8, %[lowest]\n\t"             \
  "vmaxnm.f32 s9, s9, %[lowest]\n\t"             \
  "vmaxnm.f32 s10, s10, %[lowest]\n\t"           \
  "vmaxnm.f32 s11, s11, %[lowest]\n\t"           \
  "vminnm.f32 s8, s8, %[highest]\n\t"            \
  "vminnm.f32 s9, s9, %[highest]\n\t"            \
  "vminnm.f32 s10, s10, %[highest]\n\t"          \
  "vminnm.f32 s11, s11, %[highest]\n\t"          \
  "vcvta.s32.f32 s8, s8\n\t"                     \
  "vcvta.s32.f32 s9, s9\n\t"                     \
  "vcvta.s32.f32 s10, s10\n\t"                   \
  "vcvta.s32.f32 s11, s11\n\t"                   \
  "vmov %[bytes], %[second], s8, s9\n\t"         \
  "vmov %[third], %[fourth], s10, s11\n\t"       \
  "bfi %[bytes], %[second], #8, #8\n\t"          \
  "bfi %[bytes], %[third], #16, #8\n\t"          \
  "bfi %[bytes], %[fourth], #24, #8\n\t"         \
  "uadd8 %[bytes], %[bytes], %[zero_points]\n\t" \
  "str %[bytes], [%[output]], #4\n\t"
#define HG_QUANTIZE_FOUR(PRODUCTS) \
  "vldmia %[input]!, {s0-s3}\n\t" PRODUCTS(0, 1, 2, 3) HG_QUANTIZE_WORD
#define HG_QUANTIZE_EIGHT(PRODUCTS)                                                          \
  "vldmia %[input]!, {s0-s7}\n\t" PRODUCTS(0, 1, 2, 3) HG_QUANTIZE_WORD PRODUCTS(4, 5, 6, 7) \
      HG_QUANTIZE_WORD
#define HG_QUANTIZE_RUN(CODE)                                                                  \
  __asm__ volatile(CODE                                                                        \
                   : [input] "+&r"(input), [output] "+&r"(output), [bytes] "=&r"(bytes),       \
                     [second] "=&r"(second), [third] "=&r"(third), [fourth] "=&r"(fourth)      \
                   : [factor] "t"(factor), [rest] "t"(rest), [lowest] "t"(lowest),             \
                     [highest] "t"(highest), [zero_points] "r"(zero_points)                    \
                   : "s0", "s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11", \
                     "cc", "memory")

/* All values but the last three at most, as hg_quantize_product_s8 has them. */
HG_INLINE void hg_quantize_product_words_s8(const float *input, int32_t size, float factor,
                                            float rest, int32_t zero_point, int8_t *output) {
  const float lowest = (float)(INT8_MIN - zero_point);
  const float highest = (float)(INT8_MAX - zero_point);
  const uint32_t zero_points = ((uint32_t)zero_point & 0xFFu) * 0x01010101u;
  const float *end = input + size / 8 * 8;
  uint32_t bytes;
  uint32_t second;
  uint32_t third;
  uint32_t fourth;
  while (input != end) {
    if (rest > 0.0f) {
      HG_QUANTIZE_RUN(HG_QUANTIZE_EIGHT(HG_QUANTIZE_FACTORS));
    } else {
      HG_QUANTIZE_RUN(HG_QUANTIZE_EIGHT(HG_QUANTIZE_FACTOR));
    }
  }
  if (size % 8 >= 4) {
    if (rest > 0.0f) {
      HG_QUANTIZE_RUN(HG_QUANTIZE_FOUR(HG_QUANTIZE_FACTORS));
    } else {
      HG_QUANTIZE_RUN(HG_QUANTIZE_FOUR(HG_QUANTIZE_FACTOR));
    }
  }
}

#endif
