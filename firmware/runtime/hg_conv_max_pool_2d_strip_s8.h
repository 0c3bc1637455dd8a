/* A convolution and the maximum pool behind it by strips; see hg_strip_s8.h.
 *
 * The largest sum is found first and then requantized. A strip is one column of the pool's window,
 * or a part of one: what several strips give for the same output is put together by the maximum.
 */
#ifndef HG_CONV_MAX_POOL_2D_STRIP_S8_H
#define HG_CONV_MAX_POOL_2D_STRIP_S8_H

#include "hg_strip_s8.h"

typedef struct {
  hg_strip_s8_t strip; /* output_height and output_width are those before the pool */
  int32_t windows;     /* of the pool that a strip has rows of; more than 1 only if it has all */
  int32_t part;        /* so many rows of each */
  int32_t pool_height;
  int32_t pool_width;
  int32_t pool_stride_height;
  int32_t pool_stride_width;
  int32_t pooled_height;
  int32_t pooled_width;
} hg_conv_max_pool_2d_strip_s8_t;

/* The largest sums of two output channels; that of the second one times 256. */
typedef struct {
  int32_t first;
  int32_t second;
} hg_strip_largest_t;

HG_INLINE void hg_strip_max(const hg_strip_s8_t *p, const void *x, int32_t count,
                            const uint64_t *weights, uint64_t tail, hg_strip_largest_t *largest) {
  hg_dual_t sums[HG_STRIP_POSITIONS];
  hg_strip_sums(p, x, count, weights, tail, sums);
  HG_STRIP_UNROLL
  for (int32_t i = 0; i < count; ++i) {
    largest->first = hg_max_s32(largest->first, sums[i].first);
    largest->second = hg_max_s32(largest->second, sums[i].both - sums[i].first);
  }
}

/* The largest sums at `rows` positions from `from` on. */
HG_INLINE hg_strip_largest_t hg_strip_largest(const hg_strip_s8_t *p, const uint64_t *strip,
                                              int32_t from, int32_t rows, const uint64_t *weights,
                                              uint64_t tail) {
  hg_strip_largest_t largest = {INT32_MIN, INT32_MIN};
#ifdef HG_STRIP_SMALL
  const int32_t block = rows < HG_STRIP_POSITIONS ? 1 : HG_STRIP_POSITIONS;
  for (int32_t n = 0; n < rows; n += block) {
    const int32_t at = from + hg_min_s32(n, rows - block); /* some are computed twice */
    hg_strip_max(p, hg_strip_window(p, strip, at), block, weights, tail, &largest);
  }
#else
  int32_t n = 0;
  for (; n + HG_STRIP_POSITIONS <= rows; n += HG_STRIP_POSITIONS) {
    hg_strip_max(p, hg_strip_window(p, strip, from + n), HG_STRIP_POSITIONS, weights, tail,
                 &largest);
  }
  if (rows - n == 2) {
    hg_strip_max(p, hg_strip_window(p, strip, from + n), 2, weights, tail, &largest);
  } else if (rows - n == 1) {
    hg_strip_max(p, hg_strip_window(p, strip, from + n), 1, weights, tail, &largest);
  }
#endif
  return largest;
}

/* One strip: the rows from y on of windows that begin at (py, px), in their column x. */
HG_INLINE void hg_conv_max_pool_2d_strip_s8_column(const hg_conv_max_pool_2d_strip_s8_t *p,
                                                   const uint64_t *strip, int32_t windows,
                                                   int32_t rows, int32_t is_first,
                                                   const uint64_t *weights, const int32_t *bias,
                                                   const int32_t *multiplier, const int8_t *shift,
                                                   int8_t *output) {
  const int32_t size = hg_strip_size(&p->strip);
  const int32_t channels = p->strip.conv.output_channels;
  for (int32_t c = 0; c < channels; c += 2) {
    const int32_t last = c + 1 == channels;
    const hg_conv_scale_t first = hg_conv_scale(&p->strip.conv, bias, multiplier, shift, c);
    const hg_conv_scale_t second =
        hg_conv_scale(&p->strip.conv, bias, multiplier, shift, last ? c : c + 1);
    const uint64_t *w = weights + c / 2 * (size / 4);
    const uint64_t tail = hg_dual_tail(weights, size, channels, c / 2);
    int8_t *target = output + c;
    for (int32_t i = 0; i < windows; ++i, target += p->pooled_width * channels) {
      const hg_strip_largest_t largest =
          hg_strip_largest(&p->strip, strip, i * p->pool_stride_height, rows, w, tail);
      const int32_t value = hg_conv_scale_output(&p->strip.conv, &first, largest.first);
      target[0] = (int8_t)(is_first ? value : hg_max_s32(value, target[0]));
      if (!last) {
        const int32_t other = hg_conv_scale_output(&p->strip.conv, &second, largest.second >> 8);
        target[1] = (int8_t)(is_first ? other : hg_max_s32(other, target[1]));
      }
    }
  }
}

HG_INLINE void hg_conv_max_pool_2d_strip_s8(const hg_conv_max_pool_2d_strip_s8_t *p,
                                            const int8_t *input, const uint64_t *weights,
                                            const int32_t *bias, const int32_t *multiplier,
                                            const int8_t *shift, int8_t *output) {
  uint64_t strip[HG_STRIP_QUADS];
  for (int32_t px = 0; px < p->pooled_width; ++px) {
    for (int32_t x = 0; x < p->pool_width; ++x) {
      for (int32_t py = 0; py < p->pooled_height; py += p->windows) {
        const int32_t windows = hg_min_s32(p->windows, p->pooled_height - py);
        for (int32_t y = 0; y < p->pool_height; y += p->part) {
          const int32_t rows = hg_min_s32(p->part, p->pool_height - y);
          hg_strip_fill(&p->strip, input, py * p->pool_stride_height + y,
                        px * p->pool_stride_width + x, (windows - 1) * p->pool_stride_height + rows,
                        strip);
          hg_conv_max_pool_2d_strip_s8_column(
              p, strip, windows, rows, x == 0 && y == 0, weights, bias, multiplier, shift,
              output + (py * p->pooled_width + px) * p->strip.conv.output_channels);
        }
      }
    }
  }
}

#endif
