/* Reads a scale, a zero point (as a float) and floats from standard input; writes the int8 values.
 */
#include "hg_quantize_s8.h"

#include <stdio.h>

int main(void) {
  float edge[2];
  float x;
  if (fread(edge, sizeof edge, 1, stdin) != 1) {
    return 1;
  }
  while (fread(&x, sizeof x, 1, stdin) == 1) {
    int8_t value;
    hg_quantize_s8(&x, 1, edge[0], (int32_t)edge[1], &value);
    if (fwrite(&value, sizeof value, 1, stdout) != 1) {
      return 1;
    }
  }
  return 0;
}
