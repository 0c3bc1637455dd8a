/* Depthwise 2-D convolution of int8 feature maps along columns: kernels one value wide.
 *
 * Four channels of a column, or one where they are no fours, are widened to 16 bits, each in a
 * strip of its own with two rows in a word. Then filter by filter: an output in an even row of the
 * strip begins with a whole word, one in an odd row with the upper half of a word, and there are
 * weights in pairs for both.
 *
 * filters: of each bias, scale (hg_line_s8.h), and its weights in pairs, w0 w1, w2 w3, ..., then
 * w1 w2, w3 w4, ...: what has no partner is the half of a pair that is there.
 */
#ifndef HG_DEPTHWISE_CONV_2D_COLUMN_S8_H
#define HG_DEPTHWISE_CONV_2D_COLUMN_S8_H

#include "hg_depthwise_conv_2d_s8.h"
#include "hg_halves.h"
#include "hg_line_s8.h"

#define HG_COLUMN_WORDS 40 /* of a strip */
#define HG_COLUMN_CHANNELS 4
#define HG_COLUMN_TAPS 17 /* of a kernel, at most */

typedef struct {
  hg_depthwise_conv_2d_s8_t conv; /* its kernel_width and dilations are 1 */
  hg_line_s8_t line;
  int32_t rows; /* of the output that a strip is for: even, but where it is all */
  int32_t padding_value;
} hg_depthwise_conv_2d_column_s8_t;

/* Words of the strip, and of its weights, that are wholly under an output in an even row. */
HG_INLINE int32_t hg_column_pairs(const hg_depthwise_conv_2d_column_s8_t *p) {
  return p->conv.kernel_height / 2;
}

/* Channels that are widened together. */
HG_INLINE int32_t hg_column_channels(const hg_depthwise_conv_2d_column_s8_t *p) {
  return p->conv.input_channels % HG_COLUMN_CHANNELS == 0 ? HG_COLUMN_CHANNELS : 1;
}

/* Words of a filter. */
HG_INLINE int32_t hg_column_filter(const hg_depthwise_conv_2d_column_s8_t *p) {
  return hg_line_words(&p->line) + p->conv.kernel_height;
}

HG_INLINE uint32_t hg_column_load(const hg_depthwise_conv_2d_column_s8_t *p, const int8_t *from) {
  return hg_column_channels(p) > 1 ? hg_load_bytes(from) : (uint32_t)*from;
}

/* The channels of a row; those of the padding where it is outside. */
HG_INLINE uint32_t hg_column_row(const hg_depthwise_conv_2d_column_s8_t *p, const int8_t *column,
                                 int32_t row) {
  const int32_t line = p->conv.input_width * p->conv.input_channels;
  const int32_t inside = row >= 0 && row < p->conv.input_height;
  const uint32_t byte = (uint32_t)p->padding_value & 0xFFu;
  const uint32_t padding =
      hg_column_channels(p) > 1 ? byte * 0x01010101u : (uint32_t)p->padding_value;
  return inside ? hg_column_load(p, column + row * line) : padding;
}

HG_INLINE void hg_column_store(const hg_depthwise_conv_2d_column_s8_t *p, uint32_t upper,
                               uint32_t lower, int32_t i,
                               uint32_t strips[HG_COLUMN_CHANNELS][HG_COLUMN_WORDS]) {
  if (hg_column_channels(p) == 1) {
    strips[0][i] = hg_low_halves(upper, lower);
    return;
  }
  const uint32_t even[2] = {hg_widen_even(upper), hg_widen_even(lower)};
  const uint32_t odd[2] = {hg_widen_odd(upper), hg_widen_odd(lower)};
  strips[0][i] = hg_low_halves(even[0], even[1]);
  strips[1][i] = hg_low_halves(odd[0], odd[1]);
  strips[2][i] = hg_high_halves(even[0], even[1]);
  strips[3][i] = hg_high_halves(odd[0], odd[1]);
}

/* Words [from, to); row: that of the first word of all. */
HG_INLINE void hg_column_fill_border(const hg_depthwise_conv_2d_column_s8_t *p,
                                     const int8_t *column, int32_t row, int32_t from, int32_t to,
                                     uint32_t strips[HG_COLUMN_CHANNELS][HG_COLUMN_WORDS]) {
  HG_UNROLL(1)
  for (int32_t i = from; i < to; ++i) {
    hg_column_store(p, hg_column_row(p, column, row + 2 * i),
                    hg_column_row(p, column, row + 2 * i + 1), i, strips);
  }
}

