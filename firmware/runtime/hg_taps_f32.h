/* Where a kernel of a convolution lies over a padded input, and which of its taps are inside. */
#ifndef HG_TAPS_F32_H
#define HG_TAPS_F32_H

#include "hg_common.h"

/* Row and column of the input under a kernel's first tap; outside where there is padding. */
typedef struct {
  int32_t y;
  int32_t x;
} hg_position_t;

/* A kernel's taps that lie inside the input: rows [top, bottom), columns [left, right). */
typedef struct {
  int32_t top;
  int32_t left;
  int32_t bottom;
  int32_t right;
} hg_taps_t;

/* The first of a kernel's taps, `dilation` apart from `start` on, that is not before the input. */
HG_INLINE int32_t hg_first_tap(int32_t start, int32_t taps, int32_t dilation) {
  const int32_t first = start < 0 ? (dilation - 1 - start) / dilation : 0;
  return first < taps ? first : taps;
}

/* The first tap that is behind an input of that size; at most 0 where none lies before its end. */
HG_INLINE int32_t hg_end_tap(int32_t start, int32_t taps, int32_t dilation, int32_t size) {
  const int32_t end = (size - start + dilation - 1) / dilation;
  return end < taps ? end : taps;
}

#endif
