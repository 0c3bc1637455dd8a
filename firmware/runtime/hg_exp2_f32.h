/* Powers of two of floats, the same bits with every compiler: the values of RBF kernels.
 *
 * Without a branch and without a second float of ln 2 they take half as long as hg_exp_f32. The
 * polynomial of degree 6 was fitted like that one's: its largest relative error is 3.0e-9.
 */
#ifndef HG_EXP2_F32_H
#define HG_EXP2_F32_H

#include "hg_math_f32.h"

/* From the highest power on; assembly reads them, too. */
#define HG_EXP2_COEFFICIENTS                                                        \
  0x1.416b5cp-13f, 0x1.5f0830p-10f, 0x1.3b2de0p-7f, 0x1.c6af7cp-5f, 0x1.ebfbdcp-3f, \
      0x1.62e430p-1f, 1.0f
/* Floats from here on have no fraction: added to one of -2^22 to 2^22, it leaves the nearest whole
 * number in the lowest bits, `up` more. */
#define HG_EXP2_INTEGERS(up) (0x1.8p+23f + (float)(up))

/* 2^r for -0.5 <= r <= 0.5. */
HG_INLINE float hg_exp2_of_fraction_f32(float r) {
  static const float c[] = {HG_EXP2_COEFFICIENTS};
  float q = __builtin_fmaf(c[0], r, c[1]);
  q = __builtin_fmaf(q, r, c[2]);
  q = __builtin_fmaf(q, r, c[3]);
  q = __builtin_fmaf(q, r, c[4]);
  q = __builtin_fmaf(q, r, c[5]);
  return __builtin_fmaf(q, r, c[6]);
}

/* 2^(a b + up), of which the product is not rounded, for whole `up` and exponents from -126 to 127.
 * Below 0.8 ulp. */
HG_INLINE float hg_exp2_of_product_f32(float a, float b, int32_t up) {
  const float shifted = __builtin_fmaf(a, b, HG_EXP2_INTEGERS(up));
  const float r = __builtin_fmaf(a, b, -(shifted - HG_EXP2_INTEGERS(up)));
  /* What is more in `shifted` than the whole number goes off the upper end. */
  return hg_f32_of_bits(hg_bits_of_f32(hg_exp2_of_fraction_f32(r)) +
                        (hg_bits_of_f32(shifted) << 23));
}

#endif
