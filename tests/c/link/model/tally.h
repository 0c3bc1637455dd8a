/* A tiny model for tests of the link and the build: two int8 layers whose outputs vary with every
 * input byte. tests/support/tally.py computes the same independently. */
#ifndef TALLY_H
#define TALLY_H

#include <stdint.h>

#include "hg_status.h"

#define TALLY_INPUT_SIZE 24
#define TALLY_OUTPUT_SIZE 4
#define TALLY_ARENA_SIZE 32

/* Inputs that begin so make it trap, return an error, or use more stack than the board has. */
#define TALLY_MAGIC 127
#define TALLY_TRAP 126
#define TALLY_FAIL 125
#define TALLY_DIG 124

hg_status_t tally_set_input(uint8_t *arena, const float *input);
hg_status_t tally_set_input_s8(uint8_t *arena, const int8_t *input);
hg_status_t tally_run_layer(uint8_t *arena, uint32_t index);
void tally_get_output_s8(const uint8_t *arena, int8_t *output);

#endif
