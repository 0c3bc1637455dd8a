/* har: its constants. Written by hargen 0.1.0; see har.h. */
#ifndef HAR_DATA_H
#define HAR_DATA_H

#include <stdint.h>

#include "hg_info.h"

extern _Alignas(8) const int32_t har_layer_0_weights[12];
extern _Alignas(8) const int32_t har_layer_0_bias[12];
extern _Alignas(8) const int8_t har_layer_4_weights[42];
extern _Alignas(8) const int32_t har_layer_4_bias[7];
extern _Alignas(8) const int32_t har_layer_4_multiplier[7];
extern _Alignas(8) const int8_t har_layer_4_shift[7];
extern _Alignas(8) const int8_t har_layer_6_weights[14];
extern _Alignas(8) const int32_t har_layer_6_bias[2];
extern _Alignas(8) const int8_t har_layer_7_weights[6];
extern _Alignas(8) const int32_t har_layer_7_bias[3];
extern const hg_info_t har_model_info;

#endif
