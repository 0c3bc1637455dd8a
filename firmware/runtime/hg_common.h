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

/* Of a function whose code is to be small rather than fast. */
#define HG_COLD __attribute__((cold))

/* Of a function in which the compiler writes out rounds of loops that say nothing of it; where the
 * attribute adds to the compiler's options, as GCC 12 has it. Before, it might replace them. */
#if !defined(__clang__) && defined(__GNUC__) && (__GNUC__ >= 12)
#define HG_UNROLLED __attribute__((optimize("unroll-loops")))
#else
#define HG_UNROLLED
#endif

/* Of what is worth its own copy in each layer, but for size, where all layers call the same one. */
#ifdef __OPTIMIZE_SIZE__
#define HG_SHARED static __attribute__((unused))
#else
#define HG_SHARED HG_INLINE
#endif

/* Whether floats are a library's: one call an operation, and fmaf and its like are not there. */
#if !defined(HG_SOFT_FLOAT)
#if defined(__arm__) && !defined(__ARM_FP)
#define HG_SOFT_FLOAT 1
#else
#define HG_SOFT_FLOAT 0
#endif
#endif

/* In front of a loop: so many rounds are written out. */
#define HG_UNROLL(rounds) HG_PRAGMA(GCC unroll rounds)
#define HG_PRAGMA(text) _Pragma(#text)

/* The compiler forgets what it knows of a variable; no instruction comes of it. */
#define HG_OPAQUE(variable) __asm__("" : "+r"(variable))

HG_INLINE int32_t hg_max_s32(int32_t a, int32_t b) {
  return a > b ? a : b;
}

HG_INLINE int32_t hg_min_s32(int32_t a, int32_t b) {
  return a < b ? a : b;
}

HG_INLINE int32_t hg_clamp_s32(int32_t value, int32_t low, int32_t high) {
#if defined(__ARM_FEATURE_SAT) && (__ARM_FEATURE_SAT == 1)
  if (low == INT8_MIN && high == INT8_MAX) {
    return (int32_t)__builtin_arm_ssat(value, 8); /* __ssat converts without a cast */
  }
#endif
  return value < low ? low : (value > high ? high : value);
}

#endif
