/* Four values of an RBF kernel (hg_svm_rbf_value) in assembly, for a core with FPv5.
 *
 * VLDM puts the polynomial's coefficients where the sums of Horner's scheme are formed; a compiler
 * copies them there one by one.
 */
#ifndef HG_SVM_RBF_VFP_H
#define HG_SVM_RBF_VFP_H

#include "hg_exp2_f32.h"

/* s(d): a squared distance, then the value. s4: halvings, s5: where floats are integers, s6:
 * farthest. s8 to s15: the coefficients, and s5 once more. */
#define HG_SVM_RBF_VALUE(d)                     \
  "vminnm.f32 s" #d ", s" #d                    \
  ", s6\n\t"                                    \
  "vldmia %[constants], {s8-s15}\n\t"           \
  "vfma.f32 s15, s" #d                          \
  ", s4\n\t"                                    \
  "vsub.f32 s7, s15, s5\n\t"                    \
  "vfnms.f32 s7, s" #d                          \
  ", s4\n\t"                                    \
  "vfma.f32 s9, s8, s7\n\t"                     \
  "vfma.f32 s10, s9, s7\n\t"                    \
  "vfma.f32 s11, s10, s7\n\t"                   \
  "vfma.f32 s12, s11, s7\n\t"                   \
  "vfma.f32 s13, s12, s7\n\t"                   \
  "vfma.f32 s14, s13, s7\n\t"                   \
  "vmov %[bits], %[whole], s14, s15\n\t"        \
  "add %[bits], %[bits], %[whole], lsl #23\n\t" \
  "vmov s" #d                                   \
  ", %[bits]\n\t"                               \
  "vcvt.s32.f32 s" #d ", s" #d "\n\t"

HG_INLINE void hg_svm_rbf_vfp(float halvings, float farthest, const float squared[HG_LANES],
                              int32_t values[HG_LANES]) {
  static const float constants[] = {HG_EXP2_COEFFICIENTS, HG_EXP2_INTEGERS(28)};
  uint32_t bits;
  uint32_t whole;
  register float s0 __asm__("s0") = squared[0];
  register float s1 __asm__("s1") = squared[1];
  register float s2 __asm__("s2") = squared[2];
  register float s3 __asm__("s3") = squared[3];
  register float s4 __asm__("s4") = halvings;
  register float s5 __asm__("s5") = HG_EXP2_INTEGERS(28);
  register float s6 __asm__("s6") = farthest;
  __asm__ volatile(HG_SVM_RBF_VALUE(0) HG_SVM_RBF_VALUE(1) HG_SVM_RBF_VALUE(2)
                       HG_SVM_RBF_VALUE(3) "vstmia %[values], {s0-s3}"
                   : "+t"(s0), "+t"(s1), "+t"(s2),
                     "+t"(s3), [bits] "=&r"(bits), [whole] "=&r"(whole)
                   : "t"(s4), "t"(s5), "t"(s6), [constants] "r"(constants), [values] "r"(values)
                   : "memory", "s7", "s8", "s9", "s10", "s11", "s12", "s13", "s14", "s15");
}

#endif
