/* Maximum and average pooling of float32 feature maps (height, width, channels).
 *
 * Taps outside the input do not take part; the average divides by the taps inside.
 */
#ifndef HG_POOL_2D_F32_H
#define HG_POOL_2D_F32_H

#include "hg_math_f32.h"
#include "hg_taps_f32.h"

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
  float output_min;
  float output_max;
} hg_pool_2d_f32_t;

/* The part of the input that one position covers: rows [top, bottom), columns [left, right). */
HG_INLINE hg_taps_t hg_pool_2d_f32_region(const hg_pool_2d_f32_t *p, int32_t y, int32_t x) {
  const int32_t top = y * p->stride_height - p->padding_top;
  const int32_t left = x * p->stride_width - p->padding_left;
  const hg_taps_t region = {
      .top = hg_max_s32(top, 0),
      .left = hg_max_s32(left, 0),
      .bottom = hg_clamp_s32(top + p->kernel_height, 0, p->input_height),
      .right = hg_clamp_s32(left + p->kernel_width, 0, p->input_width),
  };
  return region;
}

HG_INLINE void hg_max_pool_2d_f32(const hg_pool_2d_f32_t *p, const float *input, float *output) {
  for (int32_t oy = 0; oy < p->output_height; ++oy) {
    for (int32_t ox = 0; ox < p->output_width; ++ox) {
      const hg_taps_t r = hg_pool_2d_f32_region(p, oy, ox);
      for (int32_t c = 0; c < p->channels; ++c) {
        float largest = -HG_LARGEST_F32;
        for (int32_t y = r.top; y < r.bottom; ++y) {
          for (int32_t x = r.left; x < r.right; ++x) {
            largest = hg_max_f32(largest, input[(y * p->input_width + x) * p->channels + c]);
          }
        }
        *output++ = hg_clamp_f32(largest, p->output_min, p->output_max);
      }
    }
  }
}

HG_INLINE void hg_average_pool_2d_f32(const hg_pool_2d_f32_t *p, const float *input,
                                      float *output) {
  for (int32_t oy = 0; oy < p->output_height; ++oy) {
    for (int32_t ox = 0; ox < p->output_width; ++ox) {
      const hg_taps_t r = hg_pool_2d_f32_region(p, oy, ox);
      const float count = (float)((r.bottom - r.top) * (r.right - r.left));
      for (int32_t c = 0; c < p->channels; ++c) {
        float sum = 0.0f;
        for (int32_t y = r.top; y < r.bottom; ++y) {
          for (int32_t x = r.left; x < r.right; ++x) {
            sum += input[(y * p->input_width + x) * p->channels + c];
          }
        }
        *output++ = hg_clamp_f32(sum / count, p->output_min, p->output_max);
      }
    }
  }
}

#endif
