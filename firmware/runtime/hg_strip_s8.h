/* Convolutions by strips: some positions below each other, all output channels.
 *
 * First the input under those positions is widened to 16 bits, row after row as wide as the kernel,
 * padding included. The window of a position is then a run of neighbouring values, `step` values
 * behind that of the position above, and three positions times two output channels are summed in
 * registers: four loads for twelve dual multiply-adds.
 *
 * Windows are read in quads. Where step is no multiple of four there are copies of the strip, each
 * shifted by step % 4 values more than the one before, so that every position has a copy in which
 * its window is aligned, and the next position has it in the next copy, at a distance that is the
 * same for all. Where rows are whole quads, the second and third value of each are swapped, as they
 * are cheapest to widen; the weights are in the same order.
 */
#ifndef HG_STRIP_S8_H
#define HG_STRIP_S8_H

#include "hg_conv_scale_s8.h"
#include "hg_dual_s8.h"

#define HG_STRIP_QUADS 80
#define HG_STRIP_POSITIONS 3 /* that are summed at once */

/* For size: words instead of quads, which need not be aligned, so that there is one copy; and every
 * sum by the same code, so that what is left over of three positions overlaps those before. */
#if defined(__OPTIMIZE_SIZE__) && (!defined(__arm__) || defined(__ARM_FEATURE_UNALIGNED))
#define HG_STRIP_SMALL
#endif

/* In front of a loop over the positions that are summed at once. */
#ifdef HG_STRIP_SMALL
#define HG_STRIP_UNROLL HG_UNROLL(1)
#else
#define HG_STRIP_UNROLL HG_UNROLL(HG_STRIP_POSITIONS)
#endif

typedef struct {
  hg_conv_2d_s8_t conv;  /* its dilation_height is 1 */
  int32_t positions;     /* that a strip holds */
  int32_t padding_value; /* zero point of the input */
} hg_strip_s8_t;

/* Values in a row. */
HG_INLINE int32_t hg_strip_row(const hg_strip_s8_t *p) {
  return p->conv.kernel_width * p->conv.input_channels;
}

/* Values in a window. */
HG_INLINE int32_t hg_strip_size(const hg_strip_s8_t *p) {
  return p->conv.kernel_height * hg_strip_row(p);
}

/* Values from a window to the next one. */
HG_INLINE int32_t hg_strip_step(const hg_strip_s8_t *p) {
  return p->conv.stride_height * hg_strip_row(p);
}

HG_INLINE int32_t hg_strip_rows(const hg_strip_s8_t *p) {
  return (p->positions - 1) * p->conv.stride_height + p->conv.kernel_height;
}

/* Copies in which the window of some position is aligned. */
HG_INLINE int32_t hg_strip_phases(const hg_strip_s8_t *p) {
#ifdef HG_STRIP_SMALL
  (void)p;
  return 1;
#else
  return hg_strip_step(p) % 4 == 0 ? 1 : (hg_strip_step(p) % 2 == 0 ? 2 : 4);
#endif
}

HG_INLINE int32_t hg_strip_copies(const hg_strip_s8_t *p) {
  return hg_strip_phases(p) == 1 ? 1 : hg_strip_phases(p) + HG_STRIP_POSITIONS - 1;
}

/* Values from a copy to the same value in the next one. */
HG_INLINE int32_t hg_strip_copy(const hg_strip_s8_t *p) {
  return (hg_strip_rows(p) * hg_strip_row(p) + 3 + 3) / 4 * 4 - hg_strip_step(p) % 4;
}

/* Values from the window of a position to that of the next one in the next copy. */
HG_INLINE int32_t hg_strip_next(const hg_strip_s8_t *p) {
  return hg_strip_step(p) + (hg_strip_copies(p) > 1 ? hg_strip_copy(p) : 0);
}

/* Where the window of a position is aligned. */
HG_INLINE const void *hg_strip_window(const hg_strip_s8_t *p, const uint64_t *strip,
                                      int32_t position) {
  const int32_t phase = position & (hg_strip_phases(p) - 1);
  return (const int8_t *)strip + 2 * (position * hg_strip_step(p) + phase * hg_strip_copy(p));
}

HG_INLINE void hg_strip_store(const hg_strip_s8_t *p, uint64_t *strip, int32_t index,
                              int32_t value) {
  const int16_t half = (int16_t)value;
  HG_UNROLL(6)
  for (int32_t copy = 0; copy < hg_strip_copies(p); ++copy) {
    __builtin_memcpy((int8_t *)strip + 2 * (index + copy * hg_strip_copy(p)), &half, sizeof half);
  }
}

HG_INLINE int32_t hg_strip_inside(int32_t at, int32_t size) {
  return at >= 0 && at < size;
}

/* A row value by value. line is at the first column, which may be outside; inside: this row. */
HG_INLINE void hg_strip_fill_row(const hg_strip_s8_t *p, const int8_t *line, int32_t left,
                                 int32_t inside, uint64_t *strip, int32_t index) {
  const hg_conv_2d_s8_t *conv = &p->conv;
  const int32_t swapped = hg_strip_row(p) % 4 == 0;
  for (int32_t kx = 0; kx < conv->kernel_width; ++kx) {
    const int32_t column = kx * conv->dilation_width;
    const int32_t there =
        !conv->padded || (inside && hg_strip_inside(left + column, conv->input_width));
    for (int32_t c = 0; c < conv->input_channels; ++c) {
      const int32_t i = kx * conv->input_channels + c;
      const int32_t place = swapped ? (i & ~3) | (i & 1) << 1 | (i >> 1 & 1) : i;
      hg_strip_store(p, strip, index + place,
                     there ? line[column * conv->input_channels + c] : p->padding_value);
    }
  }
}

