/* From sums to outputs by one multiplication, addition and shift: hargen/quantize/staircase.py
 * finds, for every channel, multiplier and base with which that gives the reference's outputs.
 *
 * Where there are none each channel has a shift of its own as well, and its sums are doubled, as
 * hg_requantize_right takes them.
 */
#ifndef HG_LINE_S8_H
#define HG_LINE_S8_H

#include "hg_requantize.h"

typedef struct {
  int32_t shift;     /* of all channels; 0 where each has its own */
  int32_t is_signed; /* of those with their own: whether outputs below the offset count */
  int32_t output_min;
  int32_t output_max;
} hg_line_s8_t;

/* Words of a channel in front of its weights or behind them: multiplier, base, perhaps shift. */
HG_INLINE int32_t hg_line_words(const hg_line_s8_t *p) {
  return p->shift > 0 ? 2 : 3;
}

/* value >> shift as int8, the nearest where it does not fit. */
HG_INLINE int32_t hg_saturate_s8(int32_t value, int32_t shift) {
#if defined(__ARM_FEATURE_SAT) && (__ARM_FEATURE_SAT == 1) && !defined(__clang__)
  if (__builtin_constant_p(shift)) {
    int32_t nearest; /* compilers use two instructions */
    __asm__("ssat %0, #8, %1, asr %2" : "=r"(nearest) : "r"(value), "M"(shift));
    return nearest;
  }
#endif
  return hg_clamp_s32(value >> shift, INT8_MIN, INT8_MAX);
}

HG_INLINE int32_t hg_line_value(const hg_line_s8_t *p, int32_t sum, const int32_t *scale) {
  if (p->shift > 0) {
    const int32_t value = hg_saturate_s8(hg_add_high_half(scale[1], sum, scale[0]), p->shift);
    const int32_t whole = p->output_min == INT8_MIN && p->output_max == INT8_MAX;
    return whole ? value : hg_clamp_s32(value, p->output_min, p->output_max);
  }
  const int32_t base = scale[1] + (p->is_signed ? sum >> 31 : 0);
  const int32_t value = hg_add_high_half(base, sum, scale[0]) >> scale[2];
  return hg_clamp_s32(value, p->output_min, p->output_max);
}

HG_INLINE int8_t hg_line_s8(const hg_line_s8_t *p, int32_t sum, const int32_t *scale) {
  return (int8_t)hg_line_value(p, sum, scale);
}

#endif
