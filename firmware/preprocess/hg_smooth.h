/* One activity of the last few windows. */
#ifndef HG_SMOOTH_H
#define HG_SMOOTH_H

#include "hg_common.h"

/* The most frequent of `count` classes, of equals the first. */
HG_INLINE uint32_t hg_smooth_majority(const uint8_t *history, uint32_t count,
                                      uint32_t class_count) {
  uint32_t best = 0;
  uint32_t most = 0;
  for (uint32_t candidate = 0; candidate < class_count; ++candidate) {
    uint32_t votes = 0;
    for (uint32_t i = 0; i < count; ++i) {
      votes += history[i] == candidate ? 1u : 0u;
    }
    if (votes > most) {
      best = candidate;
      most = votes;
    }
  }
  return best;
}

/* The class of the largest sum of `count` outputs (count, class_count), of equals the first. */
HG_INLINE uint32_t hg_smooth_mean_s8(const int8_t *history, uint32_t count, uint32_t class_count) {
  uint32_t best = 0;
  int32_t largest = INT32_MIN;
  for (uint32_t candidate = 0; candidate < class_count; ++candidate) {
    int32_t sum = 0;
    for (uint32_t i = 0; i < count; ++i) {
      sum += history[i * class_count + candidate];
    }
    if (sum > largest) {
      best = candidate;
      largest = sum;
    }
  }
  return best;
}

HG_INLINE uint32_t hg_smooth_mean_f32(const float *history, uint32_t count, uint32_t class_count) {
  uint32_t best = 0;
  float largest = -__builtin_inff();
  for (uint32_t candidate = 0; candidate < class_count; ++candidate) {
    float sum = 0.0f;
    for (uint32_t i = 0; i < count; ++i) {
      sum += history[i * class_count + candidate];
    }
    if (sum > largest) {
      best = candidate;
      largest = sum;
    }
  }
  return best;
}

#endif
