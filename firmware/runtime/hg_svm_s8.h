/* Support vector classifiers with RBF kernel, one against one, in integers: int8 vectors, int16
 * coefficients. Features come and decisions go as float32.
 *
 * By products: |x - v|^2 is |x|^2 + |v|^2 - 2 x v. Features are negated and counted in steps of 16
 * bits. |v|^2 is two more values of a vector, which are multiplied by constants as features are by
 * inputs; so a vector is one sum. A scale of its own makes distances of it: vectors near the origin
 * keep as many digits as those far from it. hargen/ir/ops/svm_int8.py proves that all sums fit.
 *
 * Four vectors lie together, as two pairs in the words of hg_dual_s8.h: two values of the first
 * pair, the next two, the same of the second pair, and so on; then, of what is left over, a word of
 * each pair; then a byte of scale each.
 */
#ifndef HG_SVM_S8_H
#define HG_SVM_S8_H

#include "hg_dual_s8.h"
#include "hg_steps_f32.h"
#include "hg_svm_f32.h"

#define HG_SVM_S8_MAX_SIZE 512
#define HG_SVM_S8_LIMIT 32767.0f /* of a feature in steps */
#define HG_SVM_S8_NORM_BITS 7    /* of the lower of two values that are |v|^2 */
#define HG_SVM_S8_FAR (1 << 30)  /* a distance that is 31 halvings and more, whatever a step is */
#define HG_SVM_S8_TOGETHER 4     /* vectors */
#define HG_SVM_S8_CHUNK 64       /* kernel values that are computed before they are used */

/* 2^-f is this polynomial, f from -1/2 to 1/2, within 7.5e-5 of itself. 1 is 23168 * 2^16, as times
 * the square root of 2 that just fits 32 bits with a sign. */
#define HG_SVM_S8_CUBIC (-83769260)
#define HG_SVM_S8_SQUARE 368365768
#define HG_SVM_S8_LINEAR (-1052604537)
#define HG_SVM_S8_ONE 1518228838

typedef struct {
  int32_t size; /* of the input and of a support vector */
  int32_t vectors;
  int32_t classes;
  int32_t norm_unit;     /* what the lower of two values that are |v|^2 is multiplied by */
  int32_t fraction_bits; /* of a distance in halvings of a kernel's value */
  float steps_in_one;    /* of a feature */
  uint32_t farthest;     /* |x|^2 in squared steps; what is more is far from every vector */
  uint32_t multiplier;   /* of |x|^2: distance of a squared step, times 2^32 */
  int32_t decision_shift;
  float decision_scale;
} hg_svm_s8_t;

/* A window, as all vectors are multiplied by it: constants first, because the assembly loads them
 * together. `end`, which it alone uses, is where the values of a chunk end. */
typedef struct {
  int32_t cubic;
  int32_t square;
  int32_t linear;
  int32_t one;
  uint32_t half;
  int32_t base; /* |x|^2 in halvings, and a half to round it */
  const uint32_t *end;
} hg_svm_window_t;

/* In front of the coefficients of a chunk that belong to one pair of classes and to vectors that
 * follow each other, two coefficients a word: how many words they are, whether they are the last
 * ones of the chunk, and in bytes, as the core adds them, where the values are, and behind where
 * they begin the total. */
#define HG_SVM_S8_TERM_WORDS(head) ((int32_t)((head) & 0x7fu))
#define HG_SVM_S8_TERM_IS_LAST(head) (((head) & 0x80u) != 0u)
#define HG_SVM_S8_TERM_VALUES(head) ((head) >> 8 & 0xffu)
#define HG_SVM_S8_TERM_TOTAL(head) ((head) >> 16)

#define HG_SVM_S8_WORDS(size) (((size) + 1) / 2 + 1)

#if defined(__thumb2__) && defined(__ARM_FEATURE_DSP) && (__ARM_FEATURE_DSP == 1) && \
    defined(__OPTIMIZE__)
#include "hg_svm_s8_thumb2.h"
#define HG_SVM_S8_ASSEMBLY 1
#else
#define HG_SVM_S8_ASSEMBLY 0
#endif

/* sum * scale / 256 + base is a distance in halvings. A kernel's value as the polynomial has it, of
 * which the upper 16 bits are used. */
HG_INLINE uint32_t hg_svm_s8_value(int32_t fraction_bits, int32_t sum, int32_t scale,
                                   int32_t base) {
  const int32_t distance = base + (int32_t)(((int64_t)sum * scale) >> 8);
  const int32_t fraction =
      (int32_t)(((uint32_t)distance << (32 - fraction_bits)) ^ 0x80000000u); /* Q32, signed */
  int32_t power = HG_SVM_S8_CUBIC;
  power = HG_SVM_S8_SQUARE + (int32_t)(((int64_t)power * fraction) >> 32);
  power = HG_SVM_S8_LINEAR + (int32_t)(((int64_t)power * fraction) >> 32);
  power = HG_SVM_S8_ONE + (int32_t)(((int64_t)power * fraction) >> 32);
  return (uint32_t)power >> hg_clamp_s32(distance >> fraction_bits, 0, 31);
}

