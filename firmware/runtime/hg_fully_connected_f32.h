/* Fully connected layer of float32 values.
 *
 * Weights in blocks of HG_LANES outputs, each (input, lane), the last block with as many lanes as
 * are left; bias may be null. Each sum begins with the bias and takes the inputs in order.
 */
#ifndef HG_FULLY_CONNECTED_F32_H
#define HG_FULLY_CONNECTED_F32_H

#include "hg_tile_f32.h"

typedef struct {
  int32_t batches;
  int32_t input_size;
  int32_t output_size;
  float output_min;
  float output_max;
} hg_fully_connected_f32_t;

/* Some neighbouring outputs. */
HG_INLINE void hg_fully_connected_f32_block(const hg_fully_connected_f32_t *p, const float *input,
                                            const float *weights, const float *bias, int32_t lanes,
                                            float *output) {
  const float *const x[HG_POSITIONS] = {input, input, input};
  float sums[HG_POSITIONS][HG_LANES];
  hg_tile_f32(hg_one_run(p->input_size), x, 1, weights, bias, lanes, sums);
  hg_store_lanes_f32(lanes, sums[0], p->output_min, p->output_max, output);
}

HG_INLINE void hg_fully_connected_f32(const hg_fully_connected_f32_t *p, const float *input,
                                      const float *weights, const float *bias, float *output) {
  const int32_t left = p->output_size % HG_LANES;
  const int32_t whole = p->output_size - left;
  for (int32_t batch = 0; batch < p->batches; ++batch) {
    for (int32_t o = 0; o < whole; o += HG_LANES) {
      hg_fully_connected_f32_block(p, input, weights + o * p->input_size, bias ? bias + o : bias,
                                   HG_LANES, output + o);
    }
    if (left > 0) {
      hg_fully_connected_f32_block(p, input, weights + whole * p->input_size,
                                   bias ? bias + whole : bias, left, output + whole);
    }
    input += p->input_size;
    output += p->output_size;
  }
}

#endif
