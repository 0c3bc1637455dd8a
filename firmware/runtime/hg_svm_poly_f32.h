/* Decisions of support vector classifiers with a polynomial kernel, one for each pair of classes.
 */
#ifndef HG_SVM_POLY_F32_H
#define HG_SVM_POLY_F32_H

#include "hg_svm_f32.h"
#include "hg_tile_f32.h"

typedef struct {
  int32_t size; /* of the input and of a support vector */
  int32_t vectors;
  int32_t classes;
  int32_t degree;
  float gamma;
  float offset;
} hg_svm_poly_f32_t;

/* A sum with the part that its rounding left out (Kahan, CACM 8 (1965) 40): its error stays that of
 * one rounding, however many terms cancel. */
typedef struct {
  float sum;
  float rest;
} hg_svm_sum_t;

HG_INLINE void hg_svm_add(hg_svm_sum_t *total, float value) {
  const float term = value + total->rest;
  const float sum = total->sum + term;
  total->rest = term - (sum - total->sum);
  total->sum = sum;
}

/* (gamma x vector + offset)^degree of some vectors, HG_LANES at most. */
HG_INLINE void hg_svm_poly_values(const hg_svm_poly_f32_t *p, const float *x, const float *vectors,
                                  int32_t lanes, float *values) {
  const float *const at[HG_POSITIONS] = {x, x, x};
  float sums[HG_POSITIONS][HG_LANES];
  hg_tile_f32(hg_one_run(p->size), at, 1, vectors, 0, lanes, sums);
  HG_SVM_UNROLL
  for (int32_t lane = 0; lane < lanes; ++lane) {
    const float base = hg_fma_f32(p->gamma, sums[0][lane], p->offset);
    float power = base;
    for (int32_t i = 1; i < p->degree; ++i) {
      power *= base;
    }
    values[lane] = power;
  }
}

/* totals: one a pair. */
HG_INLINE void hg_svm_poly_decide(const hg_svm_poly_f32_t *p, const float *x, const float *vectors,
                                  const float *coefficients, const float *bias,
                                  const uint32_t *runs, hg_svm_sum_t *totals, float *decisions) {
  const int32_t left = p->vectors % HG_LANES;
  hg_svm_run_t run;
  hg_svm_begin_runs(&run, runs);
  for (int32_t pair = 0; pair < HG_SVM_PAIRS(p->classes); ++pair) {
    totals[pair].sum = bias[pair];
    totals[pair].rest = 0.0f;
  }
  for (int32_t first = 0; first < p->vectors; first += HG_SVM_CHUNK) {
    float values[HG_SVM_CHUNK];
    const int32_t count = hg_min_s32(p->vectors - first, HG_SVM_CHUNK);
    int32_t n = 0;
    for (; n + HG_LANES <= count; n += HG_LANES) {
      hg_svm_poly_values(p, x, vectors, HG_LANES, values + n);
      vectors += HG_LANES * p->size;
    }
    if (left > 0 && n < count) {
      hg_svm_poly_values(p, x, vectors, left, values + n);
    }
    for (n = 0; n < count;) {
      const int32_t part = hg_svm_next_part(&run, p->classes, count - n);
      for (int32_t partner = 0; partner < run.partners; ++partner) {
        hg_svm_sum_t *total = &totals[run.pairs[partner]];
        for (int32_t i = 0; i < part; ++i) {
          hg_svm_add(total, *coefficients++ * values[n + i]);
        }
      }
      n += part;
    }
  }
  for (int32_t pair = 0; pair < HG_SVM_PAIRS(p->classes); ++pair) {
    decisions[pair] = totals[pair].sum;
  }
}

/* decisions[pair] = bias[pair] + the sum of coefficient times kernel over the vectors of both
 * classes. Only the branch for the number of classes is compiled, and its totals alone are on the
 * stack. vectors: blocks of HG_LANES, each (value, lane), the last one of what is left. */
HG_INLINE void hg_svm_poly_f32(const hg_svm_poly_f32_t *p, const float *x, const float *vectors,
                               const float *coefficients, const float *bias, const uint32_t *runs,
                               float *decisions) {
  if (p->classes <= 4) {
    hg_svm_sum_t totals[HG_SVM_PAIRS(4)];
    hg_svm_poly_decide(p, x, vectors, coefficients, bias, runs, totals, decisions);
  } else if (p->classes <= 8) {
    hg_svm_sum_t totals[HG_SVM_PAIRS(8)];
    hg_svm_poly_decide(p, x, vectors, coefficients, bias, runs, totals, decisions);
  } else if (p->classes <= 16) {
    hg_svm_sum_t totals[HG_SVM_PAIRS(16)];
    hg_svm_poly_decide(p, x, vectors, coefficients, bias, runs, totals, decisions);
  } else {
    hg_svm_sum_t totals[HG_SVM_PAIRS(HG_SVM_MAX_CLASSES)];
    hg_svm_poly_decide(p, x, vectors, coefficients, bias, runs, totals, decisions);
  }
}

#endif