/* Values of two vectors, the first one in the lower half. */
HG_INLINE uint32_t hg_svm_s8_pair(const hg_svm_s8_t *p, hg_dual_t sums, uint32_t scales,
                                  int32_t base) {
  const int32_t bits = p->fraction_bits;
  const uint32_t first = hg_svm_s8_value(bits, sums.first, (int32_t)(scales & 0xffu), base);
  const uint32_t second =
      hg_svm_s8_value(bits, hg_dual_second(sums), (int32_t)(scales >> 8 & 0xffu), base);
  return (second & 0xffff0000u) | first >> 16;
}

HG_INLINE void hg_svm_s8_add(uint32_t x, uint32_t w, hg_dual_t *sums) {
  sums->both = hg_dual_mac(x, w, sums->both);
  sums->first = hg_dual_mac(x, hg_widen_even(w), sums->first);
}

/* Values of the next vectors, HG_SVM_S8_TOGETHER each time; returns the vectors behind them. */
HG_INLINE const uint32_t *hg_svm_s8_values(const hg_svm_s8_t *p, const hg_svm_window_t *window,
                                           const uint32_t *x, const uint32_t *vectors,
                                           int32_t count, uint32_t *values) {
  const int32_t words = HG_SVM_S8_WORDS(p->size);
  for (; count > 0; count -= HG_SVM_S8_TOGETHER) {
    hg_dual_t first = {0, 0};
    hg_dual_t second = {0, 0};
    for (int32_t i = 0; i + 2 <= words; i += 2, vectors += 4) {
      hg_svm_s8_add(x[i], vectors[0], &first);
      hg_svm_s8_add(x[i + 1], vectors[1], &first);
      hg_svm_s8_add(x[i], vectors[2], &second);
      hg_svm_s8_add(x[i + 1], vectors[3], &second);
    }
    if (words % 2 != 0) {
      hg_svm_s8_add(x[words - 1], vectors[0], &first);
      hg_svm_s8_add(x[words - 1], vectors[1], &second);
      vectors += 2;
    }
    const uint32_t scales = *vectors++;
    *values++ = hg_svm_s8_pair(p, first, scales, window->base);
    *values++ = hg_svm_s8_pair(p, second, scales >> 16, window->base);
  }
  return vectors;
}

/* Adds the products of a chunk's values and coefficients to the totals; returns the coefficients
 * behind them. Where a word has a value that is not of these vectors, its coefficient is 0. */
HG_INLINE const uint32_t *hg_svm_s8_add_terms(const uint32_t *values, const uint32_t *coefficients,
                                              int64_t *totals) {
#if HG_SVM_S8_ASSEMBLY
  (void)totals;
  return hg_svm_s8_add_terms_thumb2(values, coefficients);
#else
  uint32_t head;
  do {
    head = *coefficients++;
    const uint32_t *v = values + HG_SVM_S8_TERM_VALUES(head) / 4;
    int64_t *total = &totals[(HG_SVM_S8_TERM_TOTAL(head) - 2 * HG_SVM_S8_CHUNK) / 8];
    for (int32_t left = HG_SVM_S8_TERM_WORDS(head); left > 0; --left, ++v) {
      const uint32_t c = *coefficients++;
      *total += (int16_t)(uint16_t)*v * (int16_t)(uint16_t)c;
      *total += (int16_t)(uint16_t)(*v >> 16) * (int16_t)(uint16_t)(c >> 16);
    }
  } while (!HG_SVM_S8_TERM_IS_LAST(head));
  return coefficients;
#endif
}

/* values: HG_SVM_S8_CHUNK, two in a word. totals: one a pair, right behind them. */
HG_INLINE void hg_svm_s8_decide_in(const hg_svm_s8_t *p, hg_svm_window_t *window, const uint32_t *x,
                                   const uint32_t *vectors, const uint32_t *coefficients,
                                   const int32_t *bias, uint32_t *values, int64_t *totals,
                                   float *decisions) {
  for (int32_t pair = 0; pair < HG_SVM_PAIRS(p->classes); ++pair) {
    totals[pair] = (int64_t)1 << (p->decision_shift - 1); /* the shift then rounds */
  }
  for (int32_t left = p->vectors; left > 0; left -= HG_SVM_S8_CHUNK) {
    const int32_t count = hg_min_s32(left, HG_SVM_S8_CHUNK);
#if HG_SVM_S8_ASSEMBLY
    if (p->size <= HG_SVM_S8_UNROLLED) {
      vectors = hg_svm_s8_values_thumb2(HG_SVM_S8_WORDS(p->size), p->fraction_bits, window, x,
                                        vectors, count, values);
    } else {
      vectors = hg_svm_s8_values(p, window, x, vectors, count, values);
    }
#else
    vectors = hg_svm_s8_values(p, window, x, vectors, count, values);
#endif
    coefficients = hg_svm_s8_add_terms(values, coefficients, totals);
  }
  for (int32_t pair = 0; pair < HG_SVM_PAIRS(p->classes); ++pair) {
    const int32_t sum = (int32_t)(totals[pair] >> p->decision_shift);
    decisions[pair] = (float)(bias[pair] + sum) * p->decision_scale;
  }
}

