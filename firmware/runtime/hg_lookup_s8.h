/* A function of one int8 value, by a table of its 256 outputs, from input -128 on. */
#ifndef HG_LOOKUP_S8_H
#define HG_LOOKUP_S8_H

#include "hg_common.h"

typedef struct {
  int32_t size;
} hg_lookup_s8_t;

HG_INLINE void hg_lookup_s8(const hg_lookup_s8_t *p, const int8_t *input, const int8_t *outputs,
                            int8_t *output) {
#ifndef __OPTIMIZE_SIZE__
  HG_UNROLL(4)
#endif
  for (int32_t i = 0; i < p->size; ++i) {
    output[i] = outputs[input[i] - INT8_MIN];
  }
}

#endif
