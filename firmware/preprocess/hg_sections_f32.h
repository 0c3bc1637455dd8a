/* A recursive filter as sections of second order, one after the other, on several axes.
 *
 * In delta form (Middleton and Goodwin, "Improved finite word length characteristics in digital
 * control using delta operators", IEEE TAC 31, 1986): transposed direct form II in powers of z - 1
 * instead of z. Near the cutoffs of motion, 0.2 to 0.4 Hz of 26, poles and zeros lie close to 1;
 * what tells them from it is small, and keeps all its digits here, while 1.96 and 0.96 leave it
 * two. The large state only integrates small steps, and what its rounding adds does not pile up.
 * One section of fourth order errs by 0.2 m/s2, plain sections of second order by 3e-4, these by
 * some 1e-6.
 */
#ifndef HG_SECTIONS_F32_H
#define HG_SECTIONS_F32_H

#include "hg_initial.h"
#include "hg_math_f32.h"

/* H = (b[0] D^2 + b[1] D + b[2]) / (D^2 + a[0] D + a[1]) with D = z - 1:
 * y = b[0] x + s[0]; s[0] += b[1] x - a[0] y + s[1]; s[1] += b[2] x - a[1] y. */
typedef struct {
  float b[3];
  float a[2];
  float settled[2]; /* s after an endless input of 1 into the filter */
} hg_section_f32_t;

typedef struct {
  float s[2];
} hg_section_state_f32_t;

typedef struct {
  int32_t axes;
  int32_t sections;
  hg_initial_t initial;
} hg_sections_f32_t;

/* Sets the states (sections, axes) before the first sample. */
HG_INLINE void hg_sections_start_f32(const hg_sections_f32_t *p, const hg_section_f32_t *section,
                                     const float *first, hg_section_state_f32_t *state) {
  for (int32_t s = 0; s < p->sections; ++s, ++section) {
    for (int32_t axis = 0; axis < p->axes; ++axis, ++state) {
      const float x = first[axis];
      const float history = p->initial == HG_INITIAL_ZERO                          ? 0.0f
                            : p->initial == HG_INITIAL_SETTLED_OR_ONE && x == 0.0f ? 1.0f
                                                                                   : x;
      state->s[0] = section->settled[0] * history;
      state->s[1] = section->settled[1] * history;
    }
  }
}

/* One sample of one axis through one section. */
HG_INLINE float hg_section_f32(hg_section_f32_t p, float x, hg_section_state_f32_t *state) {
  const float y = hg_fma_f32(p.b[0], x, state->s[0]);
  state->s[0] += hg_fma_f32(p.b[1], x, hg_fma_f32(-p.a[0], y, state->s[1]));
  state->s[1] = hg_fma_f32(p.b[2], x, hg_fma_f32(-p.a[1], y, state->s[1]));
  return y;
}

/* One sample of all axes; output may be input. Each axis is named, because compilers keep only
 * arrays with constant indices in registers. */
HG_INLINE void hg_sections_f32(const hg_sections_f32_t *p, const hg_section_f32_t *section,
                               const float *input, hg_section_state_f32_t *state, float *output) {
  float x = input[0];
  float y = p->axes > 1 ? input[1] : 0.0f;
  float z = p->axes > 2 ? input[2] : 0.0f;
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC unroll 4 /* a loop of two costs a tenth of what it does */
#endif
  for (int32_t s = 0; s < p->sections; ++s, ++section, state += p->axes) {
    x = hg_section_f32(*section, x, state);
    if (p->axes > 1) {
      y = hg_section_f32(*section, y, state + 1);
    }
    if (p->axes > 2) {
      z = hg_section_f32(*section, z, state + 2);
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
