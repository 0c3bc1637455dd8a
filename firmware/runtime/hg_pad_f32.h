/* A float32 tensor of four dimensions with zeros around it. */
#ifndef HG_PAD_F32_H
#define HG_PAD_F32_H

#include "hg_common.h"

typedef struct {
  int32_t input[4]; /* shape */
  int32_t before[4];
  int32_t after[4];
} hg_pad_f32_t;

HG_INLINE void hg_pad_f32(const hg_pad_f32_t *p, const float *input, float *output) {
  for (int32_t n = -p->before[0]; n < p->input[0] + p->after[0]; ++n) {
    for (int32_t y = -p->before[1]; y < p->input[1] + p->after[1]; ++y) {
      for (int32_t x = -p->before[2]; x < p->input[2] + p->after[2]; ++x) {
        const int32_t inside =
            n >= 0 && n < p->input[0] && y >= 0 && y < p->input[1] && x >= 0 && x < p->input[2];
        for (int32_t c = -p->before[3]; c < p->input[3] + p->after[3]; ++c) {
          *output++ = inside && c >= 0 && c < p->input[3] ? *input++ : 0.0f;
        }
      }
    }
  }
}

#endif
