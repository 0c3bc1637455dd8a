/* Softmax of a few int8 logits, whose exps are computed: where a table would take more flash.
 *
 * exp is the reference's own: a Taylor polynomial on [-1/4, 0), and a factor for each bit of what
 * is left. hargen/quantize/softmax.py has the same in Python.
 */
#ifndef HG_SOFTMAX_COMPUTED_S8_H
#define HG_SOFTMAX_COMPUTED_S8_H

#include "hg_softmax_s8.h"

#define HG_SOFTMAX_FEW 16 /* logits at most */

typedef struct {
  int32_t rows;
  int32_t size; /* of a row */
  int32_t multiplier;
  int32_t shift;  /* to the left: differences to Q5.26 */
  int32_t radius; /* exp of a larger difference to the largest logit counts as zero */
} hg_softmax_computed_s8_t;

/* exp in Q0.31 of Q0.31 in [-1/4, 0), around -1/8. Factors that are small enough are doubled. */
HG_INLINE int32_t hg_exp_on_last_quarter(int32_t value) {
  const int32_t at_centre = 1895147668;
  const int32_t third = 715827883;
  const int32_t x = value + (1 << 28);
  const int32_t x2 = hg_multiply_high(x, 2 * x);
  const int32_t x3 = hg_multiply_high(x2, 2 * x);
  const int32_t x4_quarter = (hg_multiply_high(x2, 2 * x2) + 2) >> 2;
  const int32_t tail = hg_multiply_high(x4_quarter + x3, 2 * third) + x2;
  const int32_t rest = x + hg_shift_right_rounded(tail, 1);
  return at_centre + hg_multiply_high(at_centre, 2 * rest);
}

/* exp in Q0.31 of Q5.26 that is not positive. */
HG_INLINE int32_t hg_exp_on_negative(int32_t value) {
  /* exp(-1/4), exp(-1/2) ... exp(-16) */
  static const int32_t factors[7] = {1672461947, 1302514674, 790015084, 290630308,
                                     39332535,   720401,     242};
  const int32_t below_quarter = (value & 0xFFFFFF) - 0x1000000;
  int32_t exp = hg_exp_on_last_quarter(below_quarter * 32);
  const int32_t quarters = (below_quarter - value) >> 24;
  HG_UNROLL(1)
  for (int32_t i = 0; i < 7; ++i) {
    if (quarters >> i & 1) {
      exp = hg_high_half(exp, factors[i]);
    }
  }
  return value == 0 ? INT32_MAX : exp;
}

HG_INLINE void hg_softmax_computed_s8(const hg_softmax_computed_s8_t *p, const int8_t *input,
                                      int8_t *output) {
  for (int32_t row = 0; row < p->rows; ++row, input += p->size, output += p->size) {
    const int32_t largest = hg_softmax_largest(input, p->size);
    int32_t exps[HG_SOFTMAX_FEW];
    int32_t sum = 0;
    HG_UNROLL(1)
    for (int32_t i = 0; i < p->size; ++i) {
      const int32_t difference = largest - input[i];
      exps[i] = 0;
      if (difference <= p->radius) {
        const int32_t scaled = (int32_t)((uint32_t)-difference << p->shift);
        exps[i] = hg_exp_on_negative(hg_high_half(scaled, p->multiplier));
      }
      sum += hg_softmax_part(exps[i]);
    }
    const hg_softmax_factor_t factor = hg_softmax_factor(sum);
    HG_UNROLL(1)
    for (int32_t i = 0; i < p->size; ++i) {
      output[i] = hg_softmax_output(&factor, exps[i]);
    }
  }
}

#endif
