/* Copies of the few values of a network's edges: the C library's memcpy, which is made for many,
 * would be more code than some kernels are (newlib's takes 236 bytes).
 */
#ifndef HG_COPY_H
#define HG_COPY_H

#include "hg_common.h"

HG_INLINE void hg_copy_f32(const float *input, int32_t size, float *output) {
#ifdef __OPTIMIZE_SIZE__
  const int32_t whole = 0;
#else
  const int32_t whole = size / 4 * 4;
  for (int32_t i = 0; i < whole; i += 4) {
    const float first = input[i];
    const float second = input[i + 1];
    const float third = input[i + 2];
    const float fourth = input[i + 3];
    output[i] = first;
    output[i + 1] = second;
    output[i + 2] = third;
    output[i + 3] = fourth;
  }
#endif
  HG_UNROLL(1)
  for (int32_t i = whole; i < size; ++i) {
    output[i] = input[i];
  }
}

HG_INLINE void hg_copy_s8(const int8_t *input, int32_t size, int8_t *output) {
#ifdef __OPTIMIZE_SIZE__
  const int32_t whole = 0;
#else
  const int32_t whole = size / 8 * 8;
  for (int32_t i = 0; i < whole; i += 8) {
    uint32_t first;
    uint32_t second;
    __builtin_memcpy(&first, input + i, sizeof first);
    __builtin_memcpy(&second, input + i + 4, sizeof second);
    __builtin_memcpy(output + i, &first, sizeof first);
    __builtin_memcpy(output + i + 4, &second, sizeof second);
  }
#endif
  HG_UNROLL(1)
  for (int32_t i = whole; i < size; ++i) {
    output[i] = input[i];
  }
}

#endif
