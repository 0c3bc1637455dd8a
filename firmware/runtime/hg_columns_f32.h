/* Convolutions whose kernels are one column wide, one column of the image after the other.
 *
 * A column's values follow each other once they are gathered, so that a kernel lies over one run;
 * and what is between two layers is only as large as a column.
 */
#ifndef HG_COLUMNS_F32_H
#define HG_COLUMNS_F32_H

#include "hg_math_f32.h"

/* One column of an image (height, width, channels). */
HG_INLINE void hg_gather_column_f32(int32_t height, int32_t width, int32_t channels,
                                    const float *input, int32_t column, float *output) {
  input += column * channels;
  HG_UNROLL(8)
  for (int32_t y = 0; y < height; ++y) {
    for (int32_t c = 0; c < channels; ++c) {
      output[y * channels + c] = input[y * width * channels + c];
    }
  }
}

#endif
