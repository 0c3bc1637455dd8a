#ifndef TALLY_DATA_H
#define TALLY_DATA_H

#include <stdint.h>

#include "tally.h"

extern const int8_t tally_mix_weights[TALLY_OUTPUT_SIZE * TALLY_INPUT_SIZE];
extern const int32_t tally_mix_bias[TALLY_OUTPUT_SIZE];
extern const uint8_t tally_steps[TALLY_INPUT_SIZE];

#endif
