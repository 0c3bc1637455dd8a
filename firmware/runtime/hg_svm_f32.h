/* Support vector classifiers, one against one: a decision for each pair of classes, the vote, and
 * probabilities.
 *
 * Pairs (low, high) are in the order (0, 1), (0, 2) ... (1, 2) ...; a decision above zero is for
 * the lower class. hargen/plan/layers/svm.py packs the constants.
 */
#ifndef HG_SVM_F32_H
#define HG_SVM_F32_H

#include "hg_exp_f32.h"

#define HG_SVM_MAX_CLASSES 32 /* the partners of a run are the bits of a word */
#define HG_SVM_PAIRS(classes) ((classes) * ((classes) - 1) / 2)

typedef struct {
  int32_t size; /* of the input and of a support vector */
  int32_t classes;
  int32_t runs;
  int32_t degree; /* this and offset: of the polynomial kernel */
  float gamma;
  float offset;
} hg_svm_f32_t;

/* Support vectors that follow each other, belong to one class and have dual coefficients that are
 * not zero against the same partners: two words, so that zeros need no flash. */
#define HG_SVM_RUN_WORDS 2
#define HG_SVM_RUN_COUNT(run) ((int32_t)((run)[0] & 0xffffu))
#define HG_SVM_RUN_CLASS(run) ((int32_t)((run)[0] >> 16))
#define HG_SVM_RUN_PARTNERS(run) ((run)[1]) /* bit j: class j */

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

HG_INLINE int32_t hg_svm_pair(int32_t a, int32_t b, int32_t classes) {
  const int32_t low = a < b ? a : b;
  const int32_t high = a < b ? b : a;
  return low * (2 * classes - low - 1) / 2 + high - low - 1;
}

/* Unrolled, so that short inputs stay in registers from vector to vector. */
#define HG_SVM_UNROLL _Pragma("GCC unroll 32")

/* In onnxruntime's order, each square rounded: its rounding errors, shared by all vectors that lie
 * close together, are then ours too. */
HG_INLINE float hg_svm_squared_distance(const float *a, const float *b, int32_t size) {
  float sum = 0.0f;
  HG_SVM_UNROLL
  for (int32_t i = 0; i < size; ++i) {
    const float difference = a[i] - b[i];
    sum += difference * difference;
  }
  return sum;
}

HG_INLINE float hg_svm_dot(const float *a, const float *b, int32_t size) {
  float sum = 0.0f;
  HG_SVM_UNROLL
  for (int32_t i = 0; i < size; ++i) {
    sum = __builtin_fmaf(a[i], b[i], sum);
  }
  return sum;
}

typedef float (*hg_svm_kernel_t)(const hg_svm_f32_t *p, const float *x, const float *vector);

/* exp(-gamma |x - vector|^2) */
HG_INLINE float hg_svm_rbf(const hg_svm_f32_t *p, const float *x, const float *vector) {
  return hg_exp_f32(-p->gamma * hg_svm_squared_distance(x, vector, p->size));
}

/* (gamma x vector + offset)^degree */
HG_INLINE float hg_svm_poly(const hg_svm_f32_t *p, const float *x, const float *vector) {
  const float base = __builtin_fmaf(p->gamma, hg_svm_dot(x, vector, p->size), p->offset);
  float power = base;
  for (int32_t i = 1; i < p->degree; ++i) {
    power *= base;
  }
  return power;
}

/* decisions[pair] = bias[pair] + the sum of coefficient times kernel over the vectors of both
 * classes. A vector's coefficients follow each other, in the order of the partners. totals: one a
 * pair. */
HG_INLINE void hg_svm_decide_in(const hg_svm_f32_t *p, hg_svm_kernel_t kernel, const float *x,
                                const float *vectors, const float *coefficients, const float *bias,
                                const uint32_t *runs, hg_svm_sum_t *totals, float *decisions) {
  for (int32_t pair = 0; pair < HG_SVM_PAIRS(p->classes); ++pair) {
    totals[pair].sum = bias[pair];
    totals[pair].rest = 0.0f;
  }
  for (int32_t run = 0; run < p->runs; ++run, runs += HG_SVM_RUN_WORDS) {
    hg_svm_sum_t *partners[HG_SVM_MAX_CLASSES];
    int32_t count = 0;
    for (int32_t other = 0; other < p->classes; ++other) {
      if (HG_SVM_RUN_PARTNERS(runs) >> other & 1u) {
        partners[count++] = &totals[hg_svm_pair(HG_SVM_RUN_CLASS(runs), other, p->classes)];
      }
    }
    for (int32_t left = HG_SVM_RUN_COUNT(runs); left > 0; --left) {
      const float value = kernel(p, x, vectors);
      vectors += p->size;
      for (int32_t i = 0; i < count; ++i) {
        hg_svm_add(partners[i], *coefficients++ * value);
      }
    }
  }
  for (int32_t pair = 0; pair < HG_SVM_PAIRS(p->classes); ++pair) {
    decisions[pair] = totals[pair].sum;
  }
}

/* Only the branch for the number of classes is compiled, and its totals alone are on the stack. */
HG_INLINE void hg_svm_decide(const hg_svm_f32_t *p, hg_svm_kernel_t kernel, const float *x,
                             const float *vectors, const float *coefficients, const float *bias,
                             const uint32_t *runs, float *decisions) {
  if (p->classes <= 4) {
    hg_svm_sum_t totals[HG_SVM_PAIRS(4)];
    hg_svm_decide_in(p, kernel, x, vectors, coefficients, bias, runs, totals, decisions);
  } else if (p->classes <= 8) {
    hg_svm_sum_t totals[HG_SVM_PAIRS(8)];
    hg_svm_decide_in(p, kernel, x, vectors, coefficients, bias, runs, totals, decisions);
  } else if (p->classes <= 16) {
    hg_svm_sum_t totals[HG_SVM_PAIRS(16)];
    hg_svm_decide_in(p, kernel, x, vectors, coefficients, bias, runs, totals, decisions);
  } else {
    hg_svm_sum_t totals[HG_SVM_PAIRS(HG_SVM_MAX_CLASSES)];
    hg_svm_decide_in(p, kernel, x, vectors, coefficients, bias, runs, totals, decisions);
  }
}

HG_INLINE void hg_svm_rbf_f32(const hg_svm_f32_t *p, const float *x, const float *vectors,
                              const float *coefficients, const float *bias, const uint32_t *runs,
                              float *decisions) {
  hg_svm_decide(p, hg_svm_rbf, x, vectors, coefficients, bias, runs, decisions);
}

HG_INLINE void hg_svm_poly_f32(const hg_svm_f32_t *p, const float *x, const float *vectors,
                               const float *coefficients, const float *bias, const uint32_t *runs,
                               float *decisions) {
  hg_svm_decide(p, hg_svm_poly, x, vectors, coefficients, bias, runs, decisions);
}

/* The class with the most votes, the first of equals; a decision that is not above zero is a vote
 * for the higher class. As onnxruntime has it. */
HG_INLINE uint32_t hg_svm_vote_f32(const float *decisions, int32_t classes) {
  int32_t winner = 0;
  int32_t most = -1;
  for (int32_t own = 0; own < classes; ++own) {
    int32_t votes = 0;
    for (int32_t other = 0; other < classes; ++other) {
      if (other != own) {
        votes += (decisions[hg_svm_pair(own, other, classes)] > 0.0f) == (own < other);
      }
    }
    if (votes > most) {
      most = votes;
      winner = own;
    }
  }
  return (uint32_t)winner;
}

#endif
