/* A convolution and the maximum pool behind it: the feature map between the two is never stored.
 *
 * The largest sum under the pool is found first and requantized once. That gives the same bytes,
 * because requantization and clamping never decrease. Pools do not overlap and have no padding.
 */
#ifndef HG_CONV_MAX_POOL_2D_S8_H
#define HG_CONV_MAX_POOL_2D_S8_H

#include "hg_conv_2d_s8.h"

typedef struct {
  hg_conv_2d_s8_t conv; /* output_height and output_width are those before the pool */
  int32_t pool_height;
  int32_t pool_width;
  int32_t pool_stride_height;
  int32_t pool_stride_width;
  int32_t pooled_height;
  int32_t pooled_width;
} hg_conv_max_pool_2d_s8_t;

HG_INLINE void hg_conv_max_pool_2d_s8(const hg_conv_max_pool_2d_s8_t *p, const int8_t *input,
                                      const int8_t *weights, const int32_t *bias,
                                      const int32_t *multiplier, const int8_t *shift,
                                      int8_t *output) {
  const hg_conv_2d_s8_t *conv = &p->conv;
  const int32_t filter = conv->kernel_height * conv->kernel_width * conv->input_channels;
  for (int32_t py = 0; py < p->pooled_height; ++py) {
    for (int32_t px = 0; px < p->pooled_width; ++px) {
      for (int32_t c = 0; c < conv->output_channels; ++c) {
        int32_t largest = INT32_MIN;
        for (int32_t y = 0; y < p->pool_height; ++y) {
          for (int32_t x = 0; x < p->pool_width; ++x) {
            const int32_t sum =
                hg_conv_2d_s8_sum(conv, input, weights + c * filter, bias ? bias[c] : 0,
                                  py * p->pool_stride_height + y, px * p->pool_stride_width + x);
            largest = hg_max_s32(largest, sum);
          }
        }
        *output++ = hg_conv_2d_s8_output(conv, largest, multiplier[c], shift[c]);
      }
    }
  }
}

#endif
