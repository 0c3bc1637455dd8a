/* Maximum and average pools of int8 feature maps, four channels at a time: hg_pool_2d_s8.h is for
 * any number of channels. */
#ifndef HG_POOL_2D_BYTES_S8_H
#define HG_POOL_2D_BYTES_S8_H

#include "hg_bytes_s8.h"
#include "hg_pool_2d_s8.h"

typedef struct {
  hg_pool_2d_s8_t pool; /* its channels are a multiple of 4 */
  int32_t padded;       /* 1 where some position of the kernel leaves the input */
} hg_pool_2d_bytes_s8_t;

/* What is under the kernel at (y, x); all of it, where that is known beforehand. */
HG_INLINE hg_pool_region_t hg_pool_2d_bytes_region(const hg_pool_2d_bytes_s8_t *p, int32_t y,
                                                   int32_t x) {
  const hg_pool_2d_s8_t *pool = &p->pool;
  if (p->padded) {
    return hg_pool_2d_region(pool, y, x);
  }
  const hg_pool_region_t region = {
      .top = y * pool->stride_height,
      .left = x * pool->stride_width,
      .bottom = y * pool->stride_height + pool->kernel_height,
      .right = x * pool->stride_width + pool->kernel_width,
  };
  return region;
}

/* All channels of `height` times `width` values from `input` on. */
HG_INLINE void hg_max_pool_2d_bytes_s8_position(const hg_pool_2d_s8_t *p, const int8_t *input,
                                                int32_t height, int32_t width, int8_t *output) {
  HG_UNROLL(2)
  for (int32_t c = 0; c < p->channels; c += 4) {
    uint32_t largest = 0x80808080u;
    for (int32_t y = 0; y < height; ++y) {
      const uint32_t row =
          hg_max_rows(input + y * p->input_width * p->channels + c, width, p->channels);
      largest = y == 0 ? row : hg_max_bytes(largest, row);
    }
    hg_store_bytes(output + c, largest);
  }
}

/* The means of two values of every channel, `step` apart. */
HG_INLINE void hg_average_pool_2d_bytes_s8_two(const hg_pool_2d_s8_t *p, const int8_t *input,
                                               int32_t step, int8_t *output) {
  HG_UNROLL(2)
  for (int32_t c = 0; c < p->channels; c += 4) {
    hg_store_bytes(output + c,
                   hg_mean_bytes(hg_load_bytes(input + c), hg_load_bytes(input + c + step)));
  }
}

HG_INLINE void hg_average_pool_2d_bytes_s8_position(const hg_pool_2d_s8_t *p, const int8_t *input,
                                                    int32_t height, int32_t width, int8_t *output) {
  const int32_t count = height * width;
  if (count == 2 && p->output_min == INT8_MIN && p->output_max == INT8_MAX) {
    hg_average_pool_2d_bytes_s8_two(p, input, (width == 2 ? 1 : p->input_width) * p->channels,
                                    output);
    return;
  }
  for (int32_t c = 0; c < p->channels; c += 4) {
    hg_byte_sums_t sums = {0, 0};
    for (int32_t y = 0; y < height; ++y) {
      sums = hg_sum_rows(input + y * p->input_width * p->channels + c, width, p->channels, sums);
    }
    int32_t values[4];
    HG_UNROLL(4)
    for (int32_t i = 0; i < 4; ++i) {
      /* To the nearest integer, halves away from zero. */
      const int32_t sum = hg_byte_sum(sums, i);
      const int32_t mean = (sum > 0 ? sum + count / 2 : sum - count / 2) / count;
      values[i] = hg_clamp_s32(mean, p->output_min, p->output_max);
    }
    hg_store_bytes(output + c, hg_pack_bytes(values[0], values[1], values[2], values[3]));
  }
}

/* Where whole kernels are under a position, its bounds are the compiler's. */
#define HG_POOL_2D_BYTES(name)                                                               \
  HG_INLINE void name(const hg_pool_2d_bytes_s8_t *p, const int8_t *input, int8_t *output) { \
    const hg_pool_2d_s8_t *pool = &p->pool;                                                  \
    for (int32_t y = 0; y < pool->output_height; ++y) {                                      \
      for (int32_t x = 0; x < pool->output_width; ++x, output += pool->channels) {           \
        const hg_pool_region_t r = hg_pool_2d_bytes_region(p, y, x);                         \
        const int32_t height = r.bottom - r.top;                                             \
        const int32_t width = r.right - r.left;                                              \
        const int8_t *first = input + (r.top * pool->input_width + r.left) * pool->channels; \
        if (!p->padded || (height == pool->kernel_height && width == pool->kernel_width)) {  \
          name##_position(pool, first, pool->kernel_height, pool->kernel_width, output);     \
        } else {                                                                             \
          name##_position(pool, first, height, width, output);                               \
        }                                                                                    \
      }                                                                                      \
    }                                                                                        \
  }

HG_POOL_2D_BYTES(hg_max_pool_2d_bytes_s8)
HG_POOL_2D_BYTES(hg_average_pool_2d_bytes_s8)

#endif
