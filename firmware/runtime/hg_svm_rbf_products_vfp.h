/* Four values of an RBF kernel (hg_svm_rbf_products_value) in assembly, for a core with FPv5.
 *
 * VLDM puts the polynomial's coefficients where the sums of Horner's scheme are formed; a compiler
 * copies them there one by one. A shift by a register looks at its lowest byte only, and gives 0
 * from 32 on: what the C spells out.
 */
#ifndef HG_SVM_RBF_PRODUCTS_VFP_H
#define HG_SVM_RBF_PRODUCTS_VFP_H

#include "hg_exp2_f32.h"

/* s(d): a sum. s4: the lowest, s5: where floats are integers. s8 to s15: the coefficients, and s5
 * once more. */
#define HG_SVM_PRODUCTS_VALUE(d)                \
  "vmaxnm.f32 s" #d ", s" #d                    \
  ", s4\n\t"                                    \
  "vldmia %[constants], {s8-s15}\n\t"           \
  "vadd.f32 s15, s" #d                          \
  ", s15\n\t"                                   \
  "vsub.f32 s7, s15, s5\n\t"                    \
  "vsub.f32 s7, s" #d                           \
  ", s7\n\t"                                    \
  "vfma.f32 s9, s8, s7\n\t"                     \
  "vfma.f32 s10, s9, s7\n\t"                    \
  "vfma.f32 s11, s10, s7\n\t"                   \
  "vfma.f32 s12, s11, s7\n\t"                   \
  "vfma.f32 s13, s12, s7\n\t"                   \
  "vfma.f32 s14, s13, s7\n\t"                   \
  "ldrb %[shift], [%[halvings], #" #d           \
  "]\n\t"                                       \
  "vcvt.s32.f32 s14, s14, #30\n\t"              \
  "vmov %[mantissa], %[whole], s14, s15\n\t"    \
  "subs %[shift], %[shift], %[whole]\n\t"       \
  "lsrs %[mantissa], %[mantissa], %[shift]\n\t" \
  "str %[mantissa], [%[values], #4 * " #d "]\n\t"

HG_INLINE void hg_svm_rbf_products_vfp(const float sums[HG_LANES], const uint8_t *halvings,
                                       int32_t values[HG_LANES]) {
  static const float constants[] = {HG_EXP2_COEFFICIENTS, HG_EXP2_INTEGERS(0)};
  uint32_t mantissa;
  uint32_t whole;
  uint32_t shift;
  register float s0 __asm__("s0") = sums[0];
  register float s1 __asm__("s1") = sums[1];
  register float s2 __asm__("s2") = sums[2];
  register float s3 __asm__("s3") = sums[3];
  register float s4 __asm__("s4") = HG_SVM_LOWEST;
  register float s5 __asm__("s5") = HG_EXP2_INTEGERS(0);
  __asm__ volatile(
      HG_SVM_PRODUCTS_VALUE(0) HG_SVM_PRODUCTS_VALUE(1) HG_SVM_PRODUCTS_VALUE(2)
          HG_SVM_PRODUCTS_VALUE(3)
      : "+t"(s0), "+t"(s1), "+t"(s2),
        "+t"(s3), [mantissa] "=&r"(mantissa), [whole] "=&r"(whole), [shift] "=&r"(shift)
      : "t"(s4), "t"(s5), [constants] "r"(constants), [halvings] "r"(halvings), [values] "r"(values)
      : "cc", "memory", "s7", "s8", "s9", "s10", "s11", "s12", "s13", "s14", "s15");
}

#endif
