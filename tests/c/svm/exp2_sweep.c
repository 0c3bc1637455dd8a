/* hg_exp2_of_product_f32 against exp2 in double, for every stride-th float from -126 to 0.
 *
 * Prints the largest error in ulps, a checksum of all bits, and how many of those below -28.01 are
 * not 0 as a whole number of 2^-28, which the skipping of far vectors takes for granted.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "hg_exp2_f32.h"

int main(int argc, char **argv) {
  const uint32_t stride = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 1u;
  double largest = 0.0;
  uint32_t checksum = 0;
  unsigned not_zero = 0;
  for (uint32_t bits = 0x80000000u; bits <= hg_bits_of_f32(-126.0f); bits += stride) {
    const float x = hg_f32_of_bits(bits);
    const float found = hg_exp2_of_product_f32(x, 1.0f, 0);
    const double exact = exp2((double)x);
    const double ulp = ldexp(1.0, ilogb(exact) - 23);
    const double error = fabs((double)found - exact) / ulp;
    largest = error > largest ? error : largest;
    checksum = checksum * 31u + hg_bits_of_f32(found);
    not_zero += x < -28.01f && (int32_t)hg_exp2_of_product_f32(x, 1.0f, 28) != 0;
  }
  printf("%.6f %08x %u\n", largest, (unsigned)checksum, not_zero);
  return 0;
}
