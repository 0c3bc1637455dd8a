/* A convolution and the maximum pool behind it: the feature map between the two is never stored.
 *
 * The largest sum under the pool is clamped once, which gives the same value, because clamping
 * never decreases; from below by starting with the bound. Pools do not overlap and have no padding.
 */
#ifndef HG_CONV_MAX_POOL_2D_F32_H
#define HG_CONV_MAX_POOL_2D_F32_H

#include "hg_conv_2d_f32.h"

typedef struct {
  hg_conv_2d_f32_t conv; /* output_height and output_width are those before the pool */
  int32_t pool_height;
  int32_t pool_width;
  int32_t pool_stride_height;
  int32_t pool_stride_width;
  int32_t pooled_height;
  int32_t pooled_width;
} hg_conv_max_pool_2d_f32_t;

/* Where the kernel lies for the n-th position under the pool whose first is (y, x). */
HG_INLINE hg_position_t hg_conv_max_pool_2d_f32_position(const hg_conv_max_pool_2d_f32_t *p,
                                                         int32_t y, int32_t x, int32_t n) {
  return hg_conv_2d_f32_position(&p->conv, y + n / p->pool_width, x + n % p->pool_width);
}

/* largest = the lower bound, or the output as it is where `more` is set. */
HG_INLINE void hg_conv_max_pool_2d_f32_start(const hg_conv_max_pool_2d_f32_t *p, int32_t more,
                                             int32_t lanes, const float *output,
                                             float largest[HG_LANES]) {
  const float lowest = p->conv.output_min;
  largest[0] = more ? output[0] : lowest;
  largest[1] = more && lanes > 1 ? output[1] : lowest;
  largest[2] = more && lanes > 2 ? output[2] : lowest;
  largest[3] = more && lanes > 3 ? output[3] : lowest;
}

/* Some lanes of one pooled value. */
HG_INLINE void hg_conv_max_pool_2d_f32_block(const hg_conv_max_pool_2d_f32_t *p, const float *input,
                                             int32_t y, int32_t x, const float *weights,
                                             const float *bias, int32_t lanes, int32_t more,
                                             float *output) {
  const hg_conv_2d_f32_t *conv = &p->conv;
  const int32_t count = p->pool_height * p->pool_width;
  const int32_t group = hg_conv_2d_f32_group(count);
  const int32_t ragged = conv->padded || count % group != 0;
  float largest[HG_LANES];
  hg_conv_max_pool_2d_f32_start(p, more, lanes, output, largest);
  for (int32_t n = 0; n < count;) {
    const hg_position_t at[HG_POSITIONS] = {
        hg_conv_max_pool_2d_f32_position(p, y, x, n),
        hg_conv_max_pool_2d_f32_position(p, y, x, n + 1),
        hg_conv_max_pool_2d_f32_position(p, y, x, n + 2),
    };
    float sums[HG_POSITIONS][HG_LANES];
    if (!ragged ||
        (n + group <= count && (!conv->padded || hg_conv_2d_f32_all_inside(conv, at, group)))) {
      hg_conv_2d_f32_sums(conv, input, at, group, hg_conv_2d_f32_all_taps(conv), weights, bias,
                          lanes, sums);
      hg_max_lanes_f32(sums[0], largest);
      if (group > 1) {
        hg_max_lanes_f32(sums[1], largest);
      }
      if (group > 2) {
        hg_max_lanes_f32(sums[2], largest);
      }
      n += group;
    } else {
      hg_conv_2d_f32_sums(conv, input, at, 1, hg_conv_2d_f32_taps(conv, at[0]), weights, bias,
                          lanes, sums);
      hg_max_lanes_f32(sums[0], largest);
      n += 1;
    }
  }
  hg_store_lanes_f32(lanes, largest, -HG_LARGEST_F32, conv->output_max, output);
}

/* All channels of the pooled value whose first position is (y, x). `more`: of the maximum of these
 * and what is in the output, which is the same pool's over other positions. */
HG_INLINE void hg_conv_max_pool_2d_f32_value(const hg_conv_max_pool_2d_f32_t *p, const float *input,
                                             int32_t y, int32_t x, const float *weights,
                                             const float *bias, int32_t more, float *output) {
  const hg_conv_2d_f32_t *conv = &p->conv;
  const int32_t filter = conv->kernel_height * conv->kernel_width * conv->input_channels;
  const int32_t left = conv->output_channels % HG_LANES;
  const int32_t whole = conv->output_channels - left;
  for (int32_t c = 0; c < whole; c += HG_LANES) {
    hg_conv_max_pool_2d_f32_block(p, input, y, x, weights + c * filter, bias ? bias + c : bias,
                                  HG_LANES, more, output + c);
  }
  if (left > 0) {
    hg_conv_max_pool_2d_f32_block(p, input, y, x, weights + whole * filter,
                                  bias ? bias + whole : bias, left, more, output + whole);
  }
}

HG_INLINE void hg_conv_max_pool_2d_f32(const hg_conv_max_pool_2d_f32_t *p, const float *input,
                                       const float *weights, const float *bias, float *output) {
  for (int32_t py = 0; py < p->pooled_height; ++py) {
    for (int32_t px = 0; px < p->pooled_width; ++px) {
      hg_conv_max_pool_2d_f32_value(p, input, py * p->pool_stride_height, px * p->pool_stride_width,
                                    weights, bias, 0, output);
      output += p->conv.output_channels;
    }
  }
}

#endif
