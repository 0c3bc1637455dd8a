/* 2-D convolution of float32 feature maps, alone or with the maximum pool behind it.
 *
 * Layout: input (height, width, channels); weights in blocks of HG_LANES output channels, each
 * (height, width, channel, lane), the last block with as many lanes as are left; bias may be null.
 *
 * A pass sums up to three positions times four output channels in registers (hg_tile_f32.h). Each
 * sum begins with the bias and takes the taps by row, column and channel.
 */
#ifndef HG_CONV_2D_F32_H
#define HG_CONV_2D_F32_H

#include "hg_taps_f32.h"
#include "hg_tile_f32.h"

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
  int32_t padded; /* 1 where some position of the kernel leaves the input */
  float output_min;
  float output_max;
} hg_conv_2d_f32_t;

/* How many of `count` positions are summed together; those that are left are summed singly. */
HG_INLINE int32_t hg_conv_2d_f32_group(int32_t count) {
  return count <= HG_POSITIONS ? count : (count % 3 != 0 && count % 2 == 0 ? 2 : 3);
}

HG_INLINE hg_position_t hg_conv_2d_f32_position(const hg_conv_2d_f32_t *p, int32_t y, int32_t x) {
  const hg_position_t position = {
      .y = y * p->stride_height - p->padding_top,
      .x = x * p->stride_width - p->padding_left,
  };
  return position;
}

HG_INLINE int32_t hg_conv_2d_f32_inside(const hg_conv_2d_f32_t *p, hg_position_t at) {
  return at.y >= 0 && at.y + (p->kernel_height - 1) * p->dilation_height < p->input_height &&
         at.x >= 0 && at.x + (p->kernel_width - 1) * p->dilation_width < p->input_width;
}

HG_INLINE int32_t hg_conv_2d_f32_all_inside(const hg_conv_2d_f32_t *p,
                                            const hg_position_t at[HG_POSITIONS], int32_t count) {
  return hg_conv_2d_f32_inside(p, at[0]) && (count < 2 || hg_conv_2d_f32_inside(p, at[1])) &&
         (count < 3 || hg_conv_2d_f32_inside(p, at[2]));
}

HG_INLINE hg_taps_t hg_conv_2d_f32_all_taps(const hg_conv_2d_f32_t *p) {
  const hg_taps_t taps = {0, 0, p->kernel_height, p->kernel_width};
  return taps;
}

HG_INLINE hg_taps_t hg_conv_2d_f32_taps(const hg_conv_2d_f32_t *p, hg_position_t at) {
  const hg_taps_t taps = {
      .top = hg_first_tap(at.y, p->kernel_height, p->dilation_height),
      .left = hg_first_tap(at.x, p->kernel_width, p->dilation_width),
      .bottom = hg_end_tap(at.y, p->kernel_height, p->dilation_height, p->input_height),
      .right = hg_end_tap(at.x, p->kernel_width, p->dilation_width, p->input_width),
  };
  return p->padded ? taps : hg_conv_2d_f32_all_taps(p);
}

/* Index of the input's value under a kernel's first tap; negative where there is padding. */
HG_INLINE int32_t hg_conv_2d_f32_index(const hg_conv_2d_f32_t *p, hg_position_t at) {
  return (at.y * p->input_width + at.x) * p->input_channels;
}

/* The taps that are inside as runs of values that follow each other in the input: without dilation
 * a row of the kernel, or all of them where the input is as wide as the kernel; with it one tap's
 * channels. Where kernels have several rows and dilated columns, those of the first row. */
HG_INLINE hg_runs_t hg_conv_2d_f32_runs(const hg_conv_2d_f32_t *p, hg_taps_t taps, int32_t lanes) {
  const int32_t channels = p->input_channels;
  const int32_t rows = hg_max_s32(taps.bottom - taps.top, 0);
  const int32_t columns = hg_max_s32(taps.right - taps.left, 0);
  if (p->padded && (rows == 0 || columns == 0)) {
    return hg_one_run(0);
  }
  if (p->dilation_width != 1) {
    const hg_runs_t runs = {columns, channels, (p->dilation_width - 1) * channels, 0};
    return runs;
  }
  const int32_t between = p->dilation_height * p->input_width - columns;
  if (between == 0 && columns == p->kernel_width) {
    return hg_one_run(rows * columns * channels);
  }
  const hg_runs_t runs = {
      .rows = rows,
      .run = columns * channels,
      .input_step = between * channels,
      .weights_step = (p->kernel_width - columns) * channels * lanes,
  };
  return runs;
}

