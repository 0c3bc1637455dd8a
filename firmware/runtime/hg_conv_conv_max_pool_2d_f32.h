/* Two convolutions and the maximum pool behind them, one column after the other: what is between
 * them is stored for one column only.
 *
 * scratch: the column between the two, with the gathered column of the input behind its beginning:
 * a value of that one is overwritten when no position that reads it is left.
 */
#ifndef HG_CONV_CONV_MAX_POOL_2D_F32_H
#define HG_CONV_CONV_MAX_POOL_2D_F32_H

#include "hg_columns_f32.h"
#include "hg_conv_max_pool_2d_f32.h"

typedef struct {
  hg_conv_2d_f32_t first; /* both of one column */
  hg_conv_max_pool_2d_f32_t second;
  int32_t columns;
  int32_t pooled_columns; /* as many, or one where the pool spans them all */
  int32_t gathered;       /* where in the scratch the input's column begins */
} hg_conv_conv_max_pool_2d_f32_t;

HG_INLINE void hg_conv_conv_max_pool_2d_f32(const hg_conv_conv_max_pool_2d_f32_t *p,
                                            const float *input, const float *first_weights,
                                            const float *first_bias, const float *second_weights,
                                            const float *second_bias, float *scratch,
                                            float *output) {
  const hg_conv_2d_f32_t *first = &p->first;
  const hg_conv_max_pool_2d_f32_t *second = &p->second;
  const int32_t across = p->pooled_columns > 1;
  float *column = scratch + p->gathered;
  for (int32_t x = 0; x < p->columns; ++x) {
    hg_gather_column_f32(first->input_height, p->columns, first->input_channels, input, x, column);
    hg_conv_2d_f32(first, column, first_weights, first_bias, scratch);
    for (int32_t y = 0; y < second->pooled_height; ++y) {
      const int32_t n = across ? y * p->columns + x : y;
      hg_conv_max_pool_2d_f32_value(second, scratch, y * second->pool_stride_height, 0,
                                    second_weights, second_bias, !across && x > 0,
                                    output + n * second->conv.output_channels);
    }
  }
}

#endif
