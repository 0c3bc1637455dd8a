/* Maxima and sums of four int8 values in a word each. */
#ifndef HG_BYTES_S8_H
#define HG_BYTES_S8_H

#include "hg_halves.h"

/* Sums of bytes 0 and 2, and of bytes 1 and 3, as halves: of 256 bytes at most. */
typedef struct {
  uint32_t even;
  uint32_t odd;
} hg_byte_sums_t;

#define HG_BYTES_SUMMED 256

#if defined(__ARM_FEATURE_SIMD32) && (__ARM_FEATURE_SIMD32 == 1)
/* The larger of each two bytes. */
HG_INLINE uint32_t hg_max_bytes(uint32_t a, uint32_t b) {
  uint32_t larger; /* the flags between the two are nobody else's */
  __asm__("ssub8 %0, %1, %2\n\tsel %0, %1, %2" : "=&r"(larger) : "r"(a), "r"(b) : "cc");
  return larger;
}

/* Half the sum of each two bytes, rounded down. */
HG_INLINE uint32_t hg_halve_bytes(uint32_t a, uint32_t b) {
  return (uint32_t)__shadd8((int8x4_t)a, (int8x4_t)b);
}
#else
HG_INLINE uint32_t hg_max_bytes(uint32_t a, uint32_t b) {
  uint32_t larger = 0;
  HG_UNROLL(4)
  for (int32_t shift = 0; shift < 32; shift += 8) {
    const int32_t byte = hg_max_s32((int8_t)(uint8_t)(a >> shift), (int8_t)(uint8_t)(b >> shift));
    larger |= ((uint32_t)byte & 0xFFu) << shift;
  }
  return larger;
}

HG_INLINE uint32_t hg_halve_bytes(uint32_t a, uint32_t b) {
  uint32_t halves = 0;
  HG_UNROLL(4)
  for (int32_t shift = 0; shift < 32; shift += 8) {
    const int32_t sum = (int8_t)(uint8_t)(a >> shift) + (int8_t)(uint8_t)(b >> shift);
    halves |= ((uint32_t)(sum >> 1) & 0xFFu) << shift;
  }
  return halves;
}
#endif

/* The mean of each two bytes, halves away from zero: up where the mean is not negative. */
HG_INLINE uint32_t hg_mean_bytes(uint32_t a, uint32_t b) {
  const uint32_t down = hg_halve_bytes(a, b);
  return down + ((a ^ b) & ~(down >> 7) & 0x01010101u);
}

/* Of `rows` words, the first at p and each `step` bytes behind the one before. */
HG_INLINE uint32_t hg_max_rows(const int8_t *p, int32_t rows, int32_t step) {
  uint32_t largest = hg_load_bytes(p);
  HG_UNROLL(4)
  for (int32_t i = 1; i < rows; ++i) {
    p += step;
    largest = hg_max_bytes(largest, hg_load_bytes(p));
  }
  return largest;
}

HG_INLINE hg_byte_sums_t hg_sum_rows(const int8_t *p, int32_t rows, int32_t step,
                                     hg_byte_sums_t sums) {
  HG_UNROLL(4)
  for (int32_t i = 0; i < rows; ++i) {
    const uint32_t bytes = hg_load_bytes(p);
    sums.even = hg_add_even(sums.even, bytes);
    sums.odd = hg_add_odd(sums.odd, bytes);
    p += step;
  }
  return sums;
}

/* Sum of byte 0, 1, 2 or 3. */
HG_INLINE int32_t hg_byte_sum(hg_byte_sums_t sums, int32_t byte) {
  const uint32_t halves = byte & 1 ? sums.odd : sums.even;
  return (int16_t)(uint16_t)(byte & 2 ? halves >> 16 : halves);
}

#endif