/* The sums of some lanes at some positions; `taps` are inside the input at every one of them. */
HG_INLINE void hg_conv_2d_f32_sums(const hg_conv_2d_f32_t *p, const float *input,
                                   const hg_position_t at[HG_POSITIONS], int32_t count,
                                   hg_taps_t taps, const float *weights, const float *bias,
                                   int32_t lanes, float sums[HG_POSITIONS][HG_LANES]) {
  const hg_runs_t runs = hg_conv_2d_f32_runs(p, taps, lanes);
  const int32_t channels = p->input_channels;
  const int32_t row = p->dilation_height * p->input_width * channels;
  const int32_t tap = taps.top * row + taps.left * p->dilation_width * channels;
  const float *x[HG_POSITIONS] = {
      input + hg_conv_2d_f32_index(p, at[0]) + tap,
      input + (count > 1 ? hg_conv_2d_f32_index(p, at[1]) + tap : 0),
      input + (count > 2 ? hg_conv_2d_f32_index(p, at[2]) + tap : 0),
  };
  weights += (taps.top * p->kernel_width + taps.left) * channels * lanes;
  if (p->dilation_width == 1 || p->kernel_height == 1) {
    hg_tile_f32(runs, x, count, weights, bias, lanes, sums);
    return;
  }
  hg_start_tile_f32(count, bias, lanes, sums);
  for (int32_t ky = taps.top; ky < taps.bottom; ++ky) {
    hg_add_tile_f32(runs, x, count, weights, lanes, sums);
    x[0] += row;
    x[1] += row;
    x[2] += row;
    weights += p->kernel_width * channels * lanes;
  }
}

/* Sums, clamps and stores some lanes at some positions that follow each other in the output. */
HG_INLINE void hg_conv_2d_f32_block(const hg_conv_2d_f32_t *p, const float *input,
                                    const hg_position_t at[HG_POSITIONS], int32_t count,
                                    hg_taps_t taps, const float *weights, const float *bias,
                                    int32_t lanes, float *output) {
  const int32_t step = p->output_channels;
  float sums[HG_POSITIONS][HG_LANES];
  hg_conv_2d_f32_sums(p, input, at, count, taps, weights, bias, lanes, sums);
  hg_store_lanes_f32(lanes, sums[0], p->output_min, p->output_max, output);
  if (count > 1) {
    hg_store_lanes_f32(lanes, sums[1], p->output_min, p->output_max, output + step);
  }
  if (count > 2) {
    hg_store_lanes_f32(lanes, sums[2], p->output_min, p->output_max, output + 2 * step);
  }
}

/* All output channels at some positions. */
HG_INLINE void hg_conv_2d_f32_channels(const hg_conv_2d_f32_t *p, const float *input,
                                       const hg_position_t at[HG_POSITIONS], int32_t count,
                                       hg_taps_t taps, const float *weights, const float *bias,
                                       float *output) {
  const int32_t filter = p->kernel_height * p->kernel_width * p->input_channels;
  const int32_t left = p->output_channels % HG_LANES;
  const int32_t whole = p->output_channels - left;
  for (int32_t c = 0; c < whole; c += HG_LANES) {
    hg_conv_2d_f32_block(p, input, at, count, taps, weights + c * filter, bias ? bias + c : bias,
                         HG_LANES, output + c);
  }
  if (left > 0) {
    hg_conv_2d_f32_block(p, input, at, count, taps, weights + whole * filter,
                         bias ? bias + whole : bias, left, output + whole);
  }
}

HG_INLINE void hg_conv_2d_f32(const hg_conv_2d_f32_t *p, const float *input, const float *weights,
                              const float *bias, float *output) {
  const int32_t width = p->output_width;
  const int32_t count = p->output_height * width;
  const int32_t group = hg_conv_2d_f32_group(count);
  const int32_t ragged = p->padded || count % group != 0;
  for (int32_t n = 0; n < count;) {
    const hg_position_t at[HG_POSITIONS] = {
        hg_conv_2d_f32_position(p, n / width, n % width),
        hg_conv_2d_f32_position(p, (n + 1) / width, (n + 1) % width),
        hg_conv_2d_f32_position(p, (n + 2) / width, (n + 2) % width),
    };
    float *target = output + n * p->output_channels;
    if (!ragged ||
        (n + group <= count && (!p->padded || hg_conv_2d_f32_all_inside(p, at, group)))) {
      hg_conv_2d_f32_channels(p, input, at, group, hg_conv_2d_f32_all_taps(p), weights, bias,
                              target);
      n += group;
    } else {
      hg_conv_2d_f32_channels(p, input, at, 1, hg_conv_2d_f32_taps(p, at[0]), weights, bias,
                              target);
      n += 1;
    }
  }
}

#endif
