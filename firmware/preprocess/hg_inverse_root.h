/* 1 / sqrt(x) of a whole number, without division. */
#ifndef HG_INVERSE_ROOT_H
#define HG_INVERSE_ROOT_H

#include "hg_product_s32.h"

/* 1 / sqrt(x) = mantissa * 2^(doublings - 62). */
typedef struct {
  int32_t mantissa;  /* 2^30, a bit less or more, to 2^31 - 1 */
  int32_t doublings; /* 1 to 31: as many that sqrt(x) stays below 2^32 */
} hg_inverse_root_t;

/* Of x from 1 to 2^62 - 1; the mantissa errs by 6 at most, in 2^30.
 *
 * With t the first 32 bits of x * 4^doublings, from 1/4 to 1: a parabola that is 2.5 % off at most,
 * then three steps of Newton's r + r (1 - t r^2) / 2, each of which squares what is left (2.5e-2,
 * 9e-4, 1.2e-6, 2e-12). r has 30 bits behind the point, t 32, and 1 - t r^2 29. */
HG_INLINE hg_inverse_root_t hg_inverse_root(uint64_t x) {
  const uint32_t high = (uint32_t)(x >> 32);
  const int32_t zeros =
      high != 0u ? (int32_t)__builtin_clz(high) : 32 + (int32_t)__builtin_clz((uint32_t)x);
  const int32_t doublings = zeros / 2;
  const uint32_t t = (uint32_t)((x << (2 * doublings)) >> 32);
  uint32_t r = 2867798755u - hg_high_u32(t, 3527650590u - hg_high_u32(t, 3518821694u) / 2u);
  HG_UNROLL(3)
  for (int32_t i = 0; i < 3; ++i) {
    const uint32_t square = (uint32_t)(((uint64_t)r * r) >> 31);
    const int32_t rest = (int32_t)((1u << 29) - hg_high_u32(t, square));
    r += (uint32_t)(hg_product_s32(rest, (int32_t)(r / 2u)) >> 29);
  }
  /* of a power of 4 it is 2, or a bit above it */
  const hg_inverse_root_t found = {
      .mantissa = (int32_t)(r > (uint32_t)INT32_MAX ? (uint32_t)INT32_MAX : r),
      .doublings = doublings,
  };
  return found;
}

#endif
