/* 2-D convolution of int8 feature maps whose kernels have one value a row, and few of them: the
 * first layer of many networks. What it costs is requantizing every sum.
 *
 * Layout: input (height, width, 1), weights (output channel, pairs of rows) as words of two 16-bit
 * halves, output (height, width, channels). scales: four an output channel, bias, multiplier, base
 * and shift of hg_requantize_right. Weights and bias are doubled, as the multiplication by the
 * multiplier wants the sum; the input's zero point is in the bias.
 *
 * A column of the input is widened to 16 bits and kept twice, in the second copy one value on: so
 * each pair of rows is an aligned word in one of them.
 */
#ifndef HG_CONV_2D_SHORT_S8_H
#define HG_CONV_2D_SHORT_S8_H

#include "hg_conv_2d_s8.h"
#include "hg_dual_s8.h"

#define HG_SHORT_WORDS 80  /* of a copy */
#define HG_SHORT_TERMS 4   /* pairs of rows of a kernel */
#define HG_SHORT_OUTPUTS 2 /* whose words are loaded at once */

typedef struct {
  hg_conv_2d_s8_t conv;  /* its stride_height and dilation_height are 1 */
  int32_t padding_value; /* zero point of the input */
} hg_conv_2d_short_s8_t;

/* Row `row` of a column, counted from that under the first output. What is behind the last one does
 * not matter: no output has anything of it. */
HG_INLINE int32_t hg_conv_2d_short_s8_value(const hg_conv_2d_short_s8_t *p, const int8_t *input,
                                            int32_t row, int32_t column) {
  const hg_conv_2d_s8_t *conv = &p->conv;
  if (!conv->padded) {
    return input[hg_min_s32(row, conv->input_height - 1) * conv->input_width + column];
  }
  const int32_t y = row - conv->padding_top;
  const int32_t inside =
      y >= 0 && y < conv->input_height && column >= 0 && column < conv->input_width;
  return inside ? input[y * conv->input_width + column] : p->padding_value;
}

HG_INLINE uint32_t hg_conv_2d_short_s8_word(int32_t low, int32_t high) {
  return ((uint32_t)low & 0xFFFFu) | (uint32_t)high << 16;
}

/* Column x in both copies. */
HG_INLINE void hg_conv_2d_short_s8_fill(const hg_conv_2d_short_s8_t *p, const int8_t *input,
                                        int32_t x, uint32_t copies[2][HG_SHORT_WORDS]) {
  const hg_conv_2d_s8_t *conv = &p->conv;
  const int32_t column = x * conv->stride_width - conv->padding_left;
  const int32_t rows = conv->output_height + conv->kernel_height - 1;
  int32_t next = hg_conv_2d_short_s8_value(p, input, 0, column);
  for (int32_t i = 0; i < (rows + 2) / 2; ++i) {
    const int32_t low = next;
    const int32_t high = hg_conv_2d_short_s8_value(p, input, 2 * i + 1, column);
    next = hg_conv_2d_short_s8_value(p, input, 2 * i + 2, column);
    copies[0][i] = hg_conv_2d_short_s8_word(low, high);
    copies[1][i] = hg_conv_2d_short_s8_word(high, next);
  }
}

HG_INLINE int8_t hg_conv_2d_short_s8_output(const hg_conv_2d_s8_t *p, int32_t doubled,
                                            int32_t multiplier, int32_t base, int32_t shift) {
  /* Outputs below the offset, where alone the sign matters, may be clamped to it in any case. */
  const int32_t sign = p->output_min < p->output_offset ? doubled >> 31 : 0;
  const int32_t value = hg_add_high_half(base + sign, doubled, multiplier) >> shift;
  return (int8_t)hg_clamp_s32(value, p->output_min, p->output_max);
}

/* `count` outputs, of every other row. The words are loaded before anything is stored: a compiler
 * has to suppose that outputs lie over them. */
HG_INLINE int8_t *hg_conv_2d_short_s8_block(const hg_conv_2d_s8_t *p, const uint32_t *x,
                                            const uint32_t w[HG_SHORT_TERMS],
                                            const int32_t scale[4], int32_t count, int8_t *output) {
  const int32_t terms = (p->kernel_height + 1) / 2;
  uint32_t words[HG_SHORT_OUTPUTS + HG_SHORT_TERMS - 1];
  HG_UNROLL(8)
  for (int32_t j = 0; j < count + terms - 1; ++j) {
    words[j] = x[j];
  }
  HG_UNROLL(HG_SHORT_OUTPUTS)
  for (int32_t i = 0; i < count; ++i) {
    int32_t sum = scale[0];
    HG_UNROLL(HG_SHORT_TERMS)
    for (int32_t j = 0; j < terms; ++j) {
      sum = hg_dual_mac(words[i + j], w[j], sum);
    }
    *output = hg_conv_2d_short_s8_output(p, sum, scale[1], scale[2], scale[3]);
    output += 2 * p->output_width * p->output_channels;
  }
  return output;
}

/* Every other output of a channel and a column, `count` in all. */
HG_INLINE void hg_conv_2d_short_s8_half(const hg_conv_2d_s8_t *p, const uint32_t *x,
                                        const uint32_t w[HG_SHORT_TERMS], const int32_t scale[4],
                                        int32_t count, int8_t *output) {
  const int32_t left = count % HG_SHORT_OUTPUTS;
  const uint32_t *end = x + (count - left);
  HG_UNROLL(1)
  for (; x < end; x += HG_SHORT_OUTPUTS) {
    output = hg_conv_2d_short_s8_block(p, x, w, scale, HG_SHORT_OUTPUTS, output);
  }
  hg_conv_2d_short_s8_block(p, x, w, scale, left, output);
}

HG_INLINE void hg_conv_2d_short_s8(const hg_conv_2d_short_s8_t *p, const int8_t *input,
                                   const uint32_t *weights, const int32_t *scales, int8_t *output) {
  const hg_conv_2d_s8_t *conv = &p->conv;
  const int32_t terms = (conv->kernel_height + 1) / 2;
  const int32_t channels = conv->output_channels;
  const int32_t line = conv->output_width * channels;
  uint32_t copies[2][HG_SHORT_WORDS];
  for (int32_t x = 0; x < conv->output_width; ++x) {
    hg_conv_2d_short_s8_fill(p, input, x, copies);
    for (int32_t c = 0; c < channels; ++c) {
      int8_t *first = output + x * channels + c;
      const int32_t scale[4] = {scales[4 * c], scales[4 * c + 1], scales[4 * c + 2],
                                scales[4 * c + 3]};
      uint32_t w[HG_SHORT_TERMS];
      HG_UNROLL(HG_SHORT_TERMS)
      for (int32_t j = 0; j < terms; ++j) {
        w[j] = weights[c * terms + j];
      }
      hg_conv_2d_short_s8_half(conv, copies[0], w, scale, (conv->output_height + 1) / 2, first);
      hg_conv_2d_short_s8_half(conv, copies[1], w, scale, conv->output_height / 2, first + line);
    }
  }
}

#endif
