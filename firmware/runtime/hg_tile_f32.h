/* Sums of products of float32 for up to three positions and four lanes, side by side in registers.
 *
 * A lane is an output channel, an output, or a support vector; a position is where the input is
 * read. Each sum begins with its start and takes the taps in order, whoever computes it: the C here
 * and the assembly of hg_tile_vfp.h give the same bits.
 */
#ifndef HG_TILE_F32_H
#define HG_TILE_F32_H

#include "hg_math_f32.h"

#define HG_POSITIONS 3

/* The taps as runs of values that follow each other: the weights of one run follow those of the
 * one before, but for weights_step. Steps are in values, and from the end of a run. */
typedef struct {
  int32_t rows; /* runs, at least one */
  int32_t run;  /* values in each */
  int32_t input_step;
  int32_t weights_step;
} hg_runs_t;

/* One run. */
HG_INLINE hg_runs_t hg_one_run(int32_t size) {
  const hg_runs_t runs = {1, size, 0, 0};
  return runs;
}

#if defined(__ARM_FEATURE_FMA) && defined(__thumb2__)
#include "hg_tile_vfp.h"
#define HG_TILE_ASSEMBLY 1
#else
#define HG_TILE_ASSEMBLY 0
#endif

HG_INLINE void hg_start_tile_f32(int32_t count, const float *start, int32_t lanes,
                                 float sums[HG_POSITIONS][HG_LANES]) {
  hg_start_lanes_f32(lanes, start, sums[0]);
  if (count > 1) {
    hg_start_lanes_f32(lanes, start, sums[1]);
  }
  if (count > 2) {
    hg_start_lanes_f32(lanes, start, sums[2]);
  }
}

HG_INLINE void hg_add_tile_f32(hg_runs_t runs, const float *const x[HG_POSITIONS], int32_t count,
                               const float *weights, int32_t lanes,
                               float sums[HG_POSITIONS][HG_LANES]) {
  int32_t first = 0;
  for (int32_t row = 0; row < runs.rows; ++row) {
    for (int32_t i = first; i < first + runs.run; ++i) {
      hg_fma_lanes_f32(lanes, x[0][i], weights, sums[0]);
      if (count > 1) {
        hg_fma_lanes_f32(lanes, x[1][i], weights, sums[1]);
      }
      if (count > 2) {
        hg_fma_lanes_f32(lanes, x[2][i], weights, sums[2]);
      }
      weights += lanes;
    }
    first += runs.run + runs.input_step;
    weights += runs.weights_step;
  }
}

/* sums[position][lane] of some lanes at `count` positions, which begin at x[]. weights: (tap,
 * lane). start may be null. */
HG_INLINE void hg_tile_f32(hg_runs_t runs, const float *const x[HG_POSITIONS], int32_t count,
                           const float *weights, const float *start, int32_t lanes,
                           float sums[HG_POSITIONS][HG_LANES]) {
#if HG_TILE_ASSEMBLY
  if (lanes == HG_LANES) {
    hg_tile_vfp(runs, x, count, weights, start, sums);
    return;
  }
#endif
  hg_start_tile_f32(count, start, lanes, sums);
  hg_add_tile_f32(runs, x, count, weights, lanes, sums);
}

#endif
