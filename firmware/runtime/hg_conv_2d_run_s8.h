/* 2-D convolution of int8 feature maps whose kernels are as wide as the image, by tiles: a window
 * is one run of bytes then. So are those of 1-D convolutions, and the first ones of networks that
 * have three axes in three channels, for which other kernels want four.
 *
 * Layout as hg_conv_2d_tile_s8.h has it, but that a window's values are filled up to fours, with
 * weights of zero.
 */
#ifndef HG_CONV_2D_RUN_S8_H
#define HG_CONV_2D_RUN_S8_H

#include "hg_conv_2d_s8.h"
#include "hg_tile_s8.h"

#define HG_RUN_WORDS 160 /* of a strip */

typedef struct {
  hg_conv_2d_s8_t conv; /* its output_width and dilation_height are 1 */
  hg_line_s8_t line;
  int32_t padding_value; /* zero point of the input */
} hg_conv_2d_run_s8_t;

/* Values of a window, in fours. */
HG_INLINE int32_t hg_conv_2d_run_s8_values(const hg_conv_2d_s8_t *p) {
  return (p->kernel_height * p->input_width * p->input_channels + 3) / 4 * 4;
}

/* Four bytes from `at` on, of which some may be outside. */
HG_INLINE uint32_t hg_conv_2d_run_s8_edge(const hg_conv_2d_run_s8_t *p, const int8_t *input,
                                          int32_t at, int32_t size) {
  uint32_t word = 0;
  HG_UNROLL(1)
  for (int32_t i = 3; i >= 0; --i) {
    const int32_t inside = at + i >= 0 && at + i < size;
    word = word << 8 | (uint8_t)(inside ? input[at + i] : p->padding_value);
  }
  return word;
}

/* The window of a position, one of `count`. */
HG_INLINE void hg_conv_2d_run_s8_window(const hg_conv_2d_run_s8_t *p, const int8_t *input,
                                        int32_t position, int32_t count, uint32_t *strip) {
  const hg_conv_2d_s8_t *conv = &p->conv;
  const int32_t line = conv->input_width * conv->input_channels;
  const int32_t size = conv->input_height * line;
  const int32_t values = hg_conv_2d_run_s8_values(conv);
  const int32_t at = (position * conv->stride_height - conv->padding_top) * line;
  if (at >= 0 && at + values <= size) {
    HG_UNROLL(6)
    for (int32_t i = 0; i < values; i += 4, strip += 2 * count) {
      const uint32_t word = hg_load_bytes(input + at + i);
      strip[0] = hg_widen_even(word);
      strip[count] = hg_widen_odd(word);
    }
  } else {
    HG_UNROLL(1)
    for (int32_t i = 0; i < values; i += 4, strip += 2 * count) {
      const uint32_t word = hg_conv_2d_run_s8_edge(p, input, at + i, size);
      strip[0] = hg_widen_even(word);
      strip[count] = hg_widen_odd(word);
    }
  }
}

/* All channels at `count` positions. */
HG_INLINE void hg_conv_2d_run_s8_block(const hg_conv_2d_run_s8_t *p, const int8_t *input,
                                       const uint32_t *weights, int32_t position, int32_t count,
                                       int8_t *output) {
  uint32_t strip[HG_RUN_WORDS];
  HG_UNROLL(1)
  for (int32_t i = 0; i < count; ++i) {
    hg_conv_2d_run_s8_window(p, input, position + i, count, strip + i);
  }
  hg_tile_outputs(&p->line, p->conv.output_channels, hg_conv_2d_run_s8_values(&p->conv) / 2, strip,
                  weights, count, output + position * p->conv.output_channels);
}

HG_INLINE void hg_conv_2d_run_s8(const hg_conv_2d_run_s8_t *p, const int8_t *input,
                                 const uint32_t *weights, int8_t *output) {
  const int32_t left = p->conv.output_height % HG_TILE_POSITIONS;
  const int32_t whole = p->conv.output_height - left;
  HG_UNROLL(1)
  for (int32_t i = 0; i < whole; i += HG_TILE_POSITIONS) {
    hg_conv_2d_run_s8_block(p, input, weights, i, HG_TILE_POSITIONS, output);
  }
  if (left > 0) {
    hg_conv_2d_run_s8_block(p, input, weights, whole, left, output);
  }
}

#endif
