/* Fully connected layer on int8 vectors.
 *
 * Layout: input (batches, input_size), weights (output_size, input_size), output (batches,
 * output_size). The zero point of the input is in the bias. multiplier and shift are for
 * hg_requantize_single or, where far is 1, hg_requantize_far: one an output in the per-channel
 * form, one in all in the other.
 */
#ifndef HG_FULLY_CONNECTED_S8_H
#define HG_FULLY_CONNECTED_S8_H

#include "hg_dot.h"
#include "hg_requantize.h"

typedef struct {
  int32_t batches;
  int32_t input_size;
  int32_t output_size;
  int32_t multiplier; /* of the form with one factor in all */
  int32_t shift;
  int32_t far;           /* 1 where hg_requantize_far gives the same for every sum */
  int32_t output_offset; /* zero point of the output */
  int32_t output_min;
  int32_t output_max;
} hg_fully_connected_s8_t;

HG_INLINE int8_t hg_fully_connected_s8_output(const hg_fully_connected_s8_t *p, int32_t sum,
                                              int32_t multiplier, int32_t shift) {
  const int32_t value = p->far ? hg_requantize_far(sum, multiplier, shift,
                                                   hg_requantize_base(shift - 32, p->output_offset))
                               : hg_requantize_single(sum, multiplier, shift) + p->output_offset;
  return (int8_t)hg_clamp_s32(value, p->output_min, p->output_max);
}

HG_INLINE void hg_fully_connected_s8(const hg_fully_connected_s8_t *p, const int8_t *input,
                                     const int8_t *weights, const int32_t *bias, int8_t *output) {
  for (int32_t b = 0; b < p->batches; ++b) {
    for (int32_t c = 0; c < p->output_size; ++c) {
      const int32_t sum = hg_dot_s8(input + b * p->input_size, weights + c * p->input_size,
                                    p->input_size, 0, bias[c]);
      *output++ = hg_fully_connected_s8_output(p, sum, p->multiplier, p->shift);
    }
  }
}

HG_INLINE void hg_fully_connected_per_channel_s8(const hg_fully_connected_s8_t *p,
                                                 const int8_t *input, const int8_t *weights,
                                                 const int32_t *bias, const int32_t *multiplier,
                                                 const int8_t *shift, int8_t *output) {
  for (int32_t b = 0; b < p->batches; ++b) {
    for (int32_t c = 0; c < p->output_size; ++c) {
      const int32_t sum = hg_dot_s8(input + b * p->input_size, weights + c * p->input_size,
                                    p->input_size, 0, bias[c]);
      *output++ = hg_fully_connected_s8_output(p, sum, multiplier[c], shift[c]);
    }
  }
}

#endif
