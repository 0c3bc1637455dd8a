/* Decisions of support vector classifiers with an RBF kernel, by distances: for vectors of any
 * size. Where they are short, hg_svm_rbf_products_f32.h does with half of the work. */
#ifndef HG_SVM_RBF_F32_H
#define HG_SVM_RBF_F32_H

#include "hg_distance_f32.h"
#include "hg_exp2_f32.h"
#include "hg_svm_sums.h"

typedef struct {
  hg_svm_sums_t sums;
  int32_t head;   /* features after which it is asked whether the others are worth while */
  float halvings; /* that a squared distance of 1 takes from a kernel's value, negative */
  float far;      /* a squared distance from which on a value is less than 2^-28, which is 0 */
  float farthest; /* larger ones count as this: less than 2^-100 */
} hg_svm_rbf_f32_t;

#if HG_DISTANCE_ASSEMBLY && defined(__ARM_ARCH_8M_MAIN__)
#include "hg_svm_rbf_vfp.h"
#define HG_SVM_RBF_ASSEMBLY 1
#else
#define HG_SVM_RBF_ASSEMBLY 0
#endif

/* exp(-gamma |x - vector|^2) in Q28, cut off. A distance that is NaN gives 0. */
HG_INLINE int32_t hg_svm_rbf_value(const hg_svm_rbf_f32_t *p, float squared) {
  const float near = squared < p->farthest ? squared : p->farthest;
  return (int32_t)hg_exp2_of_product_f32(near, p->halvings, HG_SVM_VALUE_BITS);
}

HG_INLINE int32_t hg_svm_rbf_all_far(const hg_svm_rbf_f32_t *p, int32_t lanes,
                                     const float sums[HG_LANES]) {
  return sums[0] > p->far && (lanes < 2 || sums[1] > p->far) && (lanes < 3 || sums[2] > p->far) &&
         (lanes < 4 || sums[3] > p->far);
}

/* Of some vectors, HG_LANES at most. Distances never decrease from feature to feature, so that what
 * is far after a few of them is 0. */
HG_INLINE void hg_svm_rbf_values(const void *kernel, const hg_svm_pairing_t *at, int32_t lanes,
                                 int32_t values[HG_LANES]) {
  const hg_svm_rbf_f32_t *p = (const hg_svm_rbf_f32_t *)kernel;
  const int32_t size = p->sums.size;
  float sums[HG_LANES] = {0.0f, 0.0f, 0.0f, 0.0f};
  int32_t end = p->head;
  for (int32_t i = 0; i < size; i = end, end = size) {
    hg_add_distances_f32(at->x + i, at->vectors + i * lanes, end - i, lanes, sums);
    if (hg_svm_rbf_all_far(p, lanes, sums)) {
      values[0] = 0;
      values[1] = 0;
      values[2] = 0;
      values[3] = 0;
      return;
    }
  }
#if HG_SVM_RBF_ASSEMBLY
  if (lanes == HG_LANES) {
    hg_svm_rbf_vfp(p->halvings, p->farthest, sums, values);
    return;
  }
#endif
  values[0] = hg_svm_rbf_value(p, sums[0]);
  values[1] = lanes > 1 ? hg_svm_rbf_value(p, sums[1]) : 0;
  values[2] = lanes > 2 ? hg_svm_rbf_value(p, sums[2]) : 0;
  values[3] = lanes > 3 ? hg_svm_rbf_value(p, sums[3]) : 0;
}

HG_INLINE void hg_svm_rbf_f32(const hg_svm_rbf_f32_t *p, const float *x, const float *vectors,
                              const int32_t *coefficients, const int64_t *bias,
                              const uint32_t *runs, float *decisions) {
  hg_svm_pairing_t at = {.x = x, .vectors = vectors};
  hg_svm_sum(&p->sums, p, hg_svm_rbf_values, &at, coefficients, bias, runs, decisions);
}

#endif
