/* Depthwise 2-D convolution of float32 feature maps.
 *
 * Layout: input (height, width, channels), weights (height, width, output channel); output channel
 * c * depth_multiplier + m filters input channel c. bias may be null. Each sum begins with the bias
 * and takes the taps by row and column.
 */
#ifndef HG_DEPTHWISE_CONV_2D_F32_H
#define HG_DEPTHWISE_CONV_2D_F32_H

#include "hg_math_f32.h"
#include "hg_taps_f32.h"

typedef struct {
  int32_t input_height;
  int32_t input_width;
  int32_t input_channels;
  int32_t output_height;
  int32_t output_width;
  int32_t depth_multiplier;
  int32_t kernel_height;
  int32_t kernel_width;
  int32_t stride_height;
  int32_t stride_width;
  int32_t dilation_height;
  int32_t dilation_width;
  int32_t padding_top;
  int32_t padding_left;
  int32_t padded; /* 1 where some position of the kernel leaves the input */
  float output_min;
  float output_max;
} hg_depthwise_conv_2d_f32_t;

HG_INLINE hg_taps_t hg_depthwise_conv_2d_f32_taps(const hg_depthwise_conv_2d_f32_t *p,
                                                  hg_position_t at) {
  const hg_taps_t all = {0, 0, p->kernel_height, p->kernel_width};
  const hg_taps_t inside = {
      .top = hg_first_tap(at.y, p->kernel_height, p->dilation_height),
      .left = hg_first_tap(at.x, p->kernel_width, p->dilation_width),
      .bottom = hg_end_tap(at.y, p->kernel_height, p->dilation_height, p->input_height),
      .right = hg_end_tap(at.x, p->kernel_width, p->dilation_width, p->input_width),
  };
  return p->padded ? inside : all;
}

/* Some neighbouring output channels, from the channel `filter` on, at one position. */
HG_INLINE void hg_depthwise_conv_2d_f32_block(const hg_depthwise_conv_2d_f32_t *p,
                                              const float *input, hg_position_t at, hg_taps_t taps,
                                              const float *weights, const float *bias,
                                              int32_t filter, int32_t lanes, float *output) {
  const int32_t filters = p->input_channels * p->depth_multiplier;
  float sums[HG_LANES];
  hg_start_lanes_f32(lanes, bias ? bias + filter : bias, sums);
  for (int32_t ky = taps.top; ky < taps.bottom; ++ky) {
    for (int32_t kx = taps.left; kx < taps.right; ++kx) {
      const int32_t y = at.y + ky * p->dilation_height;
      const int32_t x = at.x + kx * p->dilation_width;
      const float *source = input + (y * p->input_width + x) * p->input_channels;
      const float *w = weights + (ky * p->kernel_width + kx) * filters + filter;
      sums[0] = hg_fma_f32(source[filter / p->depth_multiplier], w[0], sums[0]);
      if (lanes > 1) {
        sums[1] = hg_fma_f32(source[(filter + 1) / p->depth_multiplier], w[1], sums[1]);
      }
      if (lanes > 2) {
        sums[2] = hg_fma_f32(source[(filter + 2) / p->depth_multiplier], w[2], sums[2]);
      }
      if (lanes > 3) {
        sums[3] = hg_fma_f32(source[(filter + 3) / p->depth_multiplier], w[3], sums[3]);
      }
    }
  }
  hg_store_lanes_f32(lanes, sums, p->output_min, p->output_max, output + filter);
}

HG_INLINE void hg_depthwise_conv_2d_f32(const hg_depthwise_conv_2d_f32_t *p, const float *input,
                                        const float *weights, const float *bias, float *output) {
  const int32_t filters = p->input_channels * p->depth_multiplier;
  const int32_t left = filters % HG_LANES;
  const int32_t whole = filters - left;
  for (int32_t y = 0; y < p->output_height; ++y) {
    for (int32_t x = 0; x < p->output_width; ++x) {
      const hg_position_t at = {
          .y = y * p->stride_height - p->padding_top,
          .x = x * p->stride_width - p->padding_left,
      };
      const hg_taps_t taps = hg_depthwise_conv_2d_f32_taps(p, at);
      for (int32_t filter = 0; filter < whole; filter += HG_LANES) {
        hg_depthwise_conv_2d_f32_block(p, input, at, taps, weights, bias, filter, HG_LANES, output);
      }
      if (left > 0) {
        hg_depthwise_conv_2d_f32_block(p, input, at, taps, weights, bias, whole, left, output);
      }
      output += filters;
    }
  }
}

#endif