/* The rows under `count` outputs from the one in row y on. column: the first of the channels. */
HG_INLINE void hg_column_fill(const hg_depthwise_conv_2d_column_s8_t *p, const int8_t *column,
                              int32_t y, int32_t count,
                              uint32_t strips[HG_COLUMN_CHANNELS][HG_COLUMN_WORDS]) {
  const hg_depthwise_conv_2d_s8_t *conv = &p->conv;
  const int32_t line = conv->input_width * conv->input_channels;
  const int32_t row = y * conv->stride_height - conv->padding_top;
  const int32_t words = ((count - 1) * conv->stride_height + conv->kernel_height + 1) / 2;
  const int32_t first = hg_min_s32((hg_max_s32(-row, 0) + 1) / 2, words);
  const int32_t last = hg_clamp_s32((conv->input_height - row) / 2, first, words);
  hg_column_fill_border(p, column, row, 0, first, strips);
  const int8_t *next = column + (row + 2 * first) * line;
  HG_UNROLL(2)
  for (int32_t i = first; i < last; ++i, next += 2 * line) {
    hg_column_store(p, hg_column_load(p, next), hg_column_load(p, next + line), i, strips);
  }
  hg_column_fill_border(p, column, row, last, words, strips);
}

/* A sum over a kernel that begins with the word x[0]. */
HG_INLINE int32_t hg_column_even(const hg_depthwise_conv_2d_column_s8_t *p, const uint32_t *x,
                                 const uint32_t *w, int32_t bias) {
  const int32_t pairs = hg_column_pairs(p);
  int32_t sum = bias;
  HG_UNROLL(8)
  for (int32_t j = 0; j < pairs; ++j) {
    sum = hg_dual_mac(x[j], w[j], sum);
  }
  return p->conv.kernel_height % 2 ? hg_low_high_mac(x[pairs], w[2 * pairs - 1], sum) : sum;
}

/* A sum over a kernel that begins with the upper half of x[0]. */
HG_INLINE int32_t hg_column_odd(const hg_depthwise_conv_2d_column_s8_t *p, const uint32_t *x,
                                const uint32_t *w, int32_t bias) {
  const int32_t pairs = hg_column_pairs(p);
  const int32_t whole = (p->conv.kernel_height - 1) / 2;
  int32_t sum = hg_high_low_mac(x[0], w[0], bias);
  HG_UNROLL(8)
  for (int32_t j = 1; j <= whole; ++j) {
    sum = hg_dual_mac(x[j], w[pairs + j - 1], sum);
  }
  return p->conv.kernel_height % 2 ? sum : hg_low_high_mac(x[pairs], w[pairs - 1], sum);
}

/* `count` outputs of a filter. What belongs to it is copied first: a compiler has to suppose that
 * outputs lie over it. */
HG_INLINE void hg_column_outputs(const hg_depthwise_conv_2d_column_s8_t *p, const uint32_t *x,
                                 const int32_t *filter, int32_t count, int8_t *output) {
  const int32_t words = hg_line_words(&p->line);
  const int32_t line = p->conv.output_width * p->conv.input_channels * p->conv.depth_multiplier;
  const int32_t together = p->conv.stride_height == 1 ? 2 : 1; /* outputs that begin in a word */
  const uint32_t *end = x + count / together;
  const int32_t bias = filter[0];
  const int32_t scale[3] = {filter[1], filter[2], words > 2 ? filter[3] : 0};
  uint32_t w[HG_COLUMN_TAPS - 1];
  HG_UNROLL(HG_COLUMN_TAPS)
  for (int32_t j = 0; j < p->conv.kernel_height - 1; ++j) {
    w[j] = (uint32_t)filter[1 + words + j];
  }
  HG_UNROLL(4)
  for (; x < end; ++x) {
    *output = hg_line_s8(&p->line, hg_column_even(p, x, w, bias), scale);
    output += line;
    if (together > 1) {
      *output = hg_line_s8(&p->line, hg_column_odd(p, x, w, bias), scale);
      output += line;
    }
  }
  if (count % together) {
    *output = hg_line_s8(&p->line, hg_column_even(p, x, w, bias), scale);
  }
}

HG_INLINE void hg_depthwise_conv_2d_column_s8(const hg_depthwise_conv_2d_column_s8_t *p,
                                              const int8_t *input, const int32_t *filters,
                                              int8_t *output) {
  const hg_depthwise_conv_2d_s8_t *conv = &p->conv;
  const int32_t channels = conv->input_channels;
  const int32_t outputs = hg_column_channels(p) * conv->depth_multiplier;
  uint32_t strips[HG_COLUMN_CHANNELS][HG_COLUMN_WORDS];
  for (int32_t y = 0; y < conv->output_height; y += p->rows) {
    const int32_t count = hg_min_s32(p->rows, conv->output_height - y);
    for (int32_t x = 0; x < conv->output_width; ++x) {
      const int32_t *filter = filters;
      int8_t *first = output + (y * conv->output_width + x) * channels * conv->depth_multiplier;
      for (int32_t c = 0; c < channels; c += hg_column_channels(p), first += outputs) {
        hg_column_fill(p, input + x * channels + c, y, count, strips);
        HG_UNROLL(1)
        for (int32_t i = 0; i < outputs; ++i, filter += hg_column_filter(p)) {
          hg_column_outputs(p, strips[i / conv->depth_multiplier], filter, count, first + i);
        }
      }
    }
  }
}

#endif
