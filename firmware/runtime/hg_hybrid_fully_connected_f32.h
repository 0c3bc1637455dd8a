/* Fully connected layer, float32 at both ends: int8 weights, and inputs rounded to 16 bits. */
#ifndef HG_HYBRID_FULLY_CONNECTED_F32_H
#define HG_HYBRID_FULLY_CONNECTED_F32_H

#include "hg_steps_f32.h"

#define HG_HYBRID_LANES 6 /* outputs side by side: an input is rounded once for all of them */
/* Only arrays with constant indices stay in registers, and these six sums do. */
#define HG_HYBRID_UNROLL _Pragma("GCC unroll 6")

typedef struct {
  int32_t input_size;
  int32_t output_size;
  float steps_in_one; /* of the inputs: round(x steps_in_one) is what is multiplied */
  float limit;        /* of an input in steps, 32767 at most; 32 bits then hold every sum */
} hg_hybrid_fully_connected_f32_t;

/* Outputs first to first + lanes; weights of each input follow each other. */
HG_INLINE const int8_t *hg_hybrid_block(const hg_hybrid_fully_connected_f32_t *p,
                                        const float *input, const int8_t *weights,
                                        const float *scales, const float *offsets, int32_t first,
                                        int32_t lanes, float *output) {
  int32_t sums[HG_HYBRID_LANES] = {0};
  for (int32_t i = 0; i < p->input_size; ++i) {
    const int32_t steps = hg_to_steps(input[i], p->steps_in_one, p->limit);
    HG_HYBRID_UNROLL
    for (int32_t lane = 0; lane < lanes; ++lane) {
      sums[lane] += steps * *weights++;
    }
  }
  HG_HYBRID_UNROLL
  for (int32_t lane = 0; lane < lanes; ++lane) {
    const int32_t o = first + lane;
    output[o] = __builtin_fmaf((float)sums[lane], scales[o], offsets[o]);
  }
  return weights;
}

/* output = sum * scale + offset, rounded once. weights: blocks of HG_HYBRID_LANES
 * outputs, each with the outputs innermost; the last block has as many as are left. */
HG_INLINE void hg_hybrid_fully_connected_f32(const hg_hybrid_fully_connected_f32_t *p,
                                             const float *input, const int8_t *weights,
                                             const float *scales, const float *offsets,
                                             float *output) {
  const int32_t whole = p->output_size / HG_HYBRID_LANES * HG_HYBRID_LANES;
  for (int32_t first = 0; first < whole; first += HG_HYBRID_LANES) {
    weights = hg_hybrid_block(p, input, weights, scales, offsets, first, HG_HYBRID_LANES, output);
  }
  if (whole < p->output_size) {
    (void)hg_hybrid_block(p, input, weights, scales, offsets, whole, p->output_size - whole,
                          output);
  }
}

#endif
