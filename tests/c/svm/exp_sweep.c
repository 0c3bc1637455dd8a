/* hg_exp_f32 of every stride-th float from offset on, against exp in double.
 *
 * Prints the largest error in ulps of the true value, its argument, a checksum of the results that
 * two builds can compare, and how many results are wrong in kind (not a NaN, not 0, not infinity).
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "hg_exp_f32.h"

/* The gap between floats around a value, that of the subnormals at least. */
static double ulp_of(double value) {
  const int exponent = value > 0.0 ? ilogb(value) : -149;
  return ldexp(1.0, (exponent < -126 ? -126 : exponent) - 23);
}

/* Half a gap beyond the largest float, results round to infinity. */
static const double overflow = 0x1.ffffffp+127;

int main(int argc, char **argv) {
  const uint64_t stride = argc > 1 ? strtoull(argv[1], NULL, 0) : 1u;
  const uint64_t offset = argc > 2 ? strtoull(argv[2], NULL, 0) : 0u;
  double worst = 0.0;
  float worst_at = 0.0f;
  uint64_t checksum = 14695981039346656037u;
  uint64_t wrong_kind = 0;
  for (uint64_t bits = offset; bits < (uint64_t)1 << 32; bits += stride) {
    const float x = hg_f32_of_bits((uint32_t)bits);
    const float found = hg_exp_f32(x);
    if (x != x) {
      wrong_kind += found == found; /* whose NaN it is depends on the machine: not in the sum */
      continue;
    }
    checksum = (checksum ^ hg_bits_of_f32(found)) * 1099511628211u;
    const double expected = exp((double)x);
    if (expected >= overflow || isinf(found)) {
      wrong_kind += !(expected >= overflow && isinf(found) && found > 0.0f);
      continue;
    }
    const double error = fabs((double)found - expected) / ulp_of(expected);
    if (!(error <= worst)) {
      worst = error;
      worst_at = x;
    }
  }
  printf("%.9f %a %016" PRIx64 " %" PRIu64 "\n", worst, (double)worst_at, checksum, wrong_kind);
  return 0;
}
