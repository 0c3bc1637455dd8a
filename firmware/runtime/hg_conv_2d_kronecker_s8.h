/* 2-D convolution of int8 feature maps, alone or with the maximum pool behind it, by Kronecker
 * substitution; see hg_kronecker_s8.h.
 *
 * Layout: input (height, width, channels), weights (output channel, width, channel, pairs of rows)
 * as words, output (height, width, channels). scales: four an output channel, as hg_scaled_output
 * takes them; the input's zero point is in the bias. A convolution alone has a pool of one value.
 *
 * A strip of the input lies in memory as words, with the rows of some turns. What a channel has
 * found when a strip ends goes on in the next one.
 */
#ifndef HG_CONV_2D_KRONECKER_S8_H
#define HG_CONV_2D_KRONECKER_S8_H

#include "hg_kronecker_s8.h"

#define HG_KRONECKER_WORDS 176 /* of a strip and, where there are several, the states behind it */
#define HG_KRONECKER_FEW_WORDS 48 /* that save stack where they suffice */

typedef struct {
  hg_kronecker_s8_t kronecker; /* output_height and output_width are those before the pool */
  int32_t rows;                /* of output in a column */
  int32_t pool_height;
  int32_t pool_width;
  int32_t pool_stride_height; /* divides the rows of a turn; 0 where the pool has all rows */
  int32_t pool_stride_width;
  int32_t pooled_width;
} hg_conv_2d_kronecker_s8_t;

/* What goes on from turn to turn. */
typedef struct {
  int32_t largest; /* of the pool's rows so far, scaled */
  int32_t upper;   /* half of the last sum */
} hg_kronecker_state_t;

/* Where one channel's outputs of a column go, and how. */
typedef struct {
  const hg_conv_2d_kronecker_s8_t *p;
  const int32_t *scale;
  int32_t is_first; /* column of the pool */
  int8_t *output;
} hg_kronecker_target_t;

/* Turns of a column. The last row is the middle of the last sum, or behind it. */
HG_INLINE int32_t hg_kronecker_turns(const hg_conv_2d_kronecker_s8_t *p) {
  return (p->rows / 2 + HG_KRONECKER_SUMS) / HG_KRONECKER_SUMS;
}

HG_INLINE void hg_kronecker_store(hg_kronecker_target_t *to, int32_t scaled) {
  const hg_conv_2d_kronecker_s8_t *p = to->p;
  const int32_t value = hg_scaled_output(&p->kronecker.conv, to->scale, scaled);
  to->output[0] = (int8_t)(to->is_first ? value : hg_max_s32(value, to->output[0]));
  to->output += p->pooled_width * p->kronecker.conv.output_channels;
}

/* Takes an output row, counted from the first one of a turn. */
HG_INLINE void hg_kronecker_take(hg_kronecker_target_t *to, int32_t row, int32_t scaled,
                                 hg_kronecker_state_t *state) {
  const int32_t stride = to->p->pool_stride_height;
  const int32_t place = stride == 0 ? 1 : (row + stride) % stride; /* in a window of the pool */
  if (place < to->p->pool_height || stride == 0) {
    state->largest = place == 0 ? scaled : hg_max_s32(state->largest, scaled);
  }
  if (place == to->p->pool_height - 1 && stride > 0) {
    hg_kronecker_store(to, state->largest);
  }
}

/* A turn of one channel: `count` sums and the rows that they give; of the last turn, those below
 * `last_rows`. */
HG_INLINE void hg_kronecker_do_turn(const int32_t *x, const int32_t *weights, int32_t count,
                                    int32_t last_rows, int32_t is_first, int32_t is_last,
                                    hg_kronecker_target_t *to, hg_kronecker_state_t *state) {
  hg_wide_t sums[HG_KRONECKER_SUMS];
  hg_kronecker_sum(&to->p->kronecker, x, weights, count, sums);
  if (!is_first) {
    hg_kronecker_take(to, -1, hg_kronecker_odd(state->upper, sums[0]), state);
  }
  HG_UNROLL(HG_KRONECKER_SUMS)
  for (int32_t d = 0; d < count; ++d) {
    if (2 * d < last_rows || !is_last) {
      hg_kronecker_take(to, 2 * d, hg_kronecker_even(sums[d]), state);
    }
    if (d + 1 < count && (2 * d + 1 < last_rows || !is_last)) {
      hg_kronecker_take(to, 2 * d + 1, hg_kronecker_odd(sums[d].high, sums[d + 1]), state);
    }
  }
  state->upper = sums[count - 1].high;
}

