/* Decisions of support vector classifiers with an RBF kernel, by products: |x - v|^2 is |x|^2 +
 * |v|^2 - 2 x v, of which |x|^2 is the same for all vectors.
 *
 * In halvings of a kernel's value. A vector's |v|^2 is rounded up to whole ones; its coefficients
 * take the rest. The digits that the subtraction loses are few, because |v|^2 is 190 at most.
 */
#ifndef HG_SVM_RBF_PRODUCTS_F32_H
#define HG_SVM_RBF_PRODUCTS_F32_H

#include "hg_exp2_f32.h"
#include "hg_svm_sums.h"
#include "hg_tile_f32.h"

#define HG_SVM_MANTISSA_BITS 30
#define HG_SVM_LOWEST -30.0f /* from here down a value is 0, whatever the vector */

typedef struct {
  hg_svm_sums_t sums;
  float halvings; /* that a squared distance of 1 takes from a kernel's value */
} hg_svm_rbf_products_f32_t;

#if HG_TILE_ASSEMBLY && defined(__ARM_ARCH_8M_MAIN__)
#include "hg_svm_rbf_products_vfp.h"
#define HG_SVM_RBF_PRODUCTS_ASSEMBLY 1
#else
#define HG_SVM_RBF_PRODUCTS_ASSEMBLY 0
#endif

/* 2^log2 in Q30, shifted right, cut off. shift: two more than |v|^2. What is NaN gives 0. */
HG_INLINE int32_t hg_svm_rbf_products_value(float log2, uint32_t shift) {
  const float enough = hg_max_sum_f32(HG_SVM_LOWEST, log2);
  const float shifted = enough + HG_EXP2_INTEGERS(0);
  const float r = enough - (shifted - HG_EXP2_INTEGERS(0)); /* exact */
  const int32_t mantissa =
      (int32_t)(hg_exp2_of_fraction_f32(r) * (float)(1 << HG_SVM_MANTISSA_BITS));
  const uint32_t right = (shift - hg_bits_of_f32(shifted)) & 0xffu;
  return right > 31u ? 0 : mantissa >> right;
}

HG_INLINE void hg_svm_rbf_products_values(const void *kernel, const hg_svm_pairing_t *at,
                                          int32_t lanes, int32_t values[HG_LANES]) {
  const hg_svm_rbf_products_f32_t *p = (const hg_svm_rbf_products_f32_t *)kernel;
  const float *const x[HG_POSITIONS] = {at->x, at->x, at->x};
  float sums[HG_POSITIONS][HG_LANES];
  hg_tile_f32(hg_one_run(p->sums.size), x, 1, at->vectors, at->start, lanes, sums);
#if HG_SVM_RBF_PRODUCTS_ASSEMBLY
  if (lanes == HG_LANES) {
    hg_svm_rbf_products_vfp(sums[0], at->halvings, values);
    return;
  }
#endif
  values[0] = hg_svm_rbf_products_value(sums[0][0], at->halvings[0]);
  values[1] = lanes > 1 ? hg_svm_rbf_products_value(sums[0][1], at->halvings[1]) : 0;
  values[2] = lanes > 2 ? hg_svm_rbf_products_value(sums[0][2], at->halvings[2]) : 0;
  values[3] = lanes > 3 ? hg_svm_rbf_products_value(sums[0][3], at->halvings[3]) : 0;
}

/* scratch: the input, scaled. halvings: one a vector. */
HG_INLINE void hg_svm_rbf_products_f32(const hg_svm_rbf_products_f32_t *p, const float *x,
                                       const float *vectors, const uint8_t *halvings,
                                       const int32_t *coefficients, const int64_t *bias,
                                       const uint32_t *runs, float *scratch, float *decisions) {
  float squared = 0.0f;
  for (int32_t i = 0; i < p->sums.size; ++i) {
    squared = hg_fma_f32(x[i], x[i], squared);
    scratch[i] = 2.0f * p->halvings * x[i];
  }
  const float start = -p->halvings * squared;
  hg_svm_pairing_t at = {scratch, vectors, halvings, {start, start, start, start}};
  hg_svm_sum(&p->sums, p, hg_svm_rbf_products_values, &at, coefficients, bias, runs, decisions);
}

#endif
