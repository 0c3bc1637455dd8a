/* Maximum and average pooling of int8 feature maps (height, width, channels).
 *
 * Taps outside the input do not take part; the average divides by the taps inside.
 */
#ifndef HG_POOL_2D_S8_H
#define HG_POOL_2D_S8_H

#include "hg_common.h"

typedef struct {
  int32_t input_height;
  int32_t input_width;
  int32_t channels;
  int32_t output_height;
  int32_t output_width;
  int32_t kernel_height;
  int32_t kernel_width;
  int32_t stride_height;
  int32_t stride_width;
  int32_t padding_top;
  int32_t padding_left;
  int32_t output_min;
  int32_t output_max;
} hg_pool_2d_s8_t;

/* The part of the input that one position covers: rows [top, bottom), columns [left, right). */
typedef struct {
  int32_t top;
  int32_t left;
  int32_t bottom;
  int32_t right;
} hg_pool_region_t;

HG_INLINE hg_pool_region_t hg_pool_2d_region(const hg_pool_2d_s8_t *p, int32_t y, int32_t x) {
  const int32_t top = y * p->stride_height - p->padding_top;
  const int32_t left = x * p->stride_width - p->padding_left;
  const hg_pool_region_t region = {
      .top = hg_max_s32(top, 0),
      .left = hg_max_s32(left, 0),
      .bottom = hg_clamp_s32(top + p->kernel_height, 0, p->input_height),
      .right = hg_clamp_s32(left + p->kernel_width, 0, p->input_width),
  };
  return region;
}

HG_INLINE void hg_max_pool_2d_s8(const hg_pool_2d_s8_t *p, const int8_t *input, int8_t *output) {
  for (int32_t oy = 0; oy < p->output_height; ++oy) {
    for (int32_t ox = 0; ox < p->output_width; ++ox) {
      const hg_pool_region_t r = hg_pool_2d_region(p, oy, ox);
      for (int32_t c = 0; c < p->channels; ++c) {
        int32_t largest = INT8_MIN;
        for (int32_t y = r.top; y < r.bottom; ++y) {
          for (int32_t x = r.left; x < r.right; ++x) {
            largest = hg_max_s32(largest, input[(y * p->input_width + x) * p->channels + c]);
          }
        }
        *output++ = (int8_t)hg_clamp_s32(largest, p->output_min, p->output_max);
      }
    }
  }
}

HG_INLINE void hg_average_pool_2d_s8(const hg_pool_2d_s8_t *p, const int8_t *input,
                                     int8_t *output) {
  for (int32_t oy = 0; oy < p->output_height; ++oy) {
    for (int32_t ox = 0; ox < p->output_width; ++ox) {
      const hg_pool_region_t r = hg_pool_2d_region(p, oy, ox);
      const int32_t count = (r.bottom - r.top) * (r.right - r.left);
      for (int32_t c = 0; c < p->channels; ++c) {
        int32_t sum = 0;
        for (int32_t y = r.top; y < r.bottom; ++y) {
          for (int32_t x = r.left; x < r.right; ++x) {
            sum += input[(y * p->input_width + x) * p->channels + c];
          }
        }
        /* To the nearest integer, halves away from zero. */
        const int32_t mean = (sum > 0 ? sum + count / 2 : sum - count / 2) / count;
        *output++ = (int8_t)hg_clamp_s32(mean, p->output_min, p->output_max);
      }
    }
  }
}

#endif
