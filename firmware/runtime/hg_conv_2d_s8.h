/* 2-D convolution of int8 feature maps, alone or with the maximum pool behind it.
 *
 * Layout: input (height, width, channels), weights (output channel, height, width, channel).
 * multiplier and shift: one an output channel, for hg_requantize_double. bias may be null.
 */
#ifndef HG_CONV_2D_S8_H
#define HG_CONV_2D_S8_H

#include "hg_dot.h"
#include "hg_requantize.h"

typedef struct {
  int32_t input_height;
  int32_t input_width;
  int32_t input_channels;
  int32_t output_height;
  int32_t output_width;
  int32_t output_channels;
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
} hg_conv_2d_s8_t;

/* The sum of one output channel at one position. Taps outside the input count as the zero point,
 * that is not at all. */
HG_INLINE int32_t hg_conv_2d_s8_sum(const hg_conv_2d_s8_t *p, const int8_t *input,
                                    const int8_t *weights, int32_t bias, int32_t output_y,
                                    int32_t output_x) {
  const int32_t top = output_y * p->stride_height - p->padding_top;
  const int32_t left = output_x * p->stride_width - p->padding_left;
  const int32_t row = p->kernel_width * p->input_channels;
  int32_t sum = bias;
  for (int32_t ky = 0; ky < p->kernel_height; ++ky) {
    const int32_t y = top + ky * p->dilation_height;
    if (p->padded && (y < 0 || y >= p->input_height)) {
      continue;
    }
    const int8_t *line = input + y * p->input_width * p->input_channels;
    const int8_t *kernel = weights + ky * row;
    if (!p->padded && p->dilation_width == 1) {
      /* A row of the kernel lies over neighbouring bytes. */
      sum = hg_dot_s8(line + left * p->input_channels, kernel, row, p->input_offset, sum);
      continue;
    }
    for (int32_t kx = 0; kx < p->kernel_width; ++kx) {
      const int32_t x = left + kx * p->dilation_width;
      if (!p->padded || (x >= 0 && x < p->input_width)) {
        sum = hg_dot_s8(line + x * p->input_channels, kernel + kx * p->input_channels,
                        p->input_channels, p->input_offset, sum);
      }
    }
  }
  return sum;
}

HG_INLINE int8_t hg_conv_2d_s8_output(const hg_conv_2d_s8_t *p, int32_t sum, int32_t multiplier,
                                      int32_t shift) {
  const int32_t value = hg_requantize_double(sum, multiplier, shift) + p->output_offset;
  return (int8_t)hg_clamp_s32(value, p->output_min, p->output_max);
}

HG_INLINE void hg_conv_2d_s8(const hg_conv_2d_s8_t *p, const int8_t *input, const int8_t *weights,
                             const int32_t *bias, const int32_t *multiplier, const int8_t *shift,
                             int8_t *output) {
  const int32_t filter = p->kernel_height * p->kernel_width * p->input_channels;
  for (int32_t y = 0; y < p->output_height; ++y) {
    for (int32_t x = 0; x < p->output_width; ++x) {
      for (int32_t c = 0; c < p->output_channels; ++c) {
        const int32_t sum =
            hg_conv_2d_s8_sum(p, input, weights + c * filter, bias ? bias[c] : 0, y, x);
        *output++ = hg_conv_2d_s8_output(p, sum, multiplier[c], shift[c]);
      }
    }
  }
}

#endif