/* Features as halves, negated; then what |v|^2 is multiplied by. */
HG_INLINE void hg_svm_s8_set_window(const hg_svm_s8_t *p, const float *features, uint32_t *x,
                                    hg_svm_window_t *window) {
  const int32_t words = (p->size + 1) / 2;
  (void)hg_words_of_steps(features, p->size, -p->steps_in_one, HG_SVM_S8_LIMIT, x);
  uint64_t squared = 0;
  for (int32_t i = 0; i < words; ++i) {
    squared += (uint32_t)hg_dual_mac(x[i], x[i], 0); /* of both halves: 2 * 32767^2 at most */
  }
  int32_t distance = (int32_t)(((uint64_t)(uint32_t)squared * p->multiplier) >> 32);
  if (squared > p->farthest) {
    for (int32_t i = 0; i < words; ++i) {
      x[i] = 0;
    }
    distance = HG_SVM_S8_FAR;
  }
  x[words] = hg_pack_steps(p->norm_unit << HG_SVM_S8_NORM_BITS, p->norm_unit);
  window->cubic = HG_SVM_S8_CUBIC;
  window->square = HG_SVM_S8_SQUARE;
  window->linear = HG_SVM_S8_LINEAR;
  window->one = HG_SVM_S8_ONE;
  window->half = 0x80000000u;
  window->base = distance + (1 << (p->fraction_bits - 1));
}

/* Only the branch for the number of classes is compiled, and its totals alone are on the stack. */
HG_INLINE void hg_svm_s8_decide(const hg_svm_s8_t *p, hg_svm_window_t *window, const uint32_t *x,
                                const uint32_t *vectors, const uint32_t *coefficients,
                                const int32_t *bias, float *decisions) {
  if (p->classes <= 4) {
    struct {
      uint32_t values[HG_SVM_S8_CHUNK / 2];
      int64_t totals[HG_SVM_PAIRS(4)];
    } sums;
    hg_svm_s8_decide_in(p, window, x, vectors, coefficients, bias, sums.values, sums.totals,
                        decisions);
  } else if (p->classes <= 8) {
    struct {
      uint32_t values[HG_SVM_S8_CHUNK / 2];
      int64_t totals[HG_SVM_PAIRS(8)];
    } sums;
    hg_svm_s8_decide_in(p, window, x, vectors, coefficients, bias, sums.values, sums.totals,
                        decisions);
  } else {
    struct {
      uint32_t values[HG_SVM_S8_CHUNK / 2];
      int64_t totals[HG_SVM_PAIRS(HG_SVM_MAX_CLASSES)];
    } sums;
    hg_svm_s8_decide_in(p, window, x, vectors, coefficients, bias, sums.values, sums.totals,
                        decisions);
  }
}

/* decisions[pair] = (bias[pair] + the rounded sum of coefficient times kernel over the vectors of
 * both classes) * decision_scale. */
HG_INLINE void hg_svm_rbf_s8(const hg_svm_s8_t *p, const float *features, const uint32_t *vectors,
                             const uint32_t *coefficients, const int32_t *bias, float *decisions) {
  if (p->size <= 32) {
    struct {
      hg_svm_window_t window;
      uint32_t x[HG_SVM_S8_WORDS(32)];
    } at;
    hg_svm_s8_set_window(p, features, at.x, &at.window);
    hg_svm_s8_decide(p, &at.window, at.x, vectors, coefficients, bias, decisions);
  } else if (p->size <= 128) {
    struct {
      hg_svm_window_t window;
      uint32_t x[HG_SVM_S8_WORDS(128)];
    } at;
    hg_svm_s8_set_window(p, features, at.x, &at.window);
    hg_svm_s8_decide(p, &at.window, at.x, vectors, coefficients, bias, decisions);
  } else {
    struct {
      hg_svm_window_t window;
      uint32_t x[HG_SVM_S8_WORDS(HG_SVM_S8_MAX_SIZE)];
    } at;
    hg_svm_s8_set_window(p, features, at.x, &at.window);
    hg_svm_s8_decide(p, &at.window, at.x, vectors, coefficients, bias, decisions);
  }
}

#endif
