/* Notes what each step of the preprocessing gives, in generated C that knows nothing of it.
 *
 * Put in front of every source (-include) of hg_trace: from here on the names of the kernels are
 * macros that call the kernel and then note what it left. A macro's own name within it is not
 * expanded again, so that the kernel is the one of the header above.
 */
#ifndef HG_STEPS_H
#define HG_STEPS_H

#include "hg_counts_f32.h"
#include "hg_counts_s32.h"
#include "hg_gravity_f32.h"
#include "hg_gravity_s32.h"
#include "hg_normalize_f32.h"
#include "hg_sections_f32.h"
#include "hg_sections_s32.h"

typedef enum {
  HG_STEP_UNIT,
  HG_STEP_FILTER,
  HG_STEP_ROTATION,
  HG_STEP_NORMALIZATION,
  HG_STEPS,
} hg_step_t;

/* Implemented by hg_trace.c: a sample of so many axes has come out of a step, float or int32_t. */
void hg_step_note(hg_step_t step, int32_t axes, const void *sample);

#define hg_counts_f32(p, counts, output) \
  (hg_counts_f32((p), (counts), (output)), hg_step_note(HG_STEP_UNIT, (p)->axes, (output)))

#define hg_sections_f32(p, section, input, state, output)       \
  (hg_sections_f32((p), (section), (input), (state), (output)), \
   hg_step_note(HG_STEP_FILTER, (p)->axes, (output)))

#define hg_rotate_gravity_f32(sample, dynamic, output)   \
  (hg_rotate_gravity_f32((sample), (dynamic), (output)), \
   hg_step_note(HG_STEP_ROTATION, HG_SENSOR_AXES, (output)))

#define hg_normalize_f32(axes, mean, std, sample)     \
  (hg_normalize_f32((axes), (mean), (std), (sample)), \
   hg_step_note(HG_STEP_NORMALIZATION, (axes), (sample)))

/* In integers, where a fixed normalization is no step of its own. */

#define hg_counts_s32(p, counts, output) \
  (hg_counts_s32((p), (counts), (output)), hg_step_note(HG_STEP_UNIT, (p)->axes, (output)))

#define hg_sections_s32(p, section, input, state, output)       \
  (hg_sections_s32((p), (section), (input), (state), (output)), \
   hg_step_note(HG_STEP_FILTER, (p)->axes, (output)))

#define hg_rotate_gravity_s32(sample, dynamic, output)   \
  (hg_rotate_gravity_s32((sample), (dynamic), (output)), \
   hg_step_note(HG_STEP_ROTATION, HG_SENSOR_AXES, (output)))

#endif
