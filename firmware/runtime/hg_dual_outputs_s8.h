/* From the sums of pairs of outputs, as hg_dual_s16.h leaves them, to int8: fully connected layers.
 *
 * The biases are in the sums already. All outputs have one shift, of hg_requantize_far.
 */
#ifndef HG_DUAL_OUTPUTS_S8_H
#define HG_DUAL_OUTPUTS_S8_H

#include "hg_dual_s8.h"
#include "hg_line_s8.h"

typedef struct {
  int32_t size;
  int32_t multiplier; /* of all outputs, where they have one in common */
  int32_t shift;
  int32_t output_offset; /* zero point of the output */
  int32_t output_min;
  int32_t output_max;
} hg_dual_outputs_s8_t;

HG_INLINE int8_t hg_dual_output_s8(const hg_dual_outputs_s8_t *p, int32_t sum, int32_t multiplier) {
  const int32_t shift = p->shift - 32;
  const int32_t base = hg_requantize_base(shift, p->output_offset);
  const int32_t value = hg_saturate_s8(hg_add_high_floor(base, sum, multiplier), shift);
  const int32_t whole = p->output_min == INT8_MIN && p->output_max == INT8_MAX;
  return (int8_t)(whole ? value : hg_clamp_s32(value, p->output_min, p->output_max));
}

/* multiplier: one an output; null where all have the same. */
HG_INLINE void hg_dual_outputs_s8(const hg_dual_outputs_s8_t *p, const int32_t *sums,
                                  const int32_t *multiplier, int8_t *output) {
  HG_UNROLL(2)
  for (int32_t i = 0; i < p->size / 2 * 2; i += 2) {
    const hg_dual_t pair = {sums[i], sums[i + 1]};
    output[i] = hg_dual_output_s8(p, pair.first, multiplier ? multiplier[i] : p->multiplier);
    output[i + 1] =
        hg_dual_output_s8(p, hg_dual_second(pair), multiplier ? multiplier[i + 1] : p->multiplier);
  }
  if (p->size % 2) {
    const int32_t last = p->size - 1;
    output[last] = hg_dual_output_s8(p, sums[last], multiplier ? multiplier[last] : p->multiplier);
  }
}

#endif