/* The turns from `turn` on that a strip has. */
HG_INLINE void hg_kronecker_do_strip(const int32_t *strip, const int32_t *weights, int32_t turn,
                                     hg_kronecker_target_t *to, hg_kronecker_state_t *state) {
  const hg_conv_2d_kronecker_s8_t *p = to->p;
  const int32_t turns = hg_kronecker_turns(p);
  const int32_t last_rows = p->rows - HG_KRONECKER_ROWS * (turns - 1);
  const int32_t last_count = p->rows / 2 + 1 - HG_KRONECKER_SUMS * (turns - 1);
  const int32_t whole = last_count == HG_KRONECKER_SUMS ? turns : turns - 1; /* with all sums */
  const int32_t is_last_strip = turn + p->kronecker.turns >= turns;
  const int32_t *last = strip + HG_KRONECKER_SUMS * (turns - 1 - turn);
  const int32_t *end = strip + HG_KRONECKER_SUMS * hg_min_s32(p->kronecker.turns, whole - turn);
  HG_UNROLL(1)
  for (const int32_t *x = strip; x < end; x += HG_KRONECKER_SUMS) {
    hg_kronecker_do_turn(x, weights, HG_KRONECKER_SUMS, last_rows, turn == 0 && x == strip,
                         whole == turns && is_last_strip && x == last, to, state);
  }
  if (is_last_strip && whole < turns) {
    hg_kronecker_do_turn(last, weights, last_count, last_rows, turns == 1, 1, to, state);
  }
  if (is_last_strip && p->pool_stride_height == 0) {
    hg_kronecker_store(to, state->largest);
  }
}

HG_INLINE void hg_kronecker_strips(const hg_conv_2d_kronecker_s8_t *p, const int8_t *input,
                                   int32_t x, int32_t is_first, const int32_t *weights,
                                   const int32_t *scales, int32_t *strip, int8_t *output) {
  const hg_kronecker_s8_t *kronecker = &p->kronecker;
  const int32_t turns = hg_kronecker_turns(p);
  const int32_t terms = hg_kronecker_terms(kronecker);
  const int32_t size = hg_kronecker_row(kronecker);
  const int32_t rise = p->pooled_width * kronecker->conv.output_channels;
  hg_kronecker_state_t *states =
      (hg_kronecker_state_t *)(strip + size * hg_kronecker_line(kronecker));
  for (int32_t turn = 0; turn < turns; turn += kronecker->turns) {
    const int32_t words =
        hg_min_s32(hg_kronecker_line(kronecker), p->rows / 2 + terms - HG_KRONECKER_SUMS * turn);
    if (turn > 0) {
      hg_kronecker_move(kronecker, strip);
    }
    hg_kronecker_fill(kronecker, input, HG_KRONECKER_ROWS * turn, x, turn > 0 ? terms - 1 : 0,
                      words, strip);
    /* A window that ends with the row before the strip is stored in it. */
    const int32_t stride = p->pool_stride_height;
    const int32_t windows =
        turn > 0 && stride > 0 ? HG_KRONECKER_ROWS * turn / stride - (p->pool_height == stride) : 0;
    for (int32_t c = 0; c < kronecker->conv.output_channels; ++c) {
      hg_kronecker_state_t state = {INT32_MIN, 0};
      if (turn > 0) {
        state = states[c];
      }
      hg_kronecker_target_t to = {p, scales + HG_SCALES * c, is_first, output + windows * rise + c};
      hg_kronecker_do_strip(strip, weights + c * size * terms, turn, &to, &state);
      if (kronecker->turns < turns) {
        states[c] = state;
      }
    }
  }
}

/* Column x of the convolution's output, into column x / pool_stride_width of the pool's. */
HG_INLINE void hg_kronecker_column(const hg_conv_2d_kronecker_s8_t *p, const int8_t *input,
                                   int32_t x, int32_t is_first, const int32_t *weights,
                                   const int32_t *scales, int8_t *output) {
  const int32_t words = hg_kronecker_row(&p->kronecker) * hg_kronecker_line(&p->kronecker);
  if (hg_kronecker_turns(p) <= p->kronecker.turns && words <= HG_KRONECKER_FEW_WORDS) {
    int32_t strip[HG_KRONECKER_FEW_WORDS];
    hg_kronecker_strips(p, input, x, is_first, weights, scales, strip, output);
  } else {
    int32_t strip[HG_KRONECKER_WORDS];
    hg_kronecker_strips(p, input, x, is_first, weights, scales, strip, output);
  }
}

HG_INLINE void hg_conv_2d_kronecker_s8(const hg_conv_2d_kronecker_s8_t *p, const int8_t *input,
                                       const int32_t *weights, const int32_t *scales,
                                       int8_t *output) {
  for (int32_t px = 0; px < p->pooled_width; ++px) {
    for (int32_t x = 0; x < p->pool_width; ++x) {
      hg_kronecker_column(p, input, px * p->pool_stride_width + x, x == 0, weights, scales,
                          output + px * p->kronecker.conv.output_channels);
    }
  }
}

#endif
