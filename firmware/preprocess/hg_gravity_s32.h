/* Turns a filtered sample so that gravity would point to -z, in integers. */
#ifndef HG_GRAVITY_S32_H
#define HG_GRAVITY_S32_H

#include "hg_inverse_root.h"

/* Directions have 29 bits behind the point. */
#define HG_DIRECTION_BITS 29
#define HG_DIRECTION_ONE (1 << HG_DIRECTION_BITS)

/* A component of a vector, divided by the length that `of` is the inverse of. */
HG_INLINE int32_t hg_direction_s32(int32_t component, hg_inverse_root_t of) {
  const int32_t raised = component * (1 << (of.doublings - 1));
  return hg_high_s32(raised, of.mantissa);
}

HG_INLINE int32_t hg_rounded_direction_s32(int64_t sum) {
  return (int32_t)((sum + HG_DIRECTION_ONE / 2) >> HG_DIRECTION_BITS);
}

HG_INLINE uint64_t hg_square_s32(int32_t value) {
  return (uint64_t)(hg_product_s32(value, value));
}

/* The rotation of hg_gravity_f32.h, and its cases. As axis times sine is (-gy, gx) / length, two
 * inverse roots are all that it takes: 195 instructions on a Cortex-M33, where the floats of a
 * library take 3269 (docs/numerics.md).
 *
 * Gravity and the squares of its components: below 2^31 and 2^62. */
HG_INLINE void hg_rotate_gravity_s32(const int32_t sample[3], const int32_t dynamic[3],
                                     int32_t output[3]) {
  const int32_t dx = dynamic[0];
  const int32_t dy = dynamic[1];
  const int32_t dz = dynamic[2];
  const int32_t gx = sample[0] - dx;
  const int32_t gy = sample[1] - dy;
  const int32_t gz = sample[2] - dz;
  const uint64_t across = hg_square_s32(gx) + hg_square_s32(gy);
  const uint64_t square = across + hg_square_s32(gz);
  if (square == 0u) {
    output[0] = dx;
    output[1] = dy;
    output[2] = dz;
    return;
  }
  const hg_inverse_root_t whole = hg_inverse_root(square);
  const int32_t nx = hg_direction_s32(gx, whole);
  const int32_t ny = hg_direction_s32(gy, whole);
  const int32_t cosine = -hg_direction_s32(gz, whole);
  int32_t ux = 0;
  int32_t uy = 0;
  if (across != 0u) {
    const hg_inverse_root_t part = hg_inverse_root(across);
    ux = -hg_direction_s32(gy, part);
    uy = hg_direction_s32(gx, part);
  }
  const int32_t projected =
      hg_rounded_direction_s32(hg_product_s32(ux, dx) + hg_product_s32(uy, dy));
  const int32_t along =
      hg_rounded_direction_s32(hg_product_s32(projected, HG_DIRECTION_ONE - cosine));
  output[0] = hg_rounded_direction_s32(hg_product_s32(dx, cosine) + hg_product_s32(nx, dz) +
                                       hg_product_s32(ux, along));
  output[1] = hg_rounded_direction_s32(hg_product_s32(dy, cosine) + hg_product_s32(ny, dz) +
                                       hg_product_s32(uy, along));
  output[2] = hg_rounded_direction_s32(hg_product_s32(dz, cosine) + hg_product_s32(-nx, dx) +
                                       hg_product_s32(-ny, dy));
}

#endif
