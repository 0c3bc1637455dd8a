/* Reads scale, factor, rest, zero point (as a float) and floats from standard input; writes the
 * int8 values. */
#include "hg_quantize_product_s8.h"

#include <stdio.h>

#define MOST (1 << 20)

static float input[MOST];
static int8_t output[MOST];

int main(void) {
  float edge[4];
  if (fread(edge, sizeof edge, 1, stdin) != 1) {
    return 1;
  }
  const size_t size = fread(input, sizeof input[0], MOST, stdin);
  hg_quantize_product_s8(input, (int32_t)size, edge[0], edge[1], edge[2], (int32_t)edge[3], output);
  return fwrite(output, 1, size, stdout) == size ? 0 : 1;
}
