/* Hyperbolic tangent of float32 values.
 *
 * Up to |x| = 0.55 it is x + x^3 q(x^2): there exp would leave a difference of like values. q is
 * the polynomial of degree 4 whose largest relative error over that interval is least, coefficients
 * rounded to float one after the other, each time fitting the others anew: 1.0e-9. Beyond it is
 * (1 - e) / (1 + e) with e = exp(-2 |x|). The error is at most 1.6 ulp.
 */
#ifndef HG_TANH_F32_H
#define HG_TANH_F32_H

#include "hg_exp_f32.h"
#include "hg_math_f32.h"

typedef struct {
  int32_t size;
} hg_tanh_f32_t;

HG_INLINE float hg_tanh_value_f32(float x) {
  const float size = x < 0.0f ? -x : x;
  if (size < 0.55f) {
    const float square = x * x;
    float q = -0x1.9c949p-8f;
    q = hg_fma_f32(q, square, 0x1.598276p-6f);
    q = hg_fma_f32(q, square, -0x1.b931fcp-5f);
    q = hg_fma_f32(q, square, 0x1.110d6ap-3f);
    q = hg_fma_f32(q, square, -0x1.55554cp-2f);
    return hg_fma_f32(x * square, q, x);
  }
  const float e = hg_exp_f32(-2.0f * size);
  const float value = (1.0f - e) / (1.0f + e);
  return x < 0.0f ? -value : value;
}

HG_INLINE void hg_tanh_f32(const hg_tanh_f32_t *p, const float *input, float *output) {
  for (int32_t i = 0; i < p->size; ++i) {
    output[i] = hg_tanh_value_f32(input[i]);
  }
}

#endif
