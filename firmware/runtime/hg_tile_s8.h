/* Sums of two output channels at up to three positions at once, of windows that lie side by side.
 *
 * A word of a window is two of its values, widened to 16 bits. Words that belong together are
 * neighbours: of the positions in the strip, of the two channels in the weights. So one load
 * fetches what six multiply-adds of two products each need.
 */
#ifndef HG_TILE_S8_H
#define HG_TILE_S8_H

#include "hg_halves.h"
#include "hg_line_s8.h"

#define HG_TILE_POSITIONS 3
#define HG_TILE_CHANNELS 2

#if defined(__ARM_FEATURE_DSP) && (__ARM_FEATURE_DSP == 1) && defined(__ARM_ARCH_ISA_THUMB) && \
    (__ARM_ARCH_ISA_THUMB == 2) && !defined(__clang__)
#include "hg_tile_thumb2.h"
#define HG_TILE_THUMB2
#endif

/* sums[channel][position] of `count` positions over `words` words, an even number. weights: both
 * biases, then the words. Returns what is behind them. */
HG_INLINE const uint32_t *hg_tile_sums(const uint32_t *x, const uint32_t *weights, int32_t words,
                                       int32_t count,
                                       int32_t sums[HG_TILE_CHANNELS][HG_TILE_POSITIONS]) {
#ifdef HG_TILE_THUMB2
  if (__builtin_constant_p(words) && __builtin_constant_p(count)) {
    return hg_tile_sums_thumb2(x, weights, words, count, sums);
  }
#endif
  for (int32_t i = 0; i < count; ++i) {
    sums[0][i] = (int32_t)weights[0];
    sums[1][i] = (int32_t)weights[1];
  }
  weights += HG_TILE_CHANNELS;
  HG_UNROLL(2)
  for (int32_t j = 0; j < words; ++j, x += count, weights += HG_TILE_CHANNELS) {
    HG_UNROLL(HG_TILE_POSITIONS)
    for (int32_t i = 0; i < count; ++i) {
      sums[0][i] = hg_dual_mac(x[i], weights[0], sums[0][i]);
      sums[1][i] = hg_dual_mac(x[i], weights[1], sums[1][i]);
    }
  }
  return weights;
}

/* All output channels at `count` positions whose windows, `words` words each, are in a strip.
 * weights: of each pair of channels what hg_tile_sums wants, then the scales of both. output: of
 * the first position; those of the next one are behind them. */
HG_INLINE void hg_tile_outputs(const hg_line_s8_t *line, int32_t channels, int32_t words,
                               const uint32_t *strip, const uint32_t *weights, int32_t count,
                               int8_t *output) {
  const int32_t scale = hg_line_words(line);
  HG_UNROLL(1)
  for (int32_t c = 0; c < channels; c += HG_TILE_CHANNELS) {
    int32_t sums[HG_TILE_CHANNELS][HG_TILE_POSITIONS];
    const uint32_t *scales = hg_tile_sums(strip, weights, words, count, sums);
    const int32_t last = channels % HG_TILE_CHANNELS ? channels - 1 - c : 1;
    HG_UNROLL(HG_TILE_CHANNELS)
    for (int32_t d = 0; d < HG_TILE_CHANNELS; ++d) {
      const int32_t own[3] = {(int32_t)scales[0], (int32_t)scales[1],
                              scale > 2 ? (int32_t)scales[2] : 0};
      HG_UNROLL(HG_TILE_POSITIONS)
      for (int32_t i = 0; i < count; ++i) {
        if (d == 0 || last > 0) {
          output[i * channels + d] = hg_line_s8(line, sums[d][i], own);
        }
      }
      scales += scale;
    }
    output += HG_TILE_CHANNELS;
    weights = scales;
  }
}

#endif
