/* Depthwise 2-D convolution of int8 feature maps.
 *
 * Layout: input (height, width, channels), weights (height, width, output channel); output channel
 * c * depth_multiplier + m filters input channel c. multiplier and shift: one an output channel.
 */
#ifndef HG_DEPTHWISE_CONV_2D_S8_H
#define HG_DEPTHWISE_CONV_2D_S8_H

#include "hg_requantize.h"

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
  int32_t padded;        /* 1 where some position of the kernel leaves the input */
  int32_t input_offset;  /* added to every input value; 0 where the bias already has it */
  int32_t output_offset; /* zero point of the output */
  int32_t output_min;
  int32_t output_max;
} hg_depthwise_conv_2d_s8_t;

HG_INLINE int32_t hg_depthwise_conv_2d_s8_sum(const hg_depthwise_conv_2d_s8_t *p,
                                              const int8_t *input, const int8_t *weights,
                                              int32_t bias, int32_t output_y, int32_t output_x) {
  const int32_t top = output_y * p->stride_height - p->padding_top;
  const int32_t left = output_x * p->stride_width - p->padding_left;
  const int32_t filters = p->input_channels * p->depth_multiplier;
  int32_t sum = bias;
  for (int32_t ky = 0; ky < p->kernel_height; ++ky) {
    const int32_t y = top + ky * p->dilation_height;
    if (p->padded && (y < 0 || y >= p->input_height)) {
      continue;
    }
    for (int32_t kx = 0; kx < p->kernel_width; ++kx) {
      const int32_t x = left + kx * p->dilation_width;
      if (!p->padded || (x >= 0 && x < p->input_width)) {
        const int32_t value = input[(y * p->input_width + x) * p->input_channels] + p->input_offset;
        sum += value * weights[(ky * p->kernel_width + kx) * filters];
      }
    }
  }
  return sum;
}

HG_INLINE void hg_depthwise_conv_2d_s8(const hg_depthwise_conv_2d_s8_t *p, const int8_t *input,
                                       const int8_t *weights, const int32_t *bias,
                                       const int32_t *multiplier, const int8_t *shift,
                                       int8_t *output) {
  for (int32_t y = 0; y < p->output_height; ++y) {
    for (int32_t x = 0; x < p->output_width; ++x) {
      for (int32_t c = 0; c < p->input_channels; ++c) {
        for (int32_t m = 0; m < p->depth_multiplier; ++m) {
          const int32_t filter = c * p->depth_multiplier + m;
          const int32_t sum = hg_depthwise_conv_2d_s8_sum(p, input + c, weights + filter,
                                                          bias ? bias[filter] : 0, y, x);
          const int32_t value =
              hg_requantize_double(sum, multiplier[filter], shift[filter]) + p->output_offset;
          *output++ = (int8_t)hg_clamp_s32(value, p->output_min, p->output_max);
        }
      }
    }
  }
}

#endif
