/* Up to four float32 tensors side by side: (outer, size) each, to (outer, sum of sizes). */
#ifndef HG_CONCATENATION_F32_H
#define HG_CONCATENATION_F32_H

#include "hg_common.h"

typedef struct {
  int32_t outer;
  int32_t sizes[4]; /* 0 where there is no such input */
} hg_concatenation_f32_t;

HG_INLINE float *hg_concatenation_f32_part(const float *input, int32_t size, int32_t slice,
                                           float *output) {
  for (int32_t i = 0; i < size; ++i) {
    *output++ = input[slice * size + i];
  }
  return output;
}

HG_INLINE void hg_concatenation_f32(const hg_concatenation_f32_t *p, const float *first,
                                    const float *second, const float *third, const float *fourth,
                                    float *output) {
  for (int32_t slice = 0; slice < p->outer; ++slice) {
    output = hg_concatenation_f32_part(first, p->sizes[0], slice, output);
    output = hg_concatenation_f32_part(second, p->sizes[1], slice, output);
    output = hg_concatenation_f32_part(third, p->sizes[2], slice, output);
    output = hg_concatenation_f32_part(fourth, p->sizes[3], slice, output);
  }
}

#endif
