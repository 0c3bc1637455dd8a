/* 2-D convolution of int8 feature maps by tiles of two output channels and three positions.
 *
 * The windows of three positions are widened to 16 bits side by side in a strip, padding included;
 * then channel pair by channel pair is summed over them: hg_tile_s8.h. What is widened once serves
 * all channels: this is for those that have many of them, and pays where the windows of
 * neighbouring positions have little in common, above all where kernels are one value large.
 *
 * weights: of each pair of output channels both biases, two words for each word of a window, and
 * the scales of both (hg_line_s8.h). A window's values are in fours, the second and the third of
 * which change places.
 */
#ifndef HG_CONV_2D_TILE_S8_H
#define HG_CONV_2D_TILE_S8_H

#include "hg_conv_2d_s8.h"
#include "hg_tile_s8.h"

#define HG_TILE_WORDS 160 /* of a strip */

typedef struct {
  hg_conv_2d_s8_t conv; /* its input_channels are a multiple of 4 */
  hg_line_s8_t line;
  int32_t padding_value; /* zero point of the input */
} hg_conv_2d_tile_s8_t;

/* Words of a window. */
HG_INLINE int32_t hg_conv_2d_tile_s8_words(const hg_conv_2d_s8_t *p) {
  return p->kernel_height * p->kernel_width * p->input_channels / 2;
}

/* `bytes` bytes, a multiple of four, into words that lie `count` apart. */
HG_INLINE uint32_t *hg_conv_2d_tile_s8_widen(const int8_t *from, int32_t bytes, int32_t count,
                                             uint32_t *strip) {
  HG_UNROLL(4)
  for (int32_t i = 0; i < bytes; i += 4) {
    const uint32_t word = hg_load_bytes(from + i);
    strip[0] = hg_widen_even(word);
    strip[count] = hg_widen_odd(word);
    strip += 2 * count;
  }
  return strip;
}

/* The zero point as often as a column of the kernel has values. */
HG_INLINE uint32_t *hg_conv_2d_tile_s8_pad(const hg_conv_2d_tile_s8_t *p, int32_t count,
                                           uint32_t *strip) {
  const uint32_t word = ((uint32_t)p->padding_value & 0xFFFFu) * 0x00010001u;
  HG_UNROLL(4)
  for (int32_t i = 0; i < p->conv.input_channels; i += 2, strip += count) {
    *strip = word;
  }
  return strip;
}

/* The window at (y, x), one of `count`. */
HG_INLINE void hg_conv_2d_tile_s8_window(const hg_conv_2d_tile_s8_t *p, const int8_t *input,
                                         int32_t y, int32_t x, int32_t count, uint32_t *strip) {
  const hg_conv_2d_s8_t *conv = &p->conv;
  const int32_t channels = conv->input_channels;
  const int32_t top = y * conv->stride_height - conv->padding_top;
  const int32_t left = x * conv->stride_width - conv->padding_left;
  HG_UNROLL(1)
  for (int32_t ky = 0; ky < conv->kernel_height; ++ky) {
    const int32_t row = top + ky * conv->dilation_height;
    const int32_t inside = !conv->padded || (row >= 0 && row < conv->input_height);
    const int8_t *line = input + row * conv->input_width * channels;
    if (!conv->padded && conv->dilation_width == 1) {
      /* A row of the kernel lies over neighbouring bytes. */
      strip = hg_conv_2d_tile_s8_widen(line + left * channels, conv->kernel_width * channels, count,
                                       strip);
      continue;
    }
    for (int32_t kx = 0; kx < conv->kernel_width; ++kx) {
      const int32_t column = left + kx * conv->dilation_width;
      if (inside && column >= 0 && column < conv->input_width) {
        strip = hg_conv_2d_tile_s8_widen(line + column * channels, channels, count, strip);
      } else {
        strip = hg_conv_2d_tile_s8_pad(p, count, strip);
      }
    }
  }
}

/* All channels at `count` positions from (y, x) on, row by row. */
HG_INLINE void hg_conv_2d_tile_s8_block(const hg_conv_2d_tile_s8_t *p, const int8_t *input,
                                        const uint32_t *weights, int32_t position, int32_t count,
                                        int8_t *output) {
  const hg_conv_2d_s8_t *conv = &p->conv;
  uint32_t strip[HG_TILE_WORDS];
  for (int32_t i = 0; i < count; ++i) {
    const int32_t y = (position + i) / conv->output_width;
    const int32_t x = (position + i) % conv->output_width;
    hg_conv_2d_tile_s8_window(p, input, y, x, count, strip + i);
  }
  hg_tile_outputs(&p->line, conv->output_channels, hg_conv_2d_tile_s8_words(conv), strip, weights,
                  count, output);
}

HG_INLINE void hg_conv_2d_tile_s8(const hg_conv_2d_tile_s8_t *p, const int8_t *input,
                                  const uint32_t *weights, int8_t *output) {
  const int32_t positions = p->conv.output_height * p->conv.output_width;
  const int32_t left = positions % HG_TILE_POSITIONS;
  const int32_t whole = positions - left;
  HG_UNROLL(1)
  for (int32_t i = 0; i < whole; i += HG_TILE_POSITIONS) {
    hg_conv_2d_tile_s8_block(p, input, weights, i, HG_TILE_POSITIONS,
                             output + i * p->conv.output_channels);
  }
  if (left > 0) {
    hg_conv_2d_tile_s8_block(p, input, weights, whole, left,
                             output + whole * p->conv.output_channels);
  }
}

#endif
