/* exp of a float, the same bits with every compiler: only + - * fmaf and integers.
 *
 * x = k ln 2 + r with k the integer nearest to x / ln 2, so that |r| <= 0.347, and
 * exp(x) = 2^k exp(r). exp(r) = 1 + r + r^2 q(r); q is the polynomial of degree 4 whose largest
 * relative error over the interval is least, coefficients rounded to float one after the other,
 * each time fitting the others anew: 3.7e-9, a sixteenth of half an ulp.
 * The error is below 0.8 ulp for every float, most where the result is subnormal
 * (tests/svm/test_exp.py tries all 2^32): 0 below -103.98, infinity above 88.72, and NaN stays NaN.
 */
#ifndef HG_EXP_F32_H
#define HG_EXP_F32_H

#include "hg_math_f32.h"

#define HG_EXP_OVERFLOW 0x1.62e43p+6f    /* the first float whose exp rounds to infinity */
#define HG_EXP_UNDERFLOW -0x1.9fe368p+6f /* from here down exp rounds to zero */

HG_INLINE float hg_exp_f32(float x) {
  const float integers_from_here = 0x1.8p+23f; /* floats of this size have no fraction */
  const float ln2_high = 0x1.62e43p-1f;        /* ln 2 in two floats */
  const float ln2_low = -0x1.05c61p-29f;
  if (!(x < HG_EXP_OVERFLOW)) {
    return x * 0x1p+127f; /* infinity, or NaN */
  }
  if (x < HG_EXP_UNDERFLOW) {
    return 0.0f;
  }
  const float shifted = __builtin_fmaf(x, 0x1.715476p+0f, integers_from_here);
  const uint32_t k = hg_bits_of_f32(shifted) - hg_bits_of_f32(integers_from_here); /* mod 2^32 */
  const float whole = shifted - integers_from_here;
  /* The first step is exact. The second rounds, which only the polynomial's terms may see. */
  const float high = __builtin_fmaf(-whole, ln2_high, x);
  const float low = -whole * ln2_low;
  const float r = high + low;
  float q = 0x1.6b7766p-10f;
  q = __builtin_fmaf(q, r, 0x1.12308p-7f);
  q = __builtin_fmaf(q, r, 0x1.555682p-5f);
  q = __builtin_fmaf(q, r, 0x1.5554a2p-3f);
  q = __builtin_fmaf(q, r, 0x1p-1f);
  /* 1 + high + the small rest, with what 1 + high loses. */
  const float sum = 1.0f + high;
  const float lost = high - (sum - 1.0f);
  const uint32_t bits = hg_bits_of_f32(sum + (lost + __builtin_fmaf(r * r, q, low)));
  if ((int32_t)(k + 125u) >= 0) {
    return hg_f32_of_bits(bits + (k << 23)); /* k onto the exponent: the result is normal */
  }
  /* Perhaps subnormal: scaled to where it is normal, and back by one rounding. */
  return hg_f32_of_bits(bits + ((k + 64u) << 23)) * 0x1p-64f;
}

#endif
