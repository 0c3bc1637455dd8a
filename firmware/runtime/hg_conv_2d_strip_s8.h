/* 2-D convolution of int8 feature maps by strips; see hg_strip_s8.h.
 *
 * Layout: input (height, width, channels), weights in pairs of output channels as hg_dual_s8.h has
 * them, each (height, width, channel). The input's zero point is in the bias, which may be null.
 * multiplier and shift: one an output channel, for hg_requantize_right.
 */
#ifndef HG_CONV_2D_STRIP_S8_H
#define HG_CONV_2D_STRIP_S8_H

#include "hg_strip_s8.h"

/* Two output channels, or the last one alone, at `count` positions below each other. */
HG_INLINE void hg_conv_2d_strip_s8_block(const hg_strip_s8_t *p, const void *x, int32_t count,
                                         const uint64_t *weights, uint64_t tail,
                                         const hg_conv_scale_t scales[2], int32_t channels,
                                         int8_t *output) {
  const int32_t line = p->conv.output_width * p->conv.output_channels;
  hg_dual_t sums[HG_STRIP_POSITIONS];
  hg_strip_sums(p, x, count, weights, tail, sums);
  HG_STRIP_UNROLL
  for (int32_t i = 0; i < count; ++i) {
    output[i * line] = (int8_t)hg_conv_scale_output(&p->conv, &scales[0], sums[i].first);
    if (channels > 1) {
      output[i * line + 1] =
          (int8_t)hg_conv_scale_output(&p->conv, &scales[1], hg_dual_second(sums[i]));
    }
  }
}

HG_INLINE void hg_conv_2d_strip_s8_pair(const hg_strip_s8_t *p, const uint64_t *strip,
                                        int32_t positions, const uint64_t *weights, uint64_t tail,
                                        const hg_conv_scale_t scales[2], int32_t channels,
                                        int8_t *output) {
  const int32_t line = p->conv.output_width * p->conv.output_channels;
#ifdef HG_STRIP_SMALL
  const int32_t block = positions < HG_STRIP_POSITIONS ? 1 : HG_STRIP_POSITIONS;
  for (int32_t n = 0; n < positions; n += block) {
    const int32_t at = hg_min_s32(n, positions - block); /* some are computed twice */
    hg_conv_2d_strip_s8_block(p, hg_strip_window(p, strip, at), block, weights, tail, scales,
                              channels, output + at * line);
  }
#else
  int32_t n = 0;
  for (; n + HG_STRIP_POSITIONS <= positions; n += HG_STRIP_POSITIONS) {
    hg_conv_2d_strip_s8_block(p, hg_strip_window(p, strip, n), HG_STRIP_POSITIONS, weights, tail,
                              scales, channels, output + n * line);
  }
  for (; n < positions; ++n) {
    hg_conv_2d_strip_s8_block(p, hg_strip_window(p, strip, n), 1, weights, tail, scales, channels,
                              output + n * line);
  }
#endif
}

HG_INLINE void hg_conv_2d_strip_s8(const hg_strip_s8_t *p, const int8_t *input,
                                   const uint64_t *weights, const int32_t *bias,
                                   const int32_t *multiplier, const int8_t *shift, int8_t *output) {
  const hg_conv_2d_s8_t *conv = &p->conv;
  const int32_t size = hg_strip_size(p);
  const int32_t channels = conv->output_channels;
  uint64_t strip[HG_STRIP_QUADS];
  for (int32_t x = 0; x < conv->output_width; ++x) {
    for (int32_t y = 0; y < conv->output_height; y += p->positions) {
#ifdef HG_STRIP_SMALL
      const int32_t positions = p->positions;
      const int32_t at = hg_min_s32(y, conv->output_height - positions);
#else
      const int32_t positions = hg_min_s32(p->positions, conv->output_height - y);
      const int32_t at = y;
#endif
      hg_strip_fill(p, input, at, x, positions, strip);
      for (int32_t c = 0; c < channels; c += 2) {
        const int32_t last = c + 1 == channels;
        const hg_conv_scale_t scales[2] = {
            hg_conv_scale(&p->conv, bias, multiplier, shift, c),
            hg_conv_scale(&p->conv, bias, multiplier, shift, last ? c : c + 1),
        };
        hg_conv_2d_strip_s8_pair(p, strip, positions, weights + c / 2 * (size / 4),
                                 hg_dual_tail(weights, size, channels, c / 2), scales, last ? 1 : 2,
                                 output + (at * conv->output_width + x) * channels + c);
      }
    }
  }
}

#endif
