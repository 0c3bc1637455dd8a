/* Maximum and mean of int8 tensors (outer, reduced, inner), four values of the innermost axis at a
 * time: hg_reduce_s8.h is for any number of them. */
#ifndef HG_REDUCE_BYTES_S8_H
#define HG_REDUCE_BYTES_S8_H

#include "hg_bytes_s8.h"
#include "hg_line_s8.h"
#include "hg_reduce_s8.h"

typedef struct {
  int32_t outer;
  int32_t reduced; /* HG_BYTES_SUMMED at most */
  int32_t inner;   /* a multiple of 4 */
  hg_line_s8_t line;
  int32_t factor; /* of the sum */
  int32_t bias;   /* of the sum times the factor */
  int32_t scale[3];
} hg_mean_bytes_s8_t;

/* p->inner is a multiple of 4. */
HG_INLINE void hg_reduce_max_bytes_s8(const hg_reduce_max_s8_t *p, const int8_t *input,
                                      int8_t *output) {
  for (int32_t o = 0; o < p->outer; ++o, input += p->reduced * p->inner) {
    for (int32_t i = 0; i < p->inner; i += 4, output += 4) {
      hg_store_bytes(output, hg_max_rows(input + i, p->reduced, p->inner));
    }
  }
}

HG_INLINE void hg_mean_bytes_s8(const hg_mean_bytes_s8_t *p, const int8_t *input, int8_t *output) {
  for (int32_t o = 0; o < p->outer; ++o, input += p->reduced * p->inner) {
    for (int32_t i = 0; i < p->inner; i += 4, output += 4) {
      const hg_byte_sums_t zero = {0, 0};
      const hg_byte_sums_t sums = hg_sum_rows(input + i, p->reduced, p->inner, zero);
      int32_t values[4];
      HG_UNROLL(4)
      for (int32_t j = 0; j < 4; ++j) {
        const int32_t sum = p->factor * hg_byte_sum(sums, j) + p->bias;
        values[j] = hg_line_value(&p->line, sum, p->scale);
      }
      hg_store_bytes(output, hg_pack_bytes(values[0], values[1], values[2], values[3]));
    }
  }
}

#endif
