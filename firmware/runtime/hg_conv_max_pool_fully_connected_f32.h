/* A convolution, its maximum pool and the fully connected layer behind: each pooled value goes into
 * the sums as soon as it is there, so that the feature map between the two is never stored.
 *
 * The sums are those of the layers one after the other, in the same order. scratch: the gathered
 * columns, if there are several, and the channels of one pooled value.
 */
#ifndef HG_CONV_MAX_POOL_FULLY_CONNECTED_F32_H
#define HG_CONV_MAX_POOL_FULLY_CONNECTED_F32_H

#include "hg_columns_f32.h"
#include "hg_conv_max_pool_2d_f32.h"
#include "hg_fully_connected_f32.h"

typedef struct {
  hg_conv_max_pool_2d_f32_t pooled; /* of one column, where there are several */
  hg_fully_connected_f32_t connected;
  int32_t columns; /* 1 where the image is taken as it is */
} hg_conv_max_pool_fully_connected_f32_t;

/* sums += the pooled value that begins with input `first` of the fully connected layer. */
HG_INLINE void hg_add_pooled_f32(const hg_conv_max_pool_fully_connected_f32_t *p,
                                 const float *value, int32_t first, const float *weights,
                                 float *sums) {
  const int32_t channels = p->pooled.conv.output_channels;
  const int32_t inputs = p->connected.input_size;
  const int32_t left = p->connected.output_size % HG_LANES;
  const int32_t whole = p->connected.output_size - left;
  const float *const x[HG_POSITIONS] = {value, value, value};
  float lanes[HG_POSITIONS][HG_LANES];
  for (int32_t o = 0; o < whole; o += HG_LANES) {
    hg_tile_f32(hg_one_run(channels), x, 1, weights + o * inputs + first * HG_LANES, sums + o,
                HG_LANES, lanes);
    hg_store_lanes_f32(HG_LANES, lanes[0], -HG_LARGEST_F32, HG_LARGEST_F32, sums + o);
  }
  if (left > 0) {
    hg_tile_f32(hg_one_run(channels), x, 1, weights + whole * inputs + first * left, sums + whole,
                left, lanes);
    hg_store_lanes_f32(left, lanes[0], -HG_LARGEST_F32, HG_LARGEST_F32, sums + whole);
  }
}

HG_INLINE void hg_conv_max_pool_fully_connected_f32(const hg_conv_max_pool_fully_connected_f32_t *p,
                                                    const float *input, const float *conv_weights,
                                                    const float *conv_bias, const float *weights,
                                                    const float *bias, float *scratch,
                                                    float *output) {
  const hg_conv_max_pool_2d_f32_t *pooled = &p->pooled;
  const int32_t height = pooled->conv.input_height;
  const int32_t channels = pooled->conv.input_channels;
  const int32_t column = p->columns > 1 ? height * channels : 0;
  const int32_t across = p->columns > 1 ? p->columns : pooled->pooled_width;
  float *value = scratch + p->columns * column;
  int32_t first = 0;
  for (int32_t o = 0; o < p->connected.output_size; ++o) {
    output[o] = bias ? bias[o] : 0.0f;
  }
  if (p->columns > 1) {
    for (int32_t x = 0; x < p->columns; ++x) {
      hg_gather_column_f32(height, p->columns, channels, input, x, scratch + x * column);
    }
    input = scratch;
  }
  for (int32_t py = 0; py < pooled->pooled_height; ++py) {
    for (int32_t px = 0; px < across; ++px) {
      const int32_t x = p->columns > 1 ? 0 : px * pooled->pool_stride_width;
      hg_conv_max_pool_2d_f32_value(pooled, input + px * column, py * pooled->pool_stride_height, x,
                                    conv_weights, conv_bias, 0, value);
      hg_add_pooled_f32(p, value, first, weights, output);
      first += pooled->conv.output_channels;
    }
  }
  for (int32_t o = 0; o < p->connected.output_size; ++o) {
    output[o] = hg_clamp_f32(output[o], p->connected.output_min, p->connected.output_max);
  }
}

#endif
