/* Up to four int8 tensors side by side: (outer, size) each, to (outer, sum of sizes). */
#ifndef HG_CONCATENATION_S8_H
#define HG_CONCATENATION_S8_H

#include "hg_common.h"

typedef struct {
  int32_t outer;
  int32_t sizes[4]; /* 0 where there is no such input */
} hg_concatenation_s8_t;

HG_INLINE int8_t *hg_concatenation_s8_part(const int8_t *input, int32_t size, int32_t slice,
                                           int8_t *output) {
  for (int32_t i = 0; i < size; ++i) {
    *output++ = input[slice * size + i];
  }
  return output;
}

HG_INLINE void hg_concatenation_s8(const hg_concatenation_s8_t *p, const int8_t *first,
                                   const int8_t *second, const int8_t *third, const int8_t *fourth,
                                   int8_t *output) {
  for (int32_t slice = 0; slice < p->outer; ++slice) {
    output = hg_concatenation_s8_part(first, p->sizes[0], slice, output);
    output = hg_concatenation_s8_part(second, p->sizes[1], slice, output);
    output = hg_concatenation_s8_part(third, p->sizes[2], slice, output);
    output = hg_concatenation_s8_part(fourth, p->sizes[3], slice, output);
  }
}

#endif
