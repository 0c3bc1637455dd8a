/* A convolution and, over its output, a second one with the maximum over all rows and columns,
 * column by column: no more than a column of what is between them is stored.
 *
 * Both have kernels one column wide; input and constants are as hg_conv_2d_kronecker_s8.h has them.
 * scratch: one column, for what the first one gives.
 */
#ifndef HG_COLUMNS_MAX_S8_H
#define HG_COLUMNS_MAX_S8_H

#include "hg_conv_2d_kronecker_s8.h"

typedef struct {
  hg_conv_2d_kronecker_s8_t first; /* gives one column */
  hg_conv_2d_kronecker_s8_t second;
  int32_t columns;
} hg_columns_max_s8_t;

HG_INLINE void hg_columns_max_s8(const hg_columns_max_s8_t *p, const int8_t *input,
                                 const int32_t *first_weights, const int32_t *first_scales,
                                 const int32_t *second_weights, const int32_t *second_scales,
                                 int8_t *scratch, int8_t *output) {
  for (int32_t x = 0; x < p->columns; ++x) {
    hg_conv_2d_kronecker_s8(&p->first, input + x * p->first.kronecker.conv.input_channels,
                            first_weights, first_scales, scratch);
    hg_kronecker_column(&p->second, scratch, 0, x == 0, second_weights, second_scales, output);
  }
}

#endif
