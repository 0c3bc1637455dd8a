/* Squared distances of float32 vectors to up to four others, side by side in registers.
 *
 * The others lie as in a tile (hg_tile_f32.h): (value, lane). Every distance takes the values in
 * order, whoever computes it: the C here and the assembly of hg_distance_vfp.h give the same bits.
 */
#ifndef HG_DISTANCE_F32_H
#define HG_DISTANCE_F32_H

#include "hg_math_f32.h"

#if defined(__ARM_FEATURE_FMA) && defined(__thumb2__)
#include "hg_distance_vfp.h"
#define HG_DISTANCE_ASSEMBLY 1
#else
#define HG_DISTANCE_ASSEMBLY 0
#endif

HG_INLINE float hg_add_square_f32(float a, float b, float sum) {
  const float difference = a - b;
  return hg_fma_f32(difference, difference, sum);
}

/* sums += the squared differences of so many values. */
HG_INLINE void hg_add_distances_f32(const float *x, const float *others, int32_t size,
                                    int32_t lanes, float sums[HG_LANES]) {
#if HG_DISTANCE_ASSEMBLY
  if (lanes == HG_LANES) {
    hg_add_distances_vfp(x, others, size, sums);
    return;
  }
#endif
  for (int32_t i = 0; i < size; ++i) {
    sums[0] = hg_add_square_f32(x[i], others[0], sums[0]);
    if (lanes > 1) {
      sums[1] = hg_add_square_f32(x[i], others[1], sums[1]);
    }
    if (lanes > 2) {
      sums[2] = hg_add_square_f32(x[i], others[2], sums[2]);
    }
    if (lanes > 3) {
      sums[3] = hg_add_square_f32(x[i], others[3], sums[3]);
    }
    others += lanes;
  }
}

#endif
