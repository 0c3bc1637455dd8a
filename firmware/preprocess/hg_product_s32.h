/* Products of two words. */
#ifndef HG_PRODUCT_S32_H
#define HG_PRODUCT_S32_H

#include "hg_common.h"

/* a * b in full: SMULL, or SMLAL where it is added to something. gcc would widen a factor that is
 * used several times once and for all, and then multiply 64 bits by 64 with three instructions. */
HG_INLINE int64_t hg_product_s32(int32_t a, int32_t b) {
  if (!__builtin_constant_p(a)) {
    HG_OPAQUE(a);
  }
  HG_OPAQUE(b);
  return (int64_t)a * b;
}

/* The upper half of it. */
HG_INLINE int32_t hg_high_s32(int32_t a, int32_t b) {
  return (int32_t)(hg_product_s32(a, b) >> 32);
}

HG_INLINE uint32_t hg_high_u32(uint32_t a, uint32_t b) {
  return (uint32_t)(((uint64_t)a * b) >> 32);
}

#endif
