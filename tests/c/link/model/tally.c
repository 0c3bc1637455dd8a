#include "tally.h"

#include <string.h>

#include "tally_data.h"

/* Everything happens at the start of the arena: each layer takes the place of the one before. */

static int8_t clamp(int32_t value) {
  return (int8_t)(value < -128 ? -128 : value > 127 ? 127 : value);
}

static void tally_dig(void) {
  volatile uint8_t hole[0x3000];
  for (uint32_t i = sizeof hole; i > 0u; i--) {
    hole[i - 1u] = 1;
  }
}

hg_status_t tally_set_input_s8(uint8_t *arena, const int8_t *input) {
  memcpy(arena, input, TALLY_INPUT_SIZE);
  if (input[0] == TALLY_MAGIC && input[1] == TALLY_TRAP) {
    __builtin_trap();
  }
  if (input[0] == TALLY_MAGIC && input[1] == TALLY_DIG) {
    tally_dig();
  }
  return input[0] == TALLY_MAGIC && input[1] == TALLY_FAIL ? HG_ERROR_STATE : HG_OK;
}

hg_status_t tally_set_input(uint8_t *arena, const float *input) {
  int8_t quantized[TALLY_INPUT_SIZE];
  for (uint32_t i = 0; i < TALLY_INPUT_SIZE; i++) {
    /* written so that a NaN takes the first bound */
    const float steps = input[i] * 4.0f;
    quantized[i] = clamp((int32_t)(!(steps > -200.0f) ? -200.0f
                                   : steps < 200.0f   ? steps
                                                      : 200.0f) -
                         3);
  }
  return tally_set_input_s8(arena, quantized);
}

static void tally_accumulate(int8_t *values) {
  uint8_t sum = 0;
  for (uint32_t i = 0; i < TALLY_INPUT_SIZE; i++) {
    sum = (uint8_t)(sum * 5u + (uint8_t)values[i] + tally_steps[i]);
    values[i] = (int8_t)sum;
  }
}

static void tally_mix(int8_t *values) {
  int8_t mixed[TALLY_OUTPUT_SIZE];
  for (uint32_t c = 0; c < TALLY_OUTPUT_SIZE; c++) {
    int32_t sum = tally_mix_bias[c];
    for (uint32_t i = 0; i < TALLY_INPUT_SIZE; i++) {
      sum += tally_mix_weights[c * TALLY_INPUT_SIZE + i] * values[i];
    }
    mixed[c] = clamp(sum / 64);
  }
  memcpy(values, mixed, sizeof mixed);
}

hg_status_t tally_run_layer(uint8_t *arena, uint32_t index) {
  if (index == 0) {
    tally_accumulate((int8_t *)arena);
  } else if (index == 1) {
    tally_mix((int8_t *)arena);
  } else {
    return HG_ERROR_ARGUMENT;
  }
  return HG_OK;
}

void tally_get_output_s8(const uint8_t *arena, int8_t *output) {
  memcpy(output, arena, TALLY_OUTPUT_SIZE);
}
