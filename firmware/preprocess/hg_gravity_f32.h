/* Turns a filtered sample so that gravity would point to -z. */
#ifndef HG_GRAVITY_F32_H
#define HG_GRAVITY_F32_H

#include "hg_math_f32.h"

/* Gravity is what the high-pass filter took away. Rodrigues' rotation of the rest about the axis
 * (-gy, gx, 0) by the angle between gravity and -z; sine and cosine are lengths divided by lengths,
 * so that neither can leave [-1, 1] and make a NaN.
 *
 * Gravity along z: the axis is 0 and the sample is only multiplied by the cosine, as the model zoo
 * has it. No gravity at all (free fall, a sensor that reads 0): the sample stays as it is.
 *
 * sample, dynamic: before and after the filter; output may be either. */
HG_INLINE void hg_rotate_gravity_f32(const float sample[3], const float dynamic[3],
                                     float output[3]) {
  const float dx = dynamic[0];
  const float dy = dynamic[1];
  const float dz = dynamic[2];
  const float gx = sample[0] - dx;
  const float gy = sample[1] - dy;
  const float gz = sample[2] - dz;
  const float across = hg_fma_f32(gx, gx, gy * gy);
  const float square = hg_fma_f32(gz, gz, across);
  if (!(square > 0.0f)) {
    output[0] = dx;
    output[1] = dy;
    output[2] = dz;
    return;
  }
  const float horizontal = __builtin_sqrtf(across);
  const float length = __builtin_sqrtf(square);
  const float part = horizontal > 0.0f ? 1.0f / horizontal : 0.0f;
  const float whole = 1.0f / length;
  const float ux = -gy * part;
  const float uy = gx * part;
  const float sine = horizontal * whole;
  const float cosine = -gz * whole;
  const float along = hg_fma_f32(ux, dx, uy * dy) * (1.0f - cosine);
  const float turned = sine * dz;
  output[0] = hg_fma_f32(dx, cosine, hg_fma_f32(uy, turned, ux * along));
  output[1] = hg_fma_f32(dy, cosine, hg_fma_f32(uy, along, -(ux * turned)));
  output[2] = hg_fma_f32(dz, cosine, hg_fma_f32(ux, dy, -(uy * dx)) * sine);
}

#endif
