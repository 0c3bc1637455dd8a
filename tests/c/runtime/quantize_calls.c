/* The float edges as functions of their own, to look at their object code. */
#include "hg_quantize_product_s8.h"

void divide(const float *input, int32_t size, float scale, int32_t zero_point, int8_t *output);
void multiply(const float *input, int32_t size, const float edge[3], int32_t zero_point,
              int8_t *output);

void divide(const float *input, int32_t size, float scale, int32_t zero_point, int8_t *output) {
  hg_quantize_s8(input, size, scale, zero_point, output);
}

void multiply(const float *input, int32_t size, const float edge[3], int32_t zero_point,
              int8_t *output) {
  hg_quantize_product_s8(input, size, edge[0], edge[1], edge[2], zero_point, output);
}
