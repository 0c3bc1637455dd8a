/* Exact sums of the coefficients and kernel values of support vector classifiers with an RBF
 * kernel.
 *
 * A kernel's value, 1 at most, is a whole number of 2^-28, and coefficients are whole numbers, too:
 * the sums, whose terms are thousands and cancel, are exact. hargen/plan/layers/float32/svm_rbf.py
 * proves that 64 bits hold them.
 */
#ifndef HG_SVM_SUMS_H
#define HG_SVM_SUMS_H

#include "hg_math_f32.h"
#include "hg_svm_f32.h"
#if defined(__thumb2__)
#include "hg_svm_sums_thumb2.h"
#endif

#define HG_SVM_VALUE_BITS 28

typedef struct {
  int32_t size; /* of the input and of a support vector */
  int32_t vectors;
  int32_t classes;
  float decision_scale;
  float high_scale; /* 2^32 times as large */
} hg_svm_sums_t;

/* What is compared: an input and the vectors that are next, in blocks of HG_LANES, each (value,
 * lane), the last one of what is left. The rest is for those kernels that go by products. */
typedef struct {
  const float *x;
  const float *vectors;
  const uint8_t *halvings;
  float start[HG_LANES];
} hg_svm_pairing_t;

/* Values of the next vectors, HG_LANES at most. */
typedef void (*hg_svm_values_t)(const void *p, const hg_svm_pairing_t *at, int32_t lanes,
                                int32_t values[HG_LANES]);

/* sum + the products. */
HG_INLINE int64_t hg_svm_products(const int32_t *coefficients, const int32_t *values, int32_t count,
                                  int64_t sum) {
#if defined(__thumb2__)
  return hg_svm_products_thumb2(coefficients, values, count, sum);
#else
  for (int32_t i = 0; i < count; ++i) {
    sum += (int64_t)coefficients[i] * values[i];
  }
  return sum;
#endif
}

/* totals: one a pair. */
HG_INLINE void hg_svm_sum_in(const hg_svm_sums_t *p, const void *kernel, hg_svm_values_t values_of,
                             hg_svm_pairing_t *at, const int32_t *coefficients, const int64_t *bias,
                             const uint32_t *runs, int64_t *totals, float *decisions) {
  const int32_t left = p->vectors % HG_LANES;
  hg_svm_run_t run;
  hg_svm_begin_runs(&run, runs);
  for (int32_t pair = 0; pair < HG_SVM_PAIRS(p->classes); ++pair) {
    totals[pair] = bias[pair];
  }
  for (int32_t first = 0; first < p->vectors; first += HG_SVM_CHUNK) {
    int32_t values[HG_SVM_CHUNK];
    const int32_t count = hg_min_s32(p->vectors - first, HG_SVM_CHUNK);
    int32_t n = 0;
    for (; n + HG_LANES <= count; n += HG_LANES) {
      values_of(kernel, at, HG_LANES, values + n);
      at->vectors += HG_LANES * p->size;
      at->halvings += HG_LANES;
    }
    if (left > 0 && n < count) {
      values_of(kernel, at, left, values + n);
    }
    for (n = 0; n < count;) {
      const int32_t part = hg_svm_next_part(&run, p->classes, count - n);
      for (int32_t partner = 0; partner < run.partners; ++partner) {
        int64_t *total = &totals[run.pairs[partner]];
        *total = hg_svm_products(coefficients, values + n, part, *total);
        coefficients += part;
      }
      n += part;
    }
  }
  for (int32_t pair = 0; pair < HG_SVM_PAIRS(p->classes); ++pair) {
    const float low = (float)(uint32_t)totals[pair] * p->decision_scale;
    decisions[pair] = hg_fma_f32((float)(int32_t)(totals[pair] >> 32), p->high_scale, low);
  }
}

/* decisions[pair] = decision_scale (bias[pair] + the sum of coefficient times kernel over the
 * vectors of both classes). Only the branch for the number of classes is compiled, and its totals
 * alone are on the stack. */
HG_INLINE void hg_svm_sum(const hg_svm_sums_t *p, const void *kernel, hg_svm_values_t values_of,
                          hg_svm_pairing_t *at, const int32_t *coefficients, const int64_t *bias,
                          const uint32_t *runs, float *decisions) {
  if (p->classes <= 4) {
    int64_t totals[HG_SVM_PAIRS(4)];
    hg_svm_sum_in(p, kernel, values_of, at, coefficients, bias, runs, totals, decisions);
  } else if (p->classes <= 8) {
    int64_t totals[HG_SVM_PAIRS(8)];
    hg_svm_sum_in(p, kernel, values_of, at, coefficients, bias, runs, totals, decisions);
  } else if (p->classes <= 16) {
    int64_t totals[HG_SVM_PAIRS(16)];
    hg_svm_sum_in(p, kernel, values_of, at, coefficients, bias, runs, totals, decisions);
  } else {
    int64_t totals[HG_SVM_PAIRS(HG_SVM_MAX_CLASSES)];
    hg_svm_sum_in(p, kernel, values_of, at, coefficients, bias, runs, totals, decisions);
  }
}

#endif
