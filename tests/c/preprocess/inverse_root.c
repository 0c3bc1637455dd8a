/* Reads whole numbers of 64 bits from standard input; writes mantissa and doublings of each. */
#include "hg_inverse_root.h"

#include <stdio.h>

int main(void) {
  uint64_t x;
  while (fread(&x, sizeof x, 1, stdin) == 1) {
    const hg_inverse_root_t found = hg_inverse_root(x);
    if (fwrite(&found, sizeof found, 1, stdout) != 1) {
      return 1;
    }
  }
  return 0;
}
