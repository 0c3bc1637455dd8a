/* Fully connected layer on int8 vectors, three pairs of outputs at a time.
 *
 * Layout: input (batches, input_size), output (batches, output_size), weights in pairs of outputs
 * as hg_dual_s8.h has them, but the first quads of three pairs, or of the last ones, then the
 * second quads and so on: the order of the loop. The zero point of the input is in the bias.
 * multiplier and shift are those of hg_fully_connected_s8.h.
 */
#ifndef HG_FULLY_CONNECTED_DUAL_S8_H
#define HG_FULLY_CONNECTED_DUAL_S8_H

#include "hg_dual_s8.h"
#include "hg_fully_connected_s8.h"

#define HG_FULLY_CONNECTED_PAIRS 3

/* The last values of the input, fewer than four, as a quad in their order. */
HG_INLINE uint64_t hg_fully_connected_dual_s8_tail(const int8_t *input, int32_t count) {
  uint64_t quad = 0;
  for (int32_t i = 0; i < count; ++i) {
    quad |= ((uint64_t)input[i] & 0xFFFFu) << (16 * i);
  }
  return quad;
}

/* So many quads are written out: the more of them there are, the more that is worth. */
HG_INLINE int32_t hg_fully_connected_dual_s8_block(int32_t quads) {
#ifdef __OPTIMIZE_SIZE__
  (void)quads;
  return 1;
#else
  const int32_t few = quads % 3 == 0 ? 3 : (quads % 2 == 0 ? 2 : 1);
  return quads < 8 ? 1 : (quads < 64 ? few : hg_dual_block(quads));
#endif
}

/* Adds to the sums of up to three pairs of outputs; group: their quads. */
HG_INLINE void hg_fully_connected_dual_s8_quads(const hg_fully_connected_s8_t *p,
                                                const int8_t *input, const uint64_t *group,
                                                int32_t pairs,
                                                hg_dual_t sums[HG_FULLY_CONNECTED_PAIRS]) {
  const int32_t quads = p->input_size / 4;
  const int32_t block = hg_fully_connected_dual_s8_block(quads);
  HG_UNROLL(1)
  for (int32_t done = 0; done < quads; done += block) {
    HG_UNROLL(6)
    for (int32_t i = 0; i < block; ++i) {
      const uint64_t x = hg_widen(hg_load_bytes(input + 4 * i));
      HG_UNROLL(HG_FULLY_CONNECTED_PAIRS)
      for (int32_t n = 0; n < pairs; ++n) {
        hg_dual_add(x, group[i * pairs + n], &sums[n]);
      }
    }
    input += 4 * block;
    group += pairs * block;
  }
}

/* Adds to the sums of all pairs; for sizes that are multiples of four. */
HG_INLINE void hg_fully_connected_dual_s8_add(const hg_fully_connected_s8_t *p, const int8_t *input,
                                              const uint64_t *weights, hg_dual_t *sums) {
  const int32_t pairs = (p->output_size + 1) / 2;
  const int32_t left = pairs % HG_FULLY_CONNECTED_PAIRS;
  hg_dual_t some[HG_FULLY_CONNECTED_PAIRS];
  int32_t pair = 0;
  for (; pair + left < pairs; pair += HG_FULLY_CONNECTED_PAIRS) {
    some[0] = sums[pair];
    some[1] = sums[pair + 1];
    some[2] = sums[pair + 2];
    hg_fully_connected_dual_s8_quads(p, input, weights + pair * (p->input_size / 4),
                                     HG_FULLY_CONNECTED_PAIRS, some);
    sums[pair] = some[0];
    sums[pair + 1] = some[1];
    sums[pair + 2] = some[2];
  }
  if (left > 0) {
    hg_fully_connected_dual_s8_quads(p, input, weights + pair * (p->input_size / 4), left,
                                     sums + pair);
  }
}

/* The outputs of a pair; multiplier and shift are null in the form with one factor in all. */
HG_INLINE void hg_fully_connected_dual_s8_output(const hg_fully_connected_s8_t *p, int32_t pair,
                                                 hg_dual_t sums, const int32_t *bias,
                                                 const int32_t *multiplier, const int8_t *shift,
                                                 int8_t *output) {
  HG_UNROLL(2)
  for (int32_t i = 0; i < 2; ++i) {
    const int32_t c = 2 * pair + i;
    if (c < p->output_size) {
      const int32_t sum = i == 0 ? sums.first : hg_dual_second(sums);
      output[c] =
          hg_fully_connected_s8_output(p, bias[c] + sum, multiplier ? multiplier[c] : p->multiplier,
                                       shift ? shift[c] : p->shift);
    }
  }
}

