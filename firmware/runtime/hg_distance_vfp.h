/* The distances of hg_distance_f32.h in assembly, for a core with VFMA: twenty values in two loads.
 *
 * Sums are in s0 to s3, differences in s8 to s11.
 */
#ifndef HG_DISTANCE_VFP_H
#define HG_DISTANCE_VFP_H

#include "hg_math_f32.h"

/* One value s(x) against those of four others. */
#define HG_DISTANCE(x, w0, w1, w2, w3) \
  "vsub.f32 s8, s" #x ", s" #w0        \
  "\n\t"                               \
  "vsub.f32 s9, s" #x ", s" #w1        \
  "\n\t"                               \
  "vsub.f32 s10, s" #x ", s" #w2       \
  "\n\t"                               \
  "vsub.f32 s11, s" #x ", s" #w3       \
  "\n\t"                               \
  "vfma.f32 s0, s8, s8\n\t"            \
  "vfma.f32 s1, s9, s9\n\t"            \
  "vfma.f32 s2, s10, s10\n\t"          \
  "vfma.f32 s3, s11, s11\n\t"

HG_INLINE void hg_add_distances_vfp(const float *x, const float *others, int32_t size,
                                    float sums[HG_LANES]) {
  int32_t n;
  register float s0 __asm__("s0") = sums[0];
  register float s1 __asm__("s1") = sums[1];
  register float s2 __asm__("s2") = sums[2];
  register float s3 __asm__("s3") = sums[3];
  __asm__ volatile(
      "lsrs %[n], %[size], #2\n\t"
      "beq 2f\n"
      "1:\n\t"
      "subs %[n], #1\n\t"
      "vldmia %[x]!, {s4-s7}\n\t"
      "vldmia %[others]!, {s12-s27}\n\t"
      HG_DISTANCE(4, 12, 13, 14, 15)
      HG_DISTANCE(5, 16, 17, 18, 19)
      HG_DISTANCE(6, 20, 21, 22, 23)
      HG_DISTANCE(7, 24, 25, 26, 27)
      "bne 1b\n"
      "2:\n\t"
      "ands %[n], %[size], #3\n\t"
      "beq 4f\n"
      "3:\n\t"
      "subs %[n], #1\n\t"
      "vldmia %[x]!, {s4}\n\t"
      "vldmia %[others]!, {s12-s15}\n\t"
      HG_DISTANCE(4, 12, 13, 14, 15)
      "bne 3b\n"
      "4:\n"
      : "+t"(s0), "+t"(s1), "+t"(s2), "+t"(s3), [x] "+r"(x), [others] "+r"(others), [n] "=&r"(n)
      : [size] "r"(size)
      : "cc", "memory", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11", "s12", "s13", "s14",
        "s15", "s16", "s17", "s18", "s19", "s20", "s21", "s22", "s23", "s24", "s25", "s26", "s27");
  sums[0] = s0;
  sums[1] = s1;
  sums[2] = s2;
  sums[3] = s3;
}

#endif
