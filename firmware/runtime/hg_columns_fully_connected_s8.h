/* A convolution, with the maximum pool behind it, and a fully connected layer over all of its
 * output, column by column: no more than a column of what is between them is stored.
 *
 * The convolution's kernels and pool are one column wide; its input and constants are as
 * hg_conv_2d_kronecker_s8.h has them. The fully connected layer's weights are those of the first
 * column, as hg_fully_connected_dual_s8.h has them, then those of the second one and so on.
 * multiplier and shift: of each of its outputs; null where all have the same.
 * scratch: one column, for what the convolution gives.
 */
#ifndef HG_COLUMNS_FULLY_CONNECTED_S8_H
#define HG_COLUMNS_FULLY_CONNECTED_S8_H

#include "hg_conv_2d_kronecker_s8.h"
#include "hg_fully_connected_dual_s8.h"

#define HG_COLUMNS_PAIRS 16 /* of outputs, at most */

typedef struct {
  hg_conv_2d_kronecker_s8_t first; /* gives one column */
  hg_fully_connected_s8_t second;  /* its input_size is that of a column, a multiple of four */
  int32_t columns;
} hg_columns_fully_connected_s8_t;

HG_INLINE void hg_columns_fully_connected_s8(const hg_columns_fully_connected_s8_t *p,
                                             const int8_t *input, const int32_t *first_weights,
                                             const int32_t *scales, const uint64_t *second_weights,
                                             const int32_t *bias, const int32_t *multiplier,
                                             const int8_t *shift, int8_t *scratch, int8_t *output) {
  const int32_t pairs = (p->second.output_size + 1) / 2;
  hg_dual_t sums[HG_COLUMNS_PAIRS];
  for (int32_t i = 0; i < pairs; ++i) {
    const hg_dual_t zero = {0, 0};
    sums[i] = zero;
  }
  for (int32_t x = 0; x < p->columns; ++x) {
    hg_conv_2d_kronecker_s8(&p->first, input + x * p->first.kronecker.conv.input_channels,
                            first_weights, scales, scratch);
    hg_fully_connected_dual_s8_add(&p->second, scratch,
                                   second_weights + x * pairs * (p->second.input_size / 4), sums);
  }
  for (int32_t i = 0; i < pairs; ++i) {
    hg_fully_connected_dual_s8_output(&p->second, i, sums[i], bias, multiplier, shift, output);
  }
}

#endif
