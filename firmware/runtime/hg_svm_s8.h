/* Support vector classifiers with RBF kernel, one against one, in integers: int8 vectors, int16
 * coefficients. Features come and decisions go as float32.
 *
 * A feature is counted in steps, and value v of a vector stands for v * (steps[i] << exponent)
 * steps, with a factor for each feature and an exponent for each vector: vectors near the origin
 * keep as many digits as those far from it. hargen/ir/ops/svm_int8.py proves that all sums fit.
 */
#ifndef HG_SVM_S8_H
#define HG_SVM_S8_H

#include "hg_dot.h"
#include "hg_hybrid_fully_connected_f32.h"
#include "hg_svm_f32.h"

#define HG_SVM_S8_MAX_SIZE 512
#define HG_SVM_S8_MAX_EXPONENT 4
/* A feature is kept within twice the range of the vectors. */
#define HG_SVM_S8_LIMIT (256 << HG_SVM_S8_MAX_EXPONENT)
#define HG_SVM_S8_KNOTS_LOG2 5 /* of the table of 2^-f: 32 pieces from f = 0 to 1 */

typedef struct {
  int32_t size; /* of the input and of a support vector */
  int32_t classes;
  int32_t runs;
  float steps_in_one;     /* of a feature */
  int32_t distance_shift; /* of squared steps, to 32 bits */
  uint32_t multiplier;    /* of those: gamma / ln 2 in Q6.26, and 32 bits more */
  int32_t decision_shift; /* of a sum, to a decision */
  float decision_scale;
} hg_svm_s8_t;

/* Features in steps, negated, so that a multiplication adds them to those of a vector; and how many
 * steps a one in a vector is. */
typedef struct {
  int32_t *negated;
  int16_t *steps;
} hg_svm_features_t;

/* |x - vector|^2 in steps. */
HG_INLINE uint64_t hg_svm_squared_steps(const hg_svm_features_t *x, const int8_t *vector,
                                        uint32_t exponent, int32_t size) {
  int64_t sum = 0;
  int32_t i = 0;
#if defined(__ARM_FEATURE_DSP) && (__ARM_FEATURE_DSP == 1)
  HG_SVM_UNROLL
  for (; i + 4 <= size; i += 4) {
    const uint32_t word = hg_load_4(vector + i);
    const int32_t v02 = (int32_t)__sxtb16((int8x4_t)word);
    const int32_t v13 = (int32_t)__sxtb16((int8x4_t)hg_rotate_right_8(word));
    uint32_t s01;
    uint32_t s23;
    __builtin_memcpy(&s01, x->steps + i, sizeof s01);
    __builtin_memcpy(&s23, x->steps + i + 2, sizeof s23);
    /* 255 << 4 at most: nothing passes from one half to the other. */
    s01 <<= exponent;
    s23 <<= exponent;
    const int32_t d0 = __smlabb(v02, (int32_t)s01, x->negated[i]);
    const int32_t d1 = __smlabt(v13, (int32_t)s01, x->negated[i + 1]);
    const int32_t d2 = __smlatb(v02, (int32_t)s23, x->negated[i + 2]);
    const int32_t d3 = __smlatt(v13, (int32_t)s23, x->negated[i + 3]);
    sum += (int64_t)d0 * d0;
    sum += (int64_t)d1 * d1;
    sum += (int64_t)d2 * d2;
    sum += (int64_t)d3 * d3;
  }
#endif
  for (; i < size; ++i) {
    const int32_t steps = (int32_t)((uint32_t)x->steps[i] << exponent);
    const int32_t difference = vector[i] * steps + x->negated[i];
    sum += (int64_t)difference * difference;
  }
  return (uint64_t)sum;
}

/* exp(-gamma |x - vector|^2) in Q1.30, as a power of two: the whole part of its exponent is a
 * shift, the fraction a straight line between two entries of the table. */
HG_INLINE int32_t hg_svm_rbf_of_steps(const hg_svm_s8_t *p, uint64_t squared_steps,
                                      const uint32_t *table) {
  const uint64_t distance = squared_steps >> p->distance_shift;
  if (distance > UINT32_MAX) {
    return 0; /* 32 halvings and more */
  }
  const uint32_t halvings =
      (uint32_t)(((uint64_t)(uint32_t)distance * p->multiplier) >> 32); /* Q6.26 */
  const uint32_t whole = halvings >> 26;
  if (whole > 31u) {
    return 0;
  }
  const uint32_t fraction = halvings << 6; /* Q0.32 */
  const uint32_t *knots = table + (fraction >> (32 - HG_SVM_S8_KNOTS_LOG2));
  const uint32_t rest = fraction << HG_SVM_S8_KNOTS_LOG2;
  const uint32_t fall = (uint32_t)(((uint64_t)(knots[0] - knots[1]) * rest) >> 32);
  return (int32_t)((knots[0] - fall) >> whole);
}

