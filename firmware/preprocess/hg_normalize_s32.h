/* Brings each axis of a window to mean 0 and standard deviation 1, in integers. By given means and
 * deviations is nothing of its own here: hg_quantize_s32.h has them in its factors. */
#ifndef HG_NORMALIZE_S32_H
#define HG_NORMALIZE_S32_H

#include "hg_inverse_root.h"

typedef struct {
  int32_t window; /* samples */
  int32_t axes;
  int32_t drop;          /* bits that a value loses before it is squared, so that the sum fits */
  uint64_t least_square; /* what a smaller sum of squares counts as, at least 1 */
} hg_normalize_window_s32_t;

/* (value - mean) / sqrt(sum of squares) with 29 bits behind the point: that is the normalized value
 * divided by sqrt(window), which hg_quantize_s32.h makes up for. Window (samples, axes); output may
 * be input. */
HG_INLINE void hg_normalize_window_s32(const hg_normalize_window_s32_t *p, const int32_t *input,
                                       int32_t *output) {
  for (int32_t axis = 0; axis < p->axes; ++axis) {
    int64_t sum = 0;
    for (int32_t i = 0; i < p->window; ++i) {
      sum += input[i * p->axes + axis];
    }
    const int32_t mean = (int32_t)(sum / p->window);
    uint64_t squares = 0;
    for (int32_t i = 0; i < p->window; ++i) {
      const int64_t centered = (input[i * p->axes + axis] - mean) >> p->drop;
      squares += (uint64_t)(centered * centered);
    }
    const hg_inverse_root_t inverse =
        hg_inverse_root(squares > p->least_square ? squares : p->least_square);
    const int32_t shift = 33 + p->drop - inverse.doublings;
    for (int32_t i = 0; i < p->window; ++i) {
      const int64_t centered = input[i * p->axes + axis] - mean;
      output[i * p->axes + axis] = (int32_t)((centered * inverse.mantissa) >> shift);
    }
  }
}

#endif
