/* Fully connected layer on an int8 vector, by groups of three pairs of outputs: see hg_dual_s16.h.
 *
 * The vector is widened once for all groups, and filled up to fours with zeros; the second and the
 * third value of each four change places. start: what the sums of each pair begin with, the first
 * output's bias and 256 times the second one's added to it; the input's zero point is in them.
 */
#ifndef HG_FULLY_CONNECTED_GROUPS_S8_H
#define HG_FULLY_CONNECTED_GROUPS_S8_H

#include "hg_dual_outputs_s8.h"
#include "hg_dual_s16.h"

#define HG_GROUPS_QUADS 64 /* of inputs, at most */
#define HG_GROUPS_PAIRS 32 /* of outputs, at most */

typedef struct {
  int32_t input_size;
  hg_dual_outputs_s8_t outputs;
} hg_fully_connected_groups_s8_t;

/* Returns the quads. */
HG_INLINE int32_t hg_fully_connected_groups_s8_widen(const int8_t *input, int32_t size,
                                                     uint64_t *quads) {
  const int32_t whole = size / 4;
  const int32_t left = size % 4;
  HG_UNROLL(4)
  for (int32_t i = 0; i < whole; ++i) {
    quads[i] = hg_widen(hg_load_bytes(input + 4 * i));
  }
  if (left > 0) {
    uint32_t word = 0;
    for (int32_t i = left - 1; i >= 0; --i) {
      word = word << 8 | (uint8_t)input[4 * whole + i];
    }
    quads[whole] = hg_widen(word);
  }
  return whole + (left > 0);
}

/* multiplier: one an output; null where all have the same. */
HG_INLINE void hg_fully_connected_groups_s8(const hg_fully_connected_groups_s8_t *p,
                                            const int8_t *input, const uint64_t *weights,
                                            const int32_t *start, const int32_t *multiplier,
                                            int8_t *output) {
  uint64_t x[HG_GROUPS_QUADS];
  int32_t sums[2 * HG_GROUPS_PAIRS];
  const int32_t quads = hg_fully_connected_groups_s8_widen(input, p->input_size, x);
  hg_dual_s16_add(x, quads, weights, (p->outputs.size + 1) / 2, start, sums);
  hg_dual_outputs_s8(&p->outputs, sums, multiplier, output);
}

#endif