/* Widens what is under `count` positions from (y, x) down. */
HG_INLINE void hg_strip_fill(const hg_strip_s8_t *p, const int8_t *input, int32_t y, int32_t x,
                             int32_t count, uint64_t *strip) {
  const hg_conv_2d_s8_t *conv = &p->conv;
  const int32_t row = hg_strip_row(p);
  const int32_t top = y * conv->stride_height - conv->padding_top;
  const int32_t left = x * conv->stride_width - conv->padding_left;
  const int32_t rows = (count - 1) * conv->stride_height + conv->kernel_height;
  const int32_t columns_inside =
      !conv->padded || (left >= 0 && left + conv->kernel_width <= conv->input_width);
  for (int32_t r = 0; r < rows; ++r) {
    const int32_t inside = !conv->padded || hg_strip_inside(top + r, conv->input_height);
    const int8_t *line = input + ((top + r) * conv->input_width + left) * conv->input_channels;
    if (row % 4 == 0 && conv->dilation_width == 1 && inside && columns_inside) {
      for (int32_t i = 0; i < row; i += 4) {
        strip[(r * row + i) / 4] = hg_widen(hg_load_bytes(line + i));
      }
    } else {
      hg_strip_fill_row(p, line, left, inside, strip, r * row);
    }
  }
}

#ifdef HG_STRIP_SMALL
/* Adds `words` words of weights, at least one, to the sums of two output channels at three
 * positions, whose windows are `next` bytes apart. Not inlined, it has the registers for itself,
 * and all layers have one. */
HG_NOINLINE HG_SHARED void hg_strip_add_words(const int8_t *x, int32_t next, const int8_t *weights,
                                              int32_t words, hg_dual_t sums[HG_STRIP_POSITIONS]) {
  hg_dual_t first = sums[0];
  hg_dual_t second = sums[1];
  hg_dual_t third = sums[2];
  do {
    const uint32_t both = hg_load_bytes(weights);
    const uint32_t low = hg_widen_even(both);
    uint32_t value = hg_load_bytes(x);
    first.both = hg_dual_mac(value, both, first.both);
    first.first = hg_dual_mac(value, low, first.first);
    value = hg_load_bytes(x + next);
    second.both = hg_dual_mac(value, both, second.both);
    second.first = hg_dual_mac(value, low, second.first);
    value = hg_load_bytes(x + 2 * next);
    third.both = hg_dual_mac(value, both, third.both);
    third.first = hg_dual_mac(value, low, third.first);
    x += 4;
    weights += 4;
  } while (--words > 0);
  sums[0] = first;
  sums[1] = second;
  sums[2] = third;
}

/* The sums of two output channels at three positions, or at one. x: the window of the first one. */
HG_INLINE void hg_strip_sums(const hg_strip_s8_t *p, const void *window, int32_t count,
                             const uint64_t *weights, uint64_t tail,
                             hg_dual_t sums[HG_STRIP_POSITIONS]) {
  const int32_t next = count > 1 ? 2 * hg_strip_next(p) : 0;
  const int32_t words = hg_strip_size(p) / 4 * 2;
  const int32_t left = hg_strip_size(p) % 4;
  const int8_t *x = (const int8_t *)window;
  const hg_dual_t zero = {0, 0};
  sums[0] = sums[1] = sums[2] = zero;
  if (words > 0) {
    hg_strip_add_words(x, next, (const int8_t *)weights, words, sums);
  }
  if (left > 0) {
    hg_strip_add_words(x + 4 * words, next, (const int8_t *)&tail, (left + 1) / 2, sums);
  }
}
#else
HG_INLINE void hg_strip_add(const uint64_t *x, int32_t next, int32_t count, uint64_t w,
                            hg_dual_t sums[HG_STRIP_POSITIONS]) {
  hg_dual_add(x[0], w, &sums[0]);
  if (count > 1) {
    hg_dual_add(x[next], w, &sums[1]);
  }
  if (count > 2) {
    hg_dual_add(x[2 * next], w, &sums[2]);
  }
}

/* The sums of two output channels at up to three positions. x: the window of the first one. */
HG_INLINE void hg_strip_sums(const hg_strip_s8_t *p, const void *window, int32_t count,
                             const uint64_t *weights, uint64_t tail,
                             hg_dual_t sums[HG_STRIP_POSITIONS]) {
  const uint64_t *x = (const uint64_t *)window;
  const int32_t next = hg_strip_next(p) / 4;
  const int32_t quads = hg_strip_size(p) / 4;
  const int32_t left = hg_strip_size(p) % 4;
  const hg_dual_t zero = {0, 0};
  sums[0] = sums[1] = sums[2] = zero;
  const int32_t block = hg_dual_block(quads);
  for (int32_t done = 0; done < quads; done += block, x += block, weights += block) {
    HG_UNROLL(6)
    for (int32_t i = 0; i < block; ++i) {
      HG_OPAQUE(x); /* windows overlap: a value kept in a register would push out a sum */
      hg_strip_add(x + i, next, count, weights[i], sums);
    }
  }
  if (left > 0) {
    hg_dual_add_part(x[0], tail, left, &sums[0]);
  }
  if (left > 0 && count > 1) {
    hg_dual_add_part(x[next], tail, left, &sums[1]);
  }
  if (left > 0 && count > 2) {
    hg_dual_add_part(x[2 * next], tail, left, &sums[2]);
  }
}

#endif

#endif
