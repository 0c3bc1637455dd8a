/* int8 values of one scale to int8 values of another, clamped: rectifiers that stand alone, and
 * changes of scale. */
#ifndef HG_RESCALE_S8_H
#define HG_RESCALE_S8_H

#include "hg_requantize.h"

typedef struct {
  int32_t size;
  int32_t input_offset; /* minus the zero point of the input */
  int32_t multiplier;   /* of hg_requantize_double */
  int32_t shift;
  int32_t output_offset; /* zero point of the output */
  int32_t output_min;
  int32_t output_max;
} hg_rescale_s8_t;

HG_INLINE void hg_rescale_s8(const hg_rescale_s8_t *p, const int8_t *input, int8_t *output) {
  for (int32_t i = 0; i < p->size; ++i) {
    const int32_t value =
        hg_requantize_double(input[i] + p->input_offset, p->multiplier, p->shift) +
        p->output_offset;
    output[i] = (int8_t)hg_clamp_s32(value, p->output_min, p->output_max);
  }
}

#endif
