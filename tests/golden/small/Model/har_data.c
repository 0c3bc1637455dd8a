/* har: its constants. Written by hargen 0.1.0; see har.h. */
#include "har_data.h"

#include "har.h"

/* clang-format off */

/* weights: 3x3x2x1, in pairs of outputs */
_Alignas(8) const uint64_t har_layer_0_weights[3] = {
  10839520120478172431u, 3941126418792428u, 18428729865814483802u,
};

/* bias: the input's zero point is folded in */
_Alignas(8) const int32_t har_layer_0_bias[3] = {
  -337, -2001, 134,
};

/* table: Q0.31, one an output channel */
_Alignas(8) const int32_t har_layer_0_multiplier[3] = {
  1073741824, 1073741824, 1073741824,
};

/* table: bits to the right, one an output channel */
_Alignas(8) const int8_t har_layer_0_shift[3] = {
  6, 6, 6,
};

/* weights: 7x1x2x3, in pairs of outputs */
_Alignas(8) const uint64_t har_layer_4_weights[6] = {
  16723920733598191738u, 6436470249589624252u, 14170799371259085998u, 18418878287235317656u,
  8737854298026951042u, 6192109231341779u,
};

/* bias: the input's zero point is folded in */
_Alignas(8) const int32_t har_layer_4_bias[7] = {
  6394, 10955, 6047, 5777, -16508, -12936, -15948,
};

/* table: Q0.31, one an output channel */
_Alignas(8) const int32_t har_layer_4_multiplier[7] = {
  1073741824, 1073741824, 1073741824, 1073741824, 1073741824, 1073741824, 1073741824,
};

/* table: bits to the right, one an output channel */
_Alignas(8) const int8_t har_layer_4_shift[7] = {
  5, 5, 5, 5, 5, 5, 5,
};

/* weights: 2x7, in pairs of outputs */
_Alignas(8) const uint64_t har_layer_6_weights[2] = {
  5394432810580582607u, 174251389921331u,
};

/* bias: the input's zero point is folded in */
_Alignas(8) const int32_t har_layer_6_bias[2] = {
  34375, 9100,
};

/* weights: 3x2, in pairs of outputs */
_Alignas(8) const uint64_t har_layer_7_weights[1] = {
  9007504982776437u,
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
