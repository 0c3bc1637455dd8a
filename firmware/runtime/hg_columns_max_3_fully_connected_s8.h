/* A convolution with the maximum of every three rows behind it, as hg_max_3_s8.h has them, and a
 * fully connected layer over all of its output, column by column and some channels at a time: no
 * more of what is between them is stored.
 *
 * The fully connected layer's weights are in the order in which they are needed: columns, passes
 * over some channels, then groups of three pairs of outputs as hg_dual_s16.h has them. start: what
 * their sums begin with, as hg_fully_connected_groups_s8.h has it. multiplier: one an output; null
 * where all have the same.
 * scratch: what a pass gives, 16 bits a value, aligned to words.
 */
#ifndef HG_COLUMNS_MAX_3_FULLY_CONNECTED_S8_H
#define HG_COLUMNS_MAX_3_FULLY_CONNECTED_S8_H

#include "hg_dual_outputs_s8.h"
#include "hg_dual_s16.h"
#include "hg_max_3_s8.h"

#define HG_COLUMNS_MAX_3_PAIRS 16 /* of outputs, at most */

typedef struct {
  hg_max_3_s8_t first;
  hg_dual_outputs_s8_t second;
  int32_t columns;
  int32_t passes; /* over a column */
} hg_columns_max_3_fully_connected_s8_t;

HG_INLINE void hg_columns_max_3_fully_connected_s8(const hg_columns_max_3_fully_connected_s8_t *p,
                                                   const int8_t *input, const int32_t *table,
                                                   const uint64_t *weights, const int32_t *start,
                                                   const int32_t *multiplier, int8_t *scratch,
                                                   int8_t *output) {
  const int32_t quads = p->first.channels * p->first.windows / 4;
  const int32_t pairs = (p->second.size + 1) / 2;
  int16_t *between = (int16_t *)(void *)scratch;
  int32_t strip[HG_MAX_3_WORDS];
  int32_t sums[2 * HG_COLUMNS_MAX_3_PAIRS];
  for (int32_t x = 0; x < p->columns; ++x) {
    hg_max_3_fill(&p->first, input + x, strip);
    const int32_t *entry = table;
    int32_t pass = p->passes;
    HG_OPAQUE(pass); /* or a compiler may write the loop out, with all that is in it */
    do {
      entry = hg_max_3_channels(&p->first, strip, entry, between);
      weights = hg_dual_s16_add(between, quads, weights, pairs, start, sums);
      start = sums;
    } while (--pass > 0);
  }
  hg_dual_outputs_s8(&p->second, sums, multiplier, output);
}

#endif
