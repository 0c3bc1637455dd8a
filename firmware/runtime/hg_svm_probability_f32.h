/* Probabilities of a support vector classifier, from its decisions.
 *
 * Platt's sigmoid makes each decision the probability of the lower class against the higher; the
 * second method of Wu, Lin and Weng (JMLR 5 (2004) 975) couples them to one probability a class.
 * The stopping rule is onnxruntime's, as where the iteration stops shows in the third digit.
 */
#ifndef HG_SVM_PROBABILITY_F32_H
#define HG_SVM_PROBABILITY_F32_H

#include "hg_exp_f32.h"
#include "hg_svm_f32.h"

typedef struct {
  int32_t pairs;
} hg_svm_platt_f32_t;

typedef struct {
  int32_t classes;
} hg_svm_couple_f32_t;

/* 1 / (1 + exp(a decision + b)), kept off 0 and 1 by 1e-7. */
HG_INLINE void hg_svm_platt_f32(const hg_svm_platt_f32_t *p, const float *decisions, const float *a,
                                const float *b, float *probabilities) {
  const float lowest = 1e-7f;
  const float highest = 1.0f - 1e-7f;
  for (int32_t pair = 0; pair < p->pairs; ++pair) {
    const float argument = __builtin_fmaf(decisions[pair], a[pair], b[pair]);
    const float larger = 1.0f / (1.0f + hg_exp_f32(argument < 0.0f ? argument : -argument));
    const float value = argument < 0.0f ? larger : 1.0f - larger;
    probabilities[pair] = value < lowest ? lowest : (value > highest ? highest : value);
  }
}

/* A value beside the diagonal of the matrix Q of the paper's problem: minimize p Q p over
 * probabilities p. */
HG_INLINE float hg_svm_q(const float *pairwise, int32_t a, int32_t b, int32_t classes) {
  const float value = pairwise[hg_svm_pair(a, b, classes)];
  return -(value * (1.0f - value));
}

/* Q as it is used: all of it where that is little, else worked out from the pairs each time. */
#define HG_SVM_FEW_CLASSES 8

typedef struct {
  const float *pairwise;
  float diagonal[HG_SVM_MAX_CLASSES];
  float all[HG_SVM_FEW_CLASSES * HG_SVM_FEW_CLASSES];
} hg_svm_matrix_t;

HG_INLINE float hg_svm_matrix_at(const hg_svm_matrix_t *q, int32_t a, int32_t b, int32_t classes) {
  if (classes <= HG_SVM_FEW_CLASSES) {
    return q->all[a * classes + b];
  }
  return a == b ? q->diagonal[a] : hg_svm_q(q->pairwise, a, b, classes);
}

/* The diagonal's sums of squares begin with the first class, as the pairs come in order. */
HG_INLINE void hg_svm_set_matrix(hg_svm_matrix_t *q, const float *pairwise, int32_t classes) {
  q->pairwise = pairwise;
  HG_UNROLL(1)
  for (int32_t i = 0; i < classes; ++i) {
    q->diagonal[i] = 0.0f;
  }
  HG_UNROLL(1)
  for (int32_t low = 0; low < classes; ++low) {
    HG_UNROLL(1)
    for (int32_t high = low + 1; high < classes; ++high) {
      const float value = *pairwise++;
      const float other = 1.0f - value;
      q->diagonal[low] = __builtin_fmaf(other, other, q->diagonal[low]);
      q->diagonal[high] = __builtin_fmaf(value, value, q->diagonal[high]);
      if (classes <= HG_SVM_FEW_CLASSES) {
        q->all[low * classes + high] = -(value * other);
        q->all[high * classes + low] = -(value * other);
      }
    }
    if (classes <= HG_SVM_FEW_CLASSES) { /* no pair that is still to come has this class as high */
      q->all[low * classes + low] = q->diagonal[low];
    }
  }
}

HG_INLINE void hg_svm_couple_f32(const hg_svm_couple_f32_t *p, const float *pairwise, float *out) {
  const int32_t classes = p->classes;
  const float tolerance = 0.005f / (float)classes;
  hg_svm_matrix_t q;
  float products[HG_SVM_MAX_CLASSES]; /* Q p */
  hg_svm_set_matrix(&q, pairwise, classes);
  HG_UNROLL(1)
  for (int32_t i = 0; i < classes; ++i) {
    out[i] = 1.0f / (float)classes;
  }
  for (int32_t iteration = 0; iteration < 100; ++iteration) {
    float objective = 0.0f;
    HG_UNROLL(1)
    for (int32_t i = 0; i < classes; ++i) {
      float product = 0.0f;
      for (int32_t j = 0; j < classes; ++j) {
        product = __builtin_fmaf(hg_svm_matrix_at(&q, i, j, classes), out[j], product);
      }
      products[i] = product;
      objective = __builtin_fmaf(out[i], product, objective);
    }
    float largest = 0.0f;
    HG_UNROLL(1)
    for (int32_t i = 0; i < classes; ++i) {
      const float error = __builtin_fabsf(products[i] - objective);
      largest = error > largest ? error : largest;
    }
    if (largest < tolerance) {
      break;
    }
    /* One class after the other: its optimum with the rest as they are, then all scaled so that
     * they add up to one again. */
    HG_UNROLL(1)
    for (int32_t i = 0; i < classes; ++i) {
      const float step = (objective - products[i]) / q.diagonal[i];
      const float total = 1.0f + step;
      const float grown = __builtin_fmaf(step, q.diagonal[i], 2.0f * products[i]);
      out[i] += step;
      objective = __builtin_fmaf(step, grown, objective) / total / total;
      HG_UNROLL(1)
      for (int32_t j = 0; j < classes; ++j) {
        const float of_both = hg_svm_matrix_at(&q, i, j, classes);
        products[j] = __builtin_fmaf(step, of_both, products[j]) / total;
        out[j] /= total;
      }
    }
  }
}

#endif
