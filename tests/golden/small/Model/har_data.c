/* har: its constants. Written by hargen 0.1.0; see har.h. */
#include "har_data.h"

#include "har.h"

/* clang-format off */

/* weights: 3x3x2x1, two rows in a word */
_Alignas(8) const int32_t har_layer_0_weights[12] = {
  31457310, 188743680, -106954643, -266338304, 10485686, 73400320, -241172586, 205520896, -41942929,
  92274688, 109051918, -134217728,
};

/* bias: of each channel: bias with the input's zero point, multiplier, offset to round, shift */
_Alignas(8) const int32_t har_layer_0_bias[12] = {
  -337, 1073741824, -4064, 6, -2001, 1073741824, -4064, 6, 134, 1073741824, -4064, 6,
};

/* weights: 7x1x2x3 */
_Alignas(8) const int8_t har_layer_4_weights[42] = {
  122, -23, 76, 23, -126, 4, 16, -46, 77, -24, 66, 93, -68, 40, -105, 82, 48, 67, -50, 18, -16, 89,
  24, 121, -82, 58, -14, -88, -45, 37, 5, -77, -53, -59, 1, -57, -104, -48, 54, -99, -80, 21,
};

/* bias: the input's zero point is folded in */
_Alignas(8) const int32_t har_layer_4_bias[7] = {
  6394, 10955, 6047, 5777, -16508, -12936, -15948,
};

/* table: Q0.31, one an output channel */
_Alignas(8) const int32_t har_layer_4_multiplier[7] = {
  1073741824, 1073741824, 1073741824, 1073741824, 1073741824, 1073741824, 1073741824,
};

/* table: powers of two, one an output channel */
_Alignas(8) const int8_t har_layer_4_shift[7] = {
  -5, -5, -5, -5, -5, -5, -5,
};

/* weights: 2x7 */
_Alignas(8) const int8_t har_layer_6_weights[14] = {
  -49, 15, 94, -36, 51, 50, 123, 33, -32, 111, 75, -88, 16, -98,
};

/* bias: the input's zero point is folded in */
_Alignas(8) const int32_t har_layer_6_bias[2] = {
  34375, 9100,
};

/* weights: 3x2 */
_Alignas(8) const int8_t har_layer_7_weights[6] = {
  117, -49, -102, 47, 71, 32,
};

/* bias: the input's zero point is folded in */
_Alignas(8) const int32_t har_layer_7_bias[3] = {
  4694, -5822, 5696,
};

static const char *const har_class_names[HAR_CLASS_COUNT] = {
    "class_0",
    "class_1",
    "class_2",
};

static const hg_layer_info_t har_layer_info[HAR_LAYER_COUNT] = {
    {.offset = 72, .size = 66},
    {.offset = 68, .size = 3},
    {.offset = 0, .size = 66},
    {.offset = 68, .size = 18},
    {.offset = 0, .size = 14},
    {.offset = 16, .size = 7},
    {.offset = 4, .size = 2},
    {.offset = 0, .size = 3},
    {.offset = 4, .size = 3},
};

#if defined(__arm__)
__attribute__((section(".rodata.hg_info"), used))
#endif
const hg_info_t har_model_info = {
    .magic = HG_INFO_MAGIC,
    .abi_version = HG_ABI_VERSION,
    .model_sha256 =
        {
            0x70, 0xb7, 0x7f, 0xfd, 0xbe, 0x86, 0x84, 0x14, 0xcf, 0xaa, 0xf5, 0xea,
            0xd3, 0x5d, 0x88, 0x38, 0x4b, 0x93, 0xa4, 0x96, 0x45, 0x43, 0x24, 0x20,
            0x03, 0x98, 0x13, 0x19, 0xe6, 0x8c, 0xa3, 0x60,
        },
    .preprocessing_sha256 =
        {
            0x68, 0xc0, 0xe6, 0x61, 0xcd, 0x78, 0xae, 0x61, 0xd8, 0x32, 0x13, 0xfc,
            0x44, 0x70, 0xdd, 0x41, 0x56, 0x5f, 0x7b, 0x3f, 0x56, 0xcd, 0x6c, 0x0c,
            0xb4, 0x35, 0x5e, 0x95, 0x5b, 0xe9, 0x0c, 0xf1,
        },
    .input =
        {
            .size = HAR_INPUT_SIZE,
            .shape = {24, 3, 1, 0},
            .rank = 3,
            .dtype = HG_DTYPE_FLOAT32,
            .scale = 0.125f,
            .zero_point = -5,
        },
    .output =
        {
            .size = HAR_OUTPUT_SIZE,
            .shape = {3, 0, 0, 0},
            .rank = 1,
            .dtype = HG_DTYPE_FLOAT32,
            .scale = 0.00390625f,
            .zero_point = -128,
        },
    .arena_size = HAR_ARENA_SIZE,
    .layer_count = HAR_LAYER_COUNT,
    .layers = har_layer_info,
    .class_count = HAR_CLASS_COUNT,
    .class_names = har_class_names,
    .name = "har",
};
