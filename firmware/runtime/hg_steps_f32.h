/* float32 rounded to whole steps of at most 16 bits, one or two at a time. */
#ifndef HG_STEPS_F32_H
#define HG_STEPS_F32_H

#include "hg_common.h"

/* round(x steps_in_one), halves away from zero, within +-limit, a whole number. NaN gives -limit:
 * fmaxf passes it over. Each is one instruction on a core with FPv5. */
HG_INLINE int32_t hg_to_steps(float x, float steps_in_one, float limit) {
  const float near = __builtin_fminf(__builtin_fmaxf(x * steps_in_one, -limit), limit);
  return (int32_t)__builtin_lroundf(near);
}

/* Two of them in the halves of a word, the first one in the lower half. */
HG_INLINE uint32_t hg_pack_steps(int32_t first, int32_t second) {
  return ((uint32_t)first & 0xffffu) | (uint32_t)second << 16;
}

/* All of x in words; where the last one is half empty, with 0. Returns the sum of the steps. */
HG_INLINE int32_t hg_words_of_steps(const float *x, int32_t size, float steps_in_one, float limit,
                                    uint32_t *words) {
  int32_t sum = 0;
  for (int32_t i = 0; i < size / 2; ++i) {
    const int32_t first = hg_to_steps(x[2 * i], steps_in_one, limit);
    const int32_t second = hg_to_steps(x[2 * i + 1], steps_in_one, limit);
    words[i] = hg_pack_steps(first, second);
    sum += first + second;
  }
  if (size % 2 != 0) {
    const int32_t last = hg_to_steps(x[size - 1], steps_in_one, limit);
    words[size / 2] = hg_pack_steps(last, 0);
    sum += last;
  }
  return sum;
}

#endif
