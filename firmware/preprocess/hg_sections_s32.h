/* A recursive filter as sections of second order in integers, for cores without an FPU.
 *
 * The delta form of hg_sections_f32.h, with values in 32 bits and states in 64. A state keeps every
 * bit of the products that it adds up, so that nothing is rounded but each section's output, once.
 * That error is fed back with the output, and so is filtered by D^2 / (D^2 + a[0] D + a[1]): like
 * the signal of a high-pass filter it has no constant part. Gravity leaves no offset behind, no
 * state drifts, and what a limit cycle can amount to is the last bit of an output.
 *
 * hargen chooses the bits behind the point such that no sequence of counts overflows
 * (hargen/preprocessing/integers.py), so that nothing saturates either.
 */
#ifndef HG_SECTIONS_S32_H
#define HG_SECTIONS_S32_H

#include "hg_common.h"
#include "hg_initial.h"
#include "hg_product_s32.h"

/* As hg_section_f32_t; all have hg_sections_s32_t.bits bits behind the point. */
typedef struct {
  int32_t b[3];
  int32_t minus_a[2]; /* so that every product is added: SMLAL */
  int32_t settled[2];
} hg_section_s32_t;

/* As many bits behind the point as coefficients and values have together. s[0] is ahead by half a
 * bit of a value for good: cutting an output off rounds it. */
typedef struct {
  int64_t s[2];
} hg_section_state_s32_t;

typedef struct {
  int32_t axes;
  int32_t sections;
  hg_initial_t initial;
  int32_t one;  /* 1 in the network's unit, as a value */
  int32_t bits; /* of coefficients behind the point, at least 1 */
} hg_sections_s32_t;

/* Sets the states (sections, axes) before the first sample. */
HG_INLINE void hg_sections_start_s32(const hg_sections_s32_t *p, const hg_section_s32_t *section,
                                     const int32_t *first, hg_section_state_s32_t *state) {
  const int64_t half = (int64_t)1 << (p->bits - 1);
  for (int32_t s = 0; s < p->sections; ++s, ++section) {
    for (int32_t axis = 0; axis < p->axes; ++axis, ++state) {
      const int32_t x = first[axis];
      const int32_t history = p->initial == HG_INITIAL_ZERO                       ? 0
                              : p->initial == HG_INITIAL_SETTLED_OR_ONE && x == 0 ? p->one
                                                                                  : x;
      state->s[0] = (int64_t)section->settled[0] * history + half;
      state->s[1] = (int64_t)section->settled[1] * history;
    }
  }
}

/* One sample of one axis through one section. */
HG_INLINE int32_t hg_section_s32(const hg_section_s32_t *p, int32_t bits, int32_t x,
                                 hg_section_state_s32_t *state) {
  const int64_t s0 = state->s[0];
  const int64_t s1 = state->s[1];
  const int32_t y = (int32_t)((s0 + hg_product_s32(p->b[0], x)) >> bits);
  state->s[0] = s0 + s1 + hg_product_s32(p->b[1], x) + hg_product_s32(p->minus_a[0], y);
  state->s[1] = s1 + hg_product_s32(p->b[2], x) + hg_product_s32(p->minus_a[1], y);
  return y;
}

/* One sample of all axes; output may be input. */
HG_INLINE void hg_sections_s32(const hg_sections_s32_t *p, const hg_section_s32_t *section,
                               const int32_t *input, hg_section_state_s32_t *state,
                               int32_t *output) {
  int32_t x = input[0];
  int32_t y = p->axes > 1 ? input[1] : 0;
  int32_t z = p->axes > 2 ? input[2] : 0;
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC unroll 4 /* coefficients become constants, and those that are 0 cost nothing */
#endif
  for (int32_t s = 0; s < p->sections; ++s, ++section, state += p->axes) {
    x = hg_section_s32(section, p->bits, x, state);
    if (p->axes > 1) {
      y = hg_section_s32(section, p->bits, y, state + 1);
    }
    if (p->axes > 2) {
      z = hg_section_s32(section, p->bits, z, state + 2);
    }
  }
  output[0] = x;
  if (p->axes > 1) {
    output[1] = y;
  }
  if (p->axes > 2) {
    output[2] = z;
  }
}

#endif
