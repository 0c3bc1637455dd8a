/* Reads floats from standard input and writes for each its tanh and its logistic function. */
#include <stdio.h>

#include "hg_logistic_f32.h"
#include "hg_tanh_f32.h"

int main(void) {
  float x;
  while (fread(&x, sizeof x, 1, stdin) == 1) {
    const float values[2] = {hg_tanh_value_f32(x), hg_logistic_value_f32(x)};
    if (fwrite(values, sizeof values, 1, stdout) != 1) {
      return 1;
    }
  }
  return 0;
}
