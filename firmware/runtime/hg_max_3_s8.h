/* A convolution along columns of one value a row, with kernels of sixteen rows, and the maximum of
 * every three rows behind it, by Kronecker substitution: see hg_kronecker_s8.h.
 *
 * That is what the networks of ST's model zoo begin with, and most of what they cost. So all of it
 * is written out for one shape: no row is stored or requantized but the maxima of three.
 *
 * Layout: table, of each channel: its three scales, then its kernel's eight words. Output: 16-bit
 * values (channel, window), as a fully connected layer wants them.
 */
#ifndef HG_MAX_3_S8_H
#define HG_MAX_3_S8_H

#include "hg_kronecker_s8.h"

#if defined(HG_THUMB2) && defined(__OPTIMIZE__)
#define HG_MAX_3_THUMB2
#include "hg_max_3_thumb2.h"
#endif

#define HG_MAX_3_TERMS 8  /* words of a kernel */
#define HG_MAX_3_SCALES 3 /* in front of them */
#define HG_MAX_3_WORDS 48 /* of a strip */

typedef struct {
  int32_t input_height;
  int32_t input_width;
  int32_t windows;  /* of three rows in a column; odd, three or more */
  int32_t channels; /* that are computed at once */
  int32_t shift;    /* of all channels */
} hg_max_3_s8_t;

/* Sums of a column: the rows of the windows are the middles of all and what is between them. */
HG_INLINE int32_t hg_max_3_sums(const hg_max_3_s8_t *p) {
  return 3 * p->windows / 2 + 1;
}

/* Words of a strip. */
HG_INLINE int32_t hg_max_3_line(const hg_max_3_s8_t *p) {
  return hg_max_3_sums(p) + HG_MAX_3_TERMS - 1;
}

/* The pairs of rows of a column. Rows behind the last one do not matter: weights of zero are over
 * them, or windows that nobody reads. */
HG_INLINE void hg_max_3_fill(const hg_max_3_s8_t *p, const int8_t *input,
                             int32_t strip[HG_MAX_3_WORDS]) {
  const int32_t last = p->input_height - 1;
  HG_UNROLL(6)
  for (int32_t i = 0; i < hg_max_3_line(p); ++i) {
    const int32_t lower = input[hg_min_s32(2 * i, last) * p->input_width];
    const int32_t upper = input[hg_min_s32(2 * i + 1, last) * p->input_width];
    strip[i] = hg_kronecker_word(upper, lower);
  }
}

/* The output of a window, given its largest sum, scaled; scale: bias, rounded, as scaled sums are;
 * multiplier; offset to round. Nothing is left of the lower part when it is multiplied. */
HG_INLINE int32_t hg_max_3_output(const hg_max_3_s8_t *p, const int32_t *scale, int32_t scaled) {
  const int32_t unit = 1 << (32 - HG_KRONECKER_BITS);
  const int64_t product = (int64_t)((scaled + scale[0]) & -unit) * scale[1];
  const int32_t value = (int32_t)(product >> 32) + scale[2];
  return hg_clamp_s32(value >> p->shift, INT8_MIN, INT8_MAX);
}

/* What goes on from turn to turn: the largest of two rows, half of the sum that a third is in. */
typedef struct {
  int32_t largest;
  int32_t upper;
} hg_max_3_state_t;

/* A turn of one channel: `count` sums, three or, the last time, two, and the windows that end with
 * them. Returns where the next one goes. After two sums nothing goes on: state means nothing. */
HG_SHARED int16_t *hg_max_3_turn(const hg_max_3_s8_t *p, const int32_t *x, const int32_t *scales,
                                 int32_t count, int32_t is_first, hg_max_3_state_t *state,
                                 int16_t *output) {
  const hg_wide_t zero = {0, 0};
  hg_wide_t sums[HG_KRONECKER_SUMS] = {zero, zero, zero};
  const int32_t *weights = scales + HG_MAX_3_SCALES;
  for (int32_t j = 0; j < HG_MAX_3_TERMS; j += HG_KRONECKER_TERMS) {
    weights = hg_kronecker_add(x + j, weights, HG_KRONECKER_TERMS, count, sums);
  }
  if (!is_first) {
    const int32_t between = hg_kronecker_odd(state->upper, sums[0]);
    *output++ = (int16_t)hg_max_3_output(p, scales, hg_max_s32(state->largest, between));
  }
  const int32_t outer = hg_max_s32(hg_kronecker_even(sums[0]), hg_kronecker_even(sums[1]));
  const int32_t middle = hg_kronecker_odd(sums[0].high, sums[1]);
  *output++ = (int16_t)hg_max_3_output(p, scales, hg_max_s32(outer, middle));
  state->largest = hg_max_s32(hg_kronecker_odd(sums[1].high, sums[2]), hg_kronecker_even(sums[2]));
  state->upper = sums[2].high;
  return output;
}

/* The windows of one channel, two in a turn of six rows. */
HG_INLINE void hg_max_3_channel(const hg_max_3_s8_t *p, const int32_t *strip, const int32_t *table,
                                int16_t *output) {
  const int32_t turns = p->windows / 2;
  hg_max_3_state_t state = {0, 0};
  output = hg_max_3_turn(p, strip, table, HG_KRONECKER_SUMS, 1, &state, output);
  HG_UNROLL(1)
  for (int32_t i = 1; i < turns; ++i) {
    output = hg_max_3_turn(p, strip + HG_KRONECKER_SUMS * i, table, HG_KRONECKER_SUMS, 0, &state,
                           output);
  }
  hg_max_3_turn(p, strip + HG_KRONECKER_SUMS * turns, table, 2, 0, &state, output);
}

/* Channels of a column whose strip is filled. Returns the table behind them. */
HG_INLINE const int32_t *hg_max_3_channels(const hg_max_3_s8_t *p, const int32_t *strip,
                                           const int32_t *table, int16_t *output) {
  const int32_t size = HG_MAX_3_SCALES + HG_MAX_3_TERMS;
#ifdef HG_MAX_3_THUMB2
  return hg_max_3_channels_thumb2(strip, table, table + p->channels * size, p->windows / 2,
                                  p->shift, output);
#else
  for (int32_t c = 0; c < p->channels; ++c) {
    hg_max_3_channel(p, strip, table + c * size, output + c * p->windows);
  }
  return table + p->channels * size;
#endif
}

#endif
