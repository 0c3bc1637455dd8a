/* Values around an int8 tensor of four dimensions. */
#ifndef HG_PAD_S8_H
#define HG_PAD_S8_H

#include "hg_common.h"

typedef struct {
  int32_t input[4];  /* size of the input */
  int32_t before[4]; /* values put before it along each dimension */
  int32_t after[4];  /* and behind it */
  int32_t value;     /* the zero point */
} hg_pad_s8_t;

HG_INLINE int32_t hg_pad_s8_is_inside(const hg_pad_s8_t *p, int32_t dimension, int32_t index) {
  return index >= 0 && index < p->input[dimension];
}

/* Indices run over the output and count from the input's first value; the input is read in order.
 */
HG_INLINE void hg_pad_s8(const hg_pad_s8_t *p, const int8_t *input, int8_t *output) {
  for (int32_t n = -p->before[0]; n < p->input[0] + p->after[0]; ++n) {
    for (int32_t y = -p->before[1]; y < p->input[1] + p->after[1]; ++y) {
      for (int32_t x = -p->before[2]; x < p->input[2] + p->after[2]; ++x) {
        const int32_t inside = hg_pad_s8_is_inside(p, 0, n) && hg_pad_s8_is_inside(p, 1, y) &&
                               hg_pad_s8_is_inside(p, 2, x);
        for (int32_t c = -p->before[3]; c < p->input[3] + p->after[3]; ++c) {
          *output++ = inside && hg_pad_s8_is_inside(p, 3, c) ? *input++ : (int8_t)p->value;
        }
      }
    }
  }
}

#endif
