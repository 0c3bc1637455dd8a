/* What every kernel uses.
 *
 * Kernels are inline functions that take their shapes by a pointer to constants. A generated layer
 * calls one with a `static const` struct, so that the compiler knows every bound and specializes.
 */
#ifndef HG_COMMON_H
#define HG_COMMON_H

#include <stdint.h>

#define HG_INLINE static inline __attribute__((always_inline))
#define HG_NOINLINE __attribute__((noinline))

HG_INLINE int32_t hg_max_s32(int32_t a, int32_t b) {
  return a > b ? a : b;
}

HG_INLINE int32_t hg_clamp_s32(int32_t value, int32_t low, int32_t high) {
  return value < low ? low : (value > high ? high : value);
}

#endif