/* totals: one a pair. The rest as hg_svm_decide_in has it. */
HG_INLINE void hg_svm_s8_decide_in(const hg_svm_s8_t *p, const hg_svm_features_t *x,
                                   const int8_t *vectors, const uint8_t *exponents,
                                   const int16_t *coefficients, const int32_t *bias,
                                   const uint32_t *runs, const uint32_t *table, int64_t *totals,
                                   float *decisions) {
  for (int32_t pair = 0; pair < HG_SVM_PAIRS(p->classes); ++pair) {
    totals[pair] = (int64_t)1 << (p->decision_shift - 1); /* the shift then rounds */
  }
  for (int32_t run = 0; run < p->runs; ++run, runs += HG_SVM_RUN_WORDS) {
    int64_t *partners[HG_SVM_MAX_CLASSES];
    int32_t count = 0;
    for (int32_t other = 0; other < p->classes; ++other) {
      if (HG_SVM_RUN_PARTNERS(runs) >> other & 1u) {
        partners[count++] = &totals[hg_svm_pair(HG_SVM_RUN_CLASS(runs), other, p->classes)];
      }
    }
    for (int32_t left = HG_SVM_RUN_COUNT(runs); left > 0; --left) {
      const uint64_t squared = hg_svm_squared_steps(x, vectors, *exponents++, p->size);
      const int32_t value = hg_svm_rbf_of_steps(p, squared, table);
      vectors += p->size;
      for (int32_t i = 0; i < count; ++i) {
        *partners[i] += (int64_t)*coefficients++ * value;
      }
    }
  }
  for (int32_t pair = 0; pair < HG_SVM_PAIRS(p->classes); ++pair) {
    const int32_t sum = (int32_t)(totals[pair] >> p->decision_shift);
    decisions[pair] = (float)(bias[pair] + sum) * p->decision_scale;
  }
}

/* Only the branch for the number of classes is compiled, and its totals alone are on the stack. */
HG_INLINE void hg_svm_s8_decide(const hg_svm_s8_t *p, const float *features,
                                const hg_svm_features_t *x, const int8_t *vectors,
                                const uint8_t *exponents, const uint8_t *steps,
                                const int16_t *coefficients, const int32_t *bias,
                                const uint32_t *runs, const uint32_t *table, float *decisions) {
  for (int32_t i = 0; i < p->size; ++i) {
    const float limit = (float)(HG_SVM_S8_LIMIT * steps[i]);
    x->negated[i] = -hg_to_steps(features[i], p->steps_in_one, limit);
    x->steps[i] = steps[i];
  }
  if (p->classes <= 4) {
    int64_t totals[HG_SVM_PAIRS(4)];
    hg_svm_s8_decide_in(p, x, vectors, exponents, coefficients, bias, runs, table, totals,
                        decisions);
  } else if (p->classes <= 8) {
    int64_t totals[HG_SVM_PAIRS(8)];
    hg_svm_s8_decide_in(p, x, vectors, exponents, coefficients, bias, runs, table, totals,
                        decisions);
  } else {
    int64_t totals[HG_SVM_PAIRS(HG_SVM_MAX_CLASSES)];
    hg_svm_s8_decide_in(p, x, vectors, exponents, coefficients, bias, runs, table, totals,
                        decisions);
  }
}

/* decisions[pair] = (bias[pair] + the rounded sum of coefficient times kernel over the vectors of
 * both classes) * decision_scale. */
HG_INLINE void hg_svm_rbf_s8(const hg_svm_s8_t *p, const float *features, const int8_t *vectors,
                             const uint8_t *exponents, const uint8_t *steps,
                             const int16_t *coefficients, const int32_t *bias, const uint32_t *runs,
                             const uint32_t *table, float *decisions) {
  if (p->size <= 32) {
    int32_t negated[32];
    int16_t step_counts[32];
    const hg_svm_features_t x = {negated, step_counts};
    hg_svm_s8_decide(p, features, &x, vectors, exponents, steps, coefficients, bias, runs, table,
                     decisions);
  } else if (p->size <= 128) {
    int32_t negated[128];
    int16_t step_counts[128];
    const hg_svm_features_t x = {negated, step_counts};
    hg_svm_s8_decide(p, features, &x, vectors, exponents, steps, coefficients, bias, runs, table,
                     decisions);
  } else {
    int32_t negated[HG_SVM_S8_MAX_SIZE];
    int16_t step_counts[HG_SVM_S8_MAX_SIZE];
    const hg_svm_features_t x = {negated, step_counts};
    hg_svm_s8_decide(p, features, &x, vectors, exponents, steps, coefficients, bias, runs, table,
                     decisions);
  }
}

#endif
