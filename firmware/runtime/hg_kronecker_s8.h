/* Convolutions along a column by Kronecker substitution: four multiply-adds in one instruction.
 *
 * Two rows of the input are one word, x = x0 + x1 B with B = 2^21, two rows of a kernel another,
 * w = w1 + w0 B. Their product has three parts, x0 w1 + (x0 w0 + x1 w1) B + x1 w0 B^2, and a sum of
 * such products over a kernel that begins at row 2d of the input has
 *   in the middle  the sum of output row 2d,
 *   on top         what the odd row 2d + 1 gets of it,
 *   at the bottom  what the odd row 2d - 1 gets of it.
 * So an odd row is the top of one sum and the bottom of the next one. A 64-bit multiply-accumulate
 * holds all three, as long as each fits 21 bits: hargen/plan/layers/kronecker.py proves it.
 *
 * Sums are taken out as `scaled`: 2^11 times the sum, but for an error of less than 2^10 that the
 * lower part leaves. That suffices to compare them, and to round them to the sum itself.
 *
 * Turns of three such sums, six rows of output, are computed at once: that is what the registers of
 * a Cortex-M hold. No instruction of the DSP extension is needed.
 */
#ifndef HG_KRONECKER_S8_H
#define HG_KRONECKER_S8_H

#include "hg_conv_2d_s8.h"

/* A 64-bit sum by halves: compilers keep it in any two registers. */
typedef struct {
  uint32_t low;
  int32_t high;
} hg_wide_t;

#if defined(__ARM_ARCH_ISA_THUMB) && (__ARM_ARCH_ISA_THUMB == 2) && !defined(__clang__)
#define HG_THUMB2
#include "hg_kronecker_thumb2.h"
#endif

#define HG_KRONECKER_BITS 21 /* of a part */
#define HG_KRONECKER_SUMS 3  /* of a turn */
#define HG_KRONECKER_ROWS (2 * HG_KRONECKER_SUMS)
#define HG_KRONECKER_TERMS 4 /* that are held in registers */

typedef struct {
  hg_conv_2d_s8_t conv;  /* its stride_height and dilation_height are 1 */
  int32_t turns;         /* of a strip */
  int32_t padding_value; /* zero point of the input */
} hg_kronecker_s8_t;

/* Values in a row of the kernel. */
HG_INLINE int32_t hg_kronecker_row(const hg_kronecker_s8_t *p) {
  return p->conv.kernel_width * p->conv.input_channels;
}

/* Words of a kernel for each value of a row. */
HG_INLINE int32_t hg_kronecker_terms(const hg_kronecker_s8_t *p) {
  return (p->conv.kernel_height + 1) / 2;
}

/* Words of a strip for each value of a row. */
HG_INLINE int32_t hg_kronecker_line(const hg_kronecker_s8_t *p) {
  return HG_KRONECKER_SUMS * p->turns + hg_kronecker_terms(p) - 1;
}

/* Neighbouring columns of the kernel that lie over neighbouring columns of the input. */
HG_INLINE int32_t hg_kronecker_run(const hg_kronecker_s8_t *p) {
  return p->conv.dilation_width == 1 ? p->conv.kernel_width : 1;
}

HG_INLINE int32_t hg_kronecker_word(int32_t upper, int32_t lower) {
  return lower + (int32_t)((uint32_t)upper << HG_KRONECKER_BITS);
}

/* A value of the input, or the zero point where it is outside. line: row y at column `left`. */
HG_INLINE int32_t hg_kronecker_value(const hg_kronecker_s8_t *p, const int8_t *line, int32_t y,
                                     int32_t left, int32_t kx, int32_t c) {
  const hg_conv_2d_s8_t *conv = &p->conv;
  const int32_t column = kx * conv->dilation_width;
  const int32_t x = left + column;
  const int32_t inside = y >= 0 && y < conv->input_height && x >= 0 && x < conv->input_width;
  return inside ? line[column * conv->input_channels + c] : p->padding_value;
}

/* Rows y and y + 1 of the input at the columns from `left` on, all inside. Rows behind the last one
 * do not matter: no row of the output has anything of them. */
HG_INLINE void hg_kronecker_fill_inside(const hg_kronecker_s8_t *p, const int8_t *input, int32_t y,
                                        int32_t left, int32_t *strip) {
  const hg_conv_2d_s8_t *conv = &p->conv;
  const int32_t last = conv->input_height - 1;
  const int32_t rise = conv->input_width * conv->input_channels;
  const int8_t *lower = input + hg_min_s32(y, last) * rise + left * conv->input_channels;
  const int8_t *upper = input + hg_min_s32(y + 1, last) * rise + left * conv->input_channels;
  for (int32_t kx = 0; kx < conv->kernel_width; kx += hg_kronecker_run(p)) {
    HG_UNROLL(4)
    for (int32_t i = 0; i < hg_kronecker_run(p) * conv->input_channels; ++i) {
      *strip = hg_kronecker_word(upper[i], lower[i]);
      strip += hg_kronecker_line(p);
    }
    lower += conv->dilation_width * conv->input_channels;
    upper += conv->dilation_width * conv->input_channels;
  }
}

/* The same where some of them may be outside. */
HG_INLINE void hg_kronecker_fill_padded(const hg_kronecker_s8_t *p, const int8_t *input, int32_t y,
                                        int32_t left, int32_t *strip) {
  const hg_conv_2d_s8_t *conv = &p->conv;
  const int32_t rise = conv->input_width * conv->input_channels;
  const int8_t *first = input + y * rise + left * conv->input_channels;
  for (int32_t kx = 0; kx < conv->kernel_width; ++kx) {
    for (int32_t c = 0; c < conv->input_channels; ++c) {
      const int32_t lower = hg_kronecker_value(p, first, y, left, kx, c);
      const int32_t upper = hg_kronecker_value(p, first + rise, y + 1, left, kx, c);
      *strip = hg_kronecker_word(upper, lower);
      strip += hg_kronecker_line(p);
    }
  }
}

