/* 2-D convolution of float32 feature maps, alone or with the maximum pool behind it.
 *
 * Layout: input (height, width, channels); weights in blocks of HG_LANES output channels, each
 * (height, width, channel, lane), the last block with as many lanes as are left; bias may be null.
 *
 * A pass sums up to four positions times four output channels in registers: eight loads for sixteen
 * multiply-adds. Each sum begins with the bias and takes the taps by row, column and channel.
 */
#ifndef HG_CONV_2D_F32_H
#define HG_CONV_2D_F32_H

#include "hg_math_f32.h"
#include "hg_taps_f32.h"

#define HG_POSITIONS 4

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

/* How many of `count` positions are summed together: all if they are few, else 4 or 3. */
HG_INLINE int32_t hg_conv_2d_f32_group(int32_t count) {
  return count <= HG_POSITIONS ? count : (count % 4 != 0 && count % 3 == 0 ? 3 : 4);
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
         (count < 3 || hg_conv_2d_f32_inside(p, at[2])) &&
         (count < 4 || hg_conv_2d_f32_inside(p, at[3]));
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

/* The sums of some lanes at some positions; `taps` are inside the input at every one of them. */
HG_INLINE void hg_conv_2d_f32_sums(const hg_conv_2d_f32_t *p, const float *input,
                                   const hg_position_t at[HG_POSITIONS], int32_t count,
                                   hg_taps_t taps, const float *weights, const float *bias,
                                   int32_t lanes, float sums[HG_POSITIONS][HG_LANES]) {
  const int32_t channels = p->input_channels;
  /* Without dilation a row of the kernel lies over neighbouring values: one run. */
  const int32_t columns = taps.right - taps.left;
  const int32_t runs = p->dilation_width == 1 ? 1 : columns;
  const int32_t run = p->dilation_width == 1 ? columns * channels : channels;
  const int32_t first = hg_conv_2d_f32_index(p, at[0]);
  const int32_t second = hg_conv_2d_f32_index(p, at[1]);
  const int32_t third = hg_conv_2d_f32_index(p, at[2]);
  const int32_t fourth = hg_conv_2d_f32_index(p, at[3]);
  hg_start_lanes_f32(lanes, bias, sums[0]);
  hg_start_lanes_f32(lanes, bias, sums[1]);
  hg_start_lanes_f32(lanes, bias, sums[2]);
  hg_start_lanes_f32(lanes, bias, sums[3]);
  for (int32_t ky = taps.top; ky < taps.bottom; ++ky) {
    for (int32_t r = 0; r < runs; ++r) {
      const int32_t kx = taps.left + r;
      const float *w = weights + (ky * p->kernel_width + kx) * channels * lanes;
      const int32_t tap =
          (ky * p->dilation_height * p->input_width + kx * p->dilation_width) * channels;
      for (int32_t i = tap; i < tap + run; ++i) {
        hg_fma_lanes_f32(lanes, input[first + i], w, sums[0]);
        if (count > 1) {
          hg_fma_lanes_f32(lanes, input[second + i], w, sums[1]);
        }
        if (count > 2) {
          hg_fma_lanes_f32(lanes, input[third + i], w, sums[2]);
        }
        if (count > 3) {
          hg_fma_lanes_f32(lanes, input[fourth + i], w, sums[3]);
        }
        w += lanes;
      }
    }
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
  if (count > 3) {
    hg_store_lanes_f32(lanes, sums[3], p->output_min, p->output_max, output + 3 * step);
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
        hg_conv_2d_f32_position(p, (n + 3) / width, (n + 3) % width),
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
