/* Fully connected layer on int8 vectors, two pairs of outputs at a time.
 *
 * Layout: input (batches, input_size), output (batches, output_size), weights in pairs of outputs
 * as hg_dual_s8.h has them. The zero point of the input is in the bias. multiplier and shift are
 * for hg_requantize_single: one an output in the per-channel form, one in all in the other.
 */
#ifndef HG_FULLY_CONNECTED_DUAL_S8_H
#define HG_FULLY_CONNECTED_DUAL_S8_H

#include "hg_dual_s8.h"
#include "hg_fully_connected_s8.h"

/* The last values of the input, fewer than four, as a quad in their order. */
HG_INLINE uint64_t hg_fully_connected_dual_s8_tail(const int8_t *input, int32_t count) {
  uint64_t quad = 0;
  for (int32_t i = 0; i < count; ++i) {
    quad |= ((uint64_t)input[i] & 0xFFFFu) << (16 * i);
  }
  return quad;
}

/* The sums of one or two pairs of outputs, from `pair` on. */
HG_INLINE void hg_fully_connected_dual_s8_sums(const hg_fully_connected_s8_t *p,
                                               const int8_t *input, const uint64_t *weights,
                                               int32_t pair, int32_t pairs, hg_dual_t sums[2]) {
  const int32_t quads = p->input_size / 4;
  const int32_t left = p->input_size % 4;
  const uint64_t *first = weights + pair * quads;
  const uint64_t *second = first + quads;
  const hg_dual_t zero = {0, 0};
  const int32_t block = hg_dual_block(quads);
  sums[0] = sums[1] = zero;
  for (int32_t done = 0; done < quads; done += block) {
    HG_UNROLL(6)
    for (int32_t i = 0; i < block; ++i) {
      const uint64_t x = hg_widen(hg_load_bytes(input + 4 * i));
      hg_dual_add(x, first[i], &sums[0]);
      if (pairs > 1) {
        hg_dual_add(x, second[i], &sums[1]);
      }
    }
    input += 4 * block;
    first += block;
    second += block;
  }
  if (left > 0) {
    const uint64_t x = hg_fully_connected_dual_s8_tail(input, left);
    hg_dual_add_part(x, hg_dual_tail(weights, p->input_size, p->output_size, pair), left, &sums[0]);
    if (pairs > 1) {
      hg_dual_add_part(x, hg_dual_tail(weights, p->input_size, p->output_size, pair + 1), left,
                       &sums[1]);
    }
  }
}

/* Outputs from c on; multiplier and shift are null in the form with one factor in all. */
HG_INLINE void hg_fully_connected_dual_s8_pairs(const hg_fully_connected_s8_t *p,
                                                const int8_t *input, const uint64_t *weights,
                                                const int32_t *bias, const int32_t *multiplier,
                                                const int8_t *shift, int32_t c, int32_t pairs,
                                                int8_t *output) {
  hg_dual_t sums[2];
  hg_fully_connected_dual_s8_sums(p, input, weights, c / 2, pairs, sums);
  HG_UNROLL(4)
  for (int32_t i = 0; i < 2 * pairs; ++i) {
    if (c + i < p->output_size) {
      const int32_t sum = i % 2 == 0 ? sums[i / 2].first : hg_dual_second(sums[i / 2]);
      output[c + i] = hg_fully_connected_s8_output(p, bias[c + i] + sum,
                                                   multiplier ? multiplier[c + i] : p->multiplier,
                                                   shift ? shift[c + i] : p->shift);
    }
  }
}

HG_INLINE void hg_fully_connected_dual_per_channel_s8(const hg_fully_connected_s8_t *p,
                                                      const int8_t *input, const uint64_t *weights,
                                                      const int32_t *bias,
                                                      const int32_t *multiplier,
                                                      const int8_t *shift, int8_t *output) {
  for (int32_t b = 0; b < p->batches; ++b, input += p->input_size, output += p->output_size) {
    int32_t c = 0;
    for (; c + 4 <= p->output_size; c += 4) {
      hg_fully_connected_dual_s8_pairs(p, input, weights, bias, multiplier, shift, c, 2, output);
    }
    for (; c < p->output_size; c += 2) {
      hg_fully_connected_dual_s8_pairs(p, input, weights, bias, multiplier, shift, c, 1, output);
    }
  }
}

HG_INLINE void hg_fully_connected_dual_s8(const hg_fully_connected_s8_t *p, const int8_t *input,
                                          const uint64_t *weights, const int32_t *bias,
                                          int8_t *output) {
  const int32_t *multiplier = 0;
  const int8_t *shift = 0;
  hg_fully_connected_dual_per_channel_s8(p, input, weights, bias, multiplier, shift, output);
}

#endif