/* Fills the words from `from` on, fewer than `to`, of a strip for the output rows from y on. */
HG_INLINE void hg_kronecker_fill(const hg_kronecker_s8_t *p, const int8_t *input, int32_t y,
                                 int32_t x, int32_t from, int32_t to, int32_t *strip) {
  const hg_conv_2d_s8_t *conv = &p->conv;
  const int32_t top = y - conv->padding_top;
  const int32_t left = x * conv->stride_width - conv->padding_left;
  for (int32_t i = from; i < to; ++i) {
    const int32_t row = top + 2 * i;
    const int32_t inside = row >= 0 && row + 1 < conv->input_height && left >= 0 &&
                           left + conv->kernel_width <= conv->input_width;
    if (!conv->padded || (inside && conv->dilation_width == 1)) {
      hg_kronecker_fill_inside(p, input, row, left, strip + i);
    } else {
      hg_kronecker_fill_padded(p, input, row, left, strip + i);
    }
  }
}

/* The words that the next strip begins with are the last ones of this one. */
HG_INLINE void hg_kronecker_move(const hg_kronecker_s8_t *p, int32_t *strip) {
  for (int32_t i = 0; i < hg_kronecker_row(p); ++i, strip += hg_kronecker_line(p)) {
    HG_UNROLL(8)
    for (int32_t j = 0; j < hg_kronecker_terms(p) - 1; ++j) {
      strip[j] = strip[HG_KRONECKER_SUMS * p->turns + j];
    }
  }
}

HG_INLINE void hg_wide_add(hg_wide_t *sum, int32_t x, int32_t w) {
  const uint64_t before = (uint64_t)(uint32_t)sum->high << 32 | sum->low;
  const uint64_t after = before + (uint64_t)((int64_t)x * w);
  sum->low = (uint32_t)after;
  sum->high = (int32_t)(after >> 32);
}

/* Adds `terms` products to each of the first `count` sums. Returns the weights behind. */
HG_INLINE const int32_t *hg_kronecker_add(const int32_t *x, const int32_t *weights, int32_t terms,
                                          int32_t count, hg_wide_t sums[HG_KRONECKER_SUMS]) {
  HG_UNROLL(8)
  for (int32_t i = 0; i < count + terms - 1; ++i) {
    HG_UNROLL(HG_KRONECKER_SUMS)
    for (int32_t d = 0; d < count; ++d) {
      if (i >= d && i - d < terms) {
        hg_wide_add(&sums[d], x[i], weights[i - d]);
      }
    }
  }
  return weights + terms;
}

/* The first `count` sums of a turn. x: its first word in the strip. */
HG_INLINE void hg_kronecker_sum(const hg_kronecker_s8_t *p, const int32_t *x,
                                const int32_t *weights, int32_t count,
                                hg_wide_t sums[HG_KRONECKER_SUMS]) {
  const int32_t terms = hg_kronecker_terms(p);
  const int32_t line = hg_kronecker_line(p);
  const int32_t size = hg_kronecker_row(p);
#ifdef HG_THUMB2
  if (count > 1 && terms <= HG_THUMB2_TERMS && __builtin_constant_p(line)) {
    hg_kronecker_sum_thumb2(x, weights, terms, size, 4 * line, count, sums);
    return;
  }
#endif
  const hg_wide_t zero = {0, 0};
  sums[0] = sums[1] = sums[2] = zero;
  const int32_t groups = (terms + HG_KRONECKER_TERMS - 1) / HG_KRONECKER_TERMS;
  const int32_t group = (terms + groups - 1) / groups;
  for (int32_t r = 0; r < size; ++r) {
    for (int32_t j = 0; j < terms; j += group) {
      const int32_t *words = x + r * line + j;
      weights = hg_kronecker_add(words, weights, hg_min_s32(group, terms - j), count, sums);
    }
  }
}

/* The part in the middle, scaled. */
HG_INLINE int32_t hg_kronecker_even(hg_wide_t sum) {
  return (int32_t)((uint32_t)sum.high << (64 - 2 * HG_KRONECKER_BITS) |
                   sum.low >> (2 * HG_KRONECKER_BITS - 32));
}

/* The part on top of one sum, given its upper half, and at the bottom of the next one, scaled. */
HG_INLINE int32_t hg_kronecker_odd(int32_t upper, hg_wide_t next) {
  return (int32_t)(((uint32_t)upper << 1) + (next.low << (32 - HG_KRONECKER_BITS)));
}

/* Of each output channel, in this order: bias, multiplier, base and shift of hg_requantize_right.
 */
#define HG_SCALES 4

HG_INLINE int32_t hg_scaled_output(const hg_conv_2d_s8_t *p, const int32_t *scale, int32_t scaled) {
  /* Outputs below the offset, where alone the sign matters, may be clamped to it in any case. */
  const int32_t is_signed = p->output_min < p->output_offset;
#if defined(HG_THUMB2) && defined(__ARM_FEATURE_DSP)
  const int32_t value = hg_scaled_output_thumb2(scale, scaled, is_signed);
#else
  const int32_t sum = (scaled + (1 << (31 - HG_KRONECKER_BITS))) >> (32 - HG_KRONECKER_BITS);
  const int32_t whole = sum + scale[0];
  const int32_t base = scale[2] + (is_signed ? whole >> 31 : 0);
  const int32_t value = hg_add_high_half(base, 2 * whole, scale[1]) >> scale[3];
#endif
  return hg_clamp_s32(value, p->output_min, p->output_max);
}

#endif