/* The outputs of up to three pairs, from `pair` on. */
HG_INLINE void hg_fully_connected_dual_s8_pairs(const hg_fully_connected_s8_t *p,
                                                const int8_t *input, const uint64_t *weights,
                                                const int32_t *bias, const int32_t *multiplier,
                                                const int8_t *shift, int32_t pair, int32_t pairs,
                                                int8_t *output) {
  const int32_t left = p->input_size % 4;
  const hg_dual_t zero = {0, 0};
  hg_dual_t sums[HG_FULLY_CONNECTED_PAIRS] = {zero, zero, zero};
  hg_fully_connected_dual_s8_quads(p, input, weights + pair * (p->input_size / 4), pairs, sums);
  const uint64_t x = hg_fully_connected_dual_s8_tail(input + p->input_size - left, left);
  HG_UNROLL(HG_FULLY_CONNECTED_PAIRS)
  for (int32_t n = 0; n < pairs; ++n) {
    if (left > 0) {
      hg_dual_add_part(x, hg_dual_tail(weights, p->input_size, p->output_size, pair + n), left,
                       &sums[n]);
    }
    hg_fully_connected_dual_s8_output(p, pair + n, sums[n], bias, multiplier, shift, output);
  }
}

#ifdef __OPTIMIZE_SIZE__
/* The sums of one pair, `first` below `both`; its quads are `step` apart. */
HG_SHARED uint64_t hg_fully_connected_dual_s8_pair(const int8_t *input, const uint64_t *weights,
                                                   int32_t quads, int32_t step) {
  hg_dual_t sums = {0, 0};
  for (; quads > 0; --quads, input += 4, weights += step) {
    hg_dual_add(hg_widen(hg_load_bytes(input)), *weights, &sums);
  }
  return (uint32_t)sums.first | (uint64_t)(uint32_t)sums.both << 32;
}

HG_INLINE void hg_fully_connected_dual_per_channel_s8(const hg_fully_connected_s8_t *p,
                                                      const int8_t *input, const uint64_t *weights,
                                                      const int32_t *bias,
                                                      const int32_t *multiplier,
                                                      const int8_t *shift, int8_t *output) {
  const int32_t pairs = (p->output_size + 1) / 2;
  const int32_t quads = p->input_size / 4;
  const int32_t left = p->input_size % 4;
  for (int32_t b = 0; b < p->batches; ++b, input += p->input_size, output += p->output_size) {
    const uint64_t x = hg_fully_connected_dual_s8_tail(input + p->input_size - left, left);
    for (int32_t from = 0; from < pairs; from += HG_FULLY_CONNECTED_PAIRS) {
      const int32_t step = hg_min_s32(HG_FULLY_CONNECTED_PAIRS, pairs - from);
      for (int32_t pair = from; pair < from + step; ++pair) {
        const uint64_t both = hg_fully_connected_dual_s8_pair(
            input, weights + from * quads + pair - from, quads, step);
        hg_dual_t sums = {(int32_t)(uint32_t)both, (int32_t)(uint32_t)(both >> 32)};
        hg_dual_add_part(x,
                         left > 0 ? hg_dual_tail(weights, p->input_size, p->output_size, pair) : 0,
                         left, &sums);
        hg_fully_connected_dual_s8_output(p, pair, sums, bias, multiplier, shift, output);
      }
    }
  }
}
#else
HG_INLINE void hg_fully_connected_dual_per_channel_s8(const hg_fully_connected_s8_t *p,
                                                      const int8_t *input, const uint64_t *weights,
                                                      const int32_t *bias,
                                                      const int32_t *multiplier,
                                                      const int8_t *shift, int8_t *output) {
  const int32_t pairs = (p->output_size + 1) / 2;
  const int32_t left = pairs % HG_FULLY_CONNECTED_PAIRS;
  for (int32_t b = 0; b < p->batches; ++b, input += p->input_size, output += p->output_size) {
    int32_t pair = 0;
    for (; pair + left < pairs; pair += HG_FULLY_CONNECTED_PAIRS) {
      hg_fully_connected_dual_s8_pairs(p, input, weights, bias, multiplier, shift, pair,
                                       HG_FULLY_CONNECTED_PAIRS, output);
    }
    if (left > 0) {
      hg_fully_connected_dual_s8_pairs(p, input, weights, bias, multiplier, shift, pair, left,
                                       output);
    }
  }
}

#endif

HG_INLINE void hg_fully_connected_dual_s8(const hg_fully_connected_s8_t *p, const int8_t *input,
                                          const uint64_t *weights, const int32_t *bias,
                                          int8_t *output) {
  const int32_t *multiplier = 0;
  const int8_t *shift = 0;
  hg_fully_connected_dual_per_channel_s8(p, input, weights, bias, multiplier, shift, output);
}

#endif
