/* What every float32 kernel uses.
 *
 * Only +, -, *, / and fused multiply-adds, which IEEE 754 defines exactly, in an order that the
 * source fixes: a kernel gives the same bits with every compiler and level of optimization. fmaf is
 * one instruction on a core with an FPU; -ffp-contract=off keeps compilers from fusing more.
 */
#ifndef HG_MATH_F32_H
#define HG_MATH_F32_H

#include "hg_common.h"

#define HG_LARGEST_F32 3.402823466e38f

/* Output channels that one pass over the input sums up: each value is loaded once for all. */
#define HG_LANES 4

HG_INLINE uint32_t hg_bits_of_f32(float value) {
  uint32_t bits;
  __builtin_memcpy(&bits, &value, sizeof(bits));
  return bits;
}

HG_INLINE float hg_f32_of_bits(uint32_t bits) {
  float value;
  __builtin_memcpy(&value, &bits, sizeof(value));
  return value;
}

HG_INLINE float hg_fma_f32(float a, float b, float sum) {
  return __builtin_fmaf(a, b, sum);
}

/* The larger one. A candidate that is NaN is passed over, as TensorFlow Lite's maxima do. */
HG_INLINE float hg_max_f32(float largest, float candidate) {
  return candidate > largest ? candidate : largest;
}

/* The larger one of a number and a sum of products; +0 is larger than -0. A sum that is NaN is
 * passed over. One instruction on an Armv8-M core with an FPU, which TensorFlow Lite's zeros
 * without sign do not tell from the comparison above; what is no result of arithmetic may be a
 * signaling NaN, though, and that it does not pass over. */
HG_INLINE float hg_max_sum_f32(float largest, float sum) {
#if defined(__ARM_ARCH_8M_MAIN__) && defined(__ARM_FP)
  return __builtin_fmaxf(largest, sum);
#else
  if (sum == largest) {
    return hg_f32_of_bits(hg_bits_of_f32(sum) & hg_bits_of_f32(largest));
  }
  return hg_max_f32(largest, sum);
#endif
}

/* NaN stays. A bound of -+HG_LARGEST_F32 is none: infinities stay, too. */
HG_INLINE float hg_clamp_f32(float value, float low, float high) {
  const float raised = low > -HG_LARGEST_F32 && value < low ? low : value;
  return high < HG_LARGEST_F32 && raised > high ? high : raised;
}

/* The functions of lanes are called with a constant number of them, so that no test is left. They
 * name each lane, because compilers keep only arrays with constant indices in registers. */

/* sums = bias, or zeros where bias is null. */
HG_INLINE void hg_start_lanes_f32(int32_t lanes, const float *bias, float sums[HG_LANES]) {
  sums[0] = bias ? bias[0] : 0.0f;
  sums[1] = bias && lanes > 1 ? bias[1] : 0.0f;
  sums[2] = bias && lanes > 2 ? bias[2] : 0.0f;
  sums[3] = bias && lanes > 3 ? bias[3] : 0.0f;
}

/* sums += x * weights. */
HG_INLINE void hg_fma_lanes_f32(int32_t lanes, float x, const float *weights,
                                float sums[HG_LANES]) {
  sums[0] = hg_fma_f32(x, weights[0], sums[0]);
  if (lanes > 1) {
    sums[1] = hg_fma_f32(x, weights[1], sums[1]);
  }
  if (lanes > 2) {
    sums[2] = hg_fma_f32(x, weights[2], sums[2]);
  }
  if (lanes > 3) {
    sums[3] = hg_fma_f32(x, weights[3], sums[3]);
  }
}

/* largest = the larger ones of largest and sums. */
HG_INLINE void hg_max_lanes_f32(const float sums[HG_LANES], float largest[HG_LANES]) {
  largest[0] = hg_max_sum_f32(largest[0], sums[0]);
  largest[1] = hg_max_sum_f32(largest[1], sums[1]);
  largest[2] = hg_max_sum_f32(largest[2], sums[2]);
  largest[3] = hg_max_sum_f32(largest[3], sums[3]);
}

/* output = sums, clamped. */
HG_INLINE void hg_store_lanes_f32(int32_t lanes, const float sums[HG_LANES], float low, float high,
                                  float *output) {
  output[0] = hg_clamp_f32(sums[0], low, high);
  if (lanes > 1) {
    output[1] = hg_clamp_f32(sums[1], low, high);
  }
  if (lanes > 2) {
    output[2] = hg_clamp_f32(sums[2], low, high);
  }
  if (lanes > 3) {
    output[3] = hg_clamp_f32(sums[3], low, high);
  }
}

#endif
