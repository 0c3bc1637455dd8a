/* Reads samples before and after the filter, x, y, z of each; writes them turned. */
#include "hg_gravity_s32.h"

#include <stdio.h>

int main(void) {
  int32_t given[6];
  while (fread(given, sizeof given, 1, stdin) == 1) {
    int32_t turned[3];
    hg_rotate_gravity_s32(given, given + 3, turned);
    if (fwrite(turned, sizeof turned, 1, stdout) != 1) {
      return 1;
    }
  }
  return 0;
}
