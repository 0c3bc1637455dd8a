/* Fully connected layer, float32 at both ends, as hg_hybrid_fully_connected_f32.h has it: the same
 * bits by fewer instructions, as inputs are rounded once.
 *
 * A word of weights has those of two outputs for two inputs: in each half the second output's as
 * the upper byte, the first one's, raised by 128, as the lower one. So one instruction adds the
 * products of both outputs, in 64 bits, and another one those of the first alone.
 */
#ifndef HG_HYBRID_DUAL_F32_H
#define HG_HYBRID_DUAL_F32_H

#include "hg_hybrid_fully_connected_f32.h"
#if defined(__thumb2__) && defined(__ARM_FEATURE_DSP) && (__ARM_FEATURE_DSP == 1) && \
    defined(__OPTIMIZE__)
#include "hg_hybrid_dual_thumb2.h"
#define HG_HYBRID_DUAL_ASSEMBLY 1
#define HG_HYBRID_DUAL_ROOM(x, inputs) uint32_t x[(inputs) / 2]
#else
#define HG_HYBRID_DUAL_ASSEMBLY 0
#define HG_HYBRID_DUAL_ROOM(x, inputs) int16_t x[inputs]
#endif

#define HG_HYBRID_DUAL_RAISED 128
/* Inputs are kept on the stack, in 16 bits each; 32 bits hold their sum with raised weights. */
#define HG_HYBRID_DUAL_MAX_INPUTS 256

/* raised: what the sums of even outputs are too large. */
HG_INLINE void hg_hybrid_dual_outputs(const int32_t *sums, int32_t raised, const float *scales,
                                      const float *offsets, int32_t first, int32_t lanes,
                                      float *output) {
  HG_HYBRID_UNROLL
  for (int32_t lane = 0; lane < lanes; ++lane) {
    const int32_t o = first + lane;
    const int32_t sum = lane % 2 == 0 ? sums[lane] - raised : sums[lane];
    output[o] = __builtin_fmaf((float)sum, scales[o], offsets[o]);
  }
}

#if HG_HYBRID_DUAL_ASSEMBLY
/* x: room for the inputs. Two outputs at a time. */
HG_INLINE void hg_hybrid_dual_in(const hg_hybrid_fully_connected_f32_t *p, const float *input,
                                 const uint32_t *weights, const float *scales, const float *offsets,
                                 uint32_t *x, float *output) {
  const int32_t words = (p->input_size + 1) / 2;
  const int32_t sum = hg_words_of_steps(input, p->input_size, p->steps_in_one, p->limit, x);
  for (int32_t first = 0; first < p->output_size; first += 2) {
    int32_t sums[2];
    weights = hg_hybrid_dual_thumb2(x, weights, words, sums);
    hg_hybrid_dual_outputs(sums, HG_HYBRID_DUAL_RAISED * sum, scales, offsets, first,
                           hg_min_s32(2, p->output_size - first), output);
  }
}
#else
/* Outputs first to first + lanes. Inputs are rounded for the first ones and kept for the others. */
HG_INLINE void hg_hybrid_dual_block(const hg_hybrid_fully_connected_f32_t *p, const float *input,
                                    const uint32_t *weights, const float *scales,
                                    const float *offsets, int32_t first, int32_t lanes, int16_t *x,
                                    float *output) {
  const int32_t words = (p->input_size + 1) / 2;
  const uint32_t *of_block = weights + first / 2 * words;
  int32_t sums[HG_HYBRID_LANES] = {0};
  int32_t sum = 0;
  for (int32_t i = 0; i < p->input_size; ++i) {
    const int32_t steps = first == 0 ? hg_to_steps(input[i], p->steps_in_one, p->limit) : x[i];
    if (first == 0 && p->output_size > lanes) {
      x[i] = (int16_t)steps;
    }
    sum += steps;
    HG_HYBRID_UNROLL
    for (int32_t lane = 0; lane < lanes; ++lane) {
      const uint8_t *w = (const uint8_t *)of_block + lane / 2 * words * 4 + 2 * i;
      sums[lane] += steps * (lane % 2 == 0 ? w[0] : (int8_t)w[1]);
    }
  }
  hg_hybrid_dual_outputs(sums, HG_HYBRID_DUAL_RAISED * sum, scales, offsets, first, lanes, output);
}

/* x: room for the inputs. */
HG_INLINE void hg_hybrid_dual_in(const hg_hybrid_fully_connected_f32_t *p, const float *input,
                                 const uint32_t *weights, const float *scales, const float *offsets,
                                 int16_t *x, float *output) {
  const int32_t whole = p->output_size / HG_HYBRID_LANES * HG_HYBRID_LANES;
  int32_t first = hg_min_s32(p->output_size, HG_HYBRID_LANES);
  hg_hybrid_dual_block(p, input, weights, scales, offsets, 0, first, x, output);
  for (; first < whole; first += HG_HYBRID_LANES) {
    hg_hybrid_dual_block(p, input, weights, scales, offsets, first, HG_HYBRID_LANES, x, output);
  }
  if (first < p->output_size) {
    hg_hybrid_dual_block(p, input, weights, scales, offsets, whole, p->output_size - whole, x,
                         output);
  }
}
#endif

/* output = sum * scale + offset, rounded once. weights: by pair of outputs, two inputs a word. */
HG_INLINE void hg_hybrid_dual_f32(const hg_hybrid_fully_connected_f32_t *p, const float *input,
                                  const uint32_t *weights, const float *scales,
                                  const float *offsets, float *output) {
  if (p->input_size <= 80) {
    HG_HYBRID_DUAL_ROOM(x, 80);
    hg_hybrid_dual_in(p, input, weights, scales, offsets, x, output);
  } else {
    HG_HYBRID_DUAL_ROOM(x, HG_HYBRID_DUAL_MAX_INPUTS);
    hg_hybrid_dual_in(p, input, weights, scales, offsets, x, output);
  }
}

#endif
