/* Softmax of int8 logits; the output has scale 1/256 and zero point -128.
 *
 * exp comes from a table that hargen/quantize/softmax.py fills with the reference's own fixed-point
 * values; the reciprocal of the sum is the reference's Newton iteration. Both are equal to
 * TensorFlow Lite's reference in every bit.
 */
#ifndef HG_SOFTMAX_S8_H
#define HG_SOFTMAX_S8_H

#include "hg_requantize.h"

typedef struct {
  int32_t rows;
  int32_t size;       /* of a row */
  int32_t table_size; /* exp of a larger difference to the largest logit counts as zero */
} hg_softmax_s8_t;

#define HG_SOFTMAX_SUM_INTEGER_BITS 12 /* the sum of the exps is Q12.19 */

/* 1 / (2 d) in Q0.31 for d in [1/2, 1) in Q0.31: Newton's iteration for 1 / d from 48/17 - 32/17 d,
 * in Q2.29. */
HG_INLINE int32_t hg_half_of_reciprocal(int32_t d) {
  HG_OPAQUE(d); /* what is known to be positive would be multiplied as if it had 64 bits */
  int32_t estimate = 1515870810 + hg_multiply_high(d, -2021161080);
  HG_UNROLL(1)
  for (int32_t i = 0; i < 3; ++i) {
    /* Small; and the product, Q4.27 back to Q2.29, far smaller than what overflows. */
    const int32_t error = ((int32_t)1 << 29) - hg_high_half(d, estimate);
    estimate += hg_multiply_high(estimate, 2 * error) * 4;
  }
  return estimate >= (1 << 30) ? INT32_MAX : estimate * 2;
}

/* value / 2^shift to the nearest integer, halves up; value < 2^31, 1 <= shift <= 31. */
HG_INLINE int32_t hg_shift_right_halves_up(uint32_t value, int32_t shift) {
  return (int32_t)((value + ((uint32_t)1 << (shift - 1))) >> shift);
}

HG_INLINE int32_t hg_count_leading_zeros(uint32_t value) {
  return (int32_t)__builtin_clz(value);
}

HG_INLINE int32_t hg_softmax_largest(const int8_t *input, int32_t size) {
  int32_t largest = INT8_MIN;
  HG_UNROLL(1)
  for (int32_t i = 0; i < size; ++i) {
    largest = hg_max_s32(largest, input[i]);
  }
  return largest;
}

/* An exp as a part of the sum. */
HG_INLINE int32_t hg_softmax_part(int32_t exp) {
  return hg_shift_right_halves_up((uint32_t)exp, HG_SOFTMAX_SUM_INTEGER_BITS);
}

/* exp times scale / 2^shift is the output above its zero point. */
typedef struct {
  int32_t scale;
  int32_t shift;
} hg_softmax_factor_t;

/* The sum is at least exp(0) = 1, so that it is not zero and the shift is below 32. */
HG_INLINE hg_softmax_factor_t hg_softmax_factor(int32_t sum) {
  const int32_t headroom = hg_count_leading_zeros((uint32_t)sum);
  const hg_softmax_factor_t factor = {
      .scale = hg_half_of_reciprocal((int32_t)((uint32_t)sum << headroom >> 1)),
      .shift = HG_SOFTMAX_SUM_INTEGER_BITS - headroom + 31 - 8,
  };
  return factor;
}

HG_INLINE int8_t hg_softmax_output(const hg_softmax_factor_t *factor, int32_t exp) {
  const int32_t high = hg_high_half(factor->scale, exp);
  const int32_t value = INT8_MIN + hg_shift_right_halves_up((uint32_t)high, factor->shift);
  return (int8_t)hg_clamp_s32(value, INT8_MIN, INT8_MAX);
}

HG_INLINE void hg_softmax_s8(const hg_softmax_s8_t *p, const int8_t *input, const int32_t *exps,
                             int8_t *output) {
  for (int32_t row = 0; row < p->rows; ++row, input += p->size, output += p->size) {
    const int32_t largest = hg_softmax_largest(input, p->size);
    int32_t sum = 0;
    HG_UNROLL(1)
    for (int32_t i = 0; i < p->size; ++i) {
      const int32_t difference = largest - input[i];
      if (difference < p->table_size) {
        sum += hg_softmax_part(exps[difference]);
      }
    }
    const hg_softmax_factor_t factor = hg_softmax_factor(sum);
    HG_UNROLL(1)
    for (int32_t i = 0; i < p->size; ++i) {
      const int32_t difference = largest - input[i];
      output[i] =
          difference < p->table_size ? hg_softmax_output(&factor, exps[difference]) : INT8_MIN;
    }
  }
}

#endif
