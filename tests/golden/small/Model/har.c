/* har: the layers. Written by hargen 0.1.0; see har.h. */
#include "har.h"

#include "har_data.h"
#include "hg_argmax.h"
#include "hg_binary_s8.h"
#include "hg_conv_2d_kronecker_s8.h"
#include "hg_conv_2d_s8.h"
#include "hg_copy.h"
#include "hg_fully_connected_s8.h"
#include "hg_pool_2d_s8.h"
#include "hg_quantize_product_s8.h"
#include "hg_quantize_s8.h"
#include "hg_reduce_s8.h"
#include "hg_softmax_computed_s8.h"

/* operator 1 (CONV_2D) + operator 2 (MAX_POOL_2D): 24x3x1 -> 11x2x3 */
static HG_NOINLINE void har_layer_0(int8_t *arena) {
  static const hg_conv_2d_kronecker_s8_t parameters = {
      .kronecker =
          {
              .conv =
                  {
                      .input_height = 24,
                      .input_width = 3,
                      .input_channels = 1,
                      .output_height = 22,
                      .output_width = 2,
                      .output_channels = 3,
                      .kernel_height = 3,
                      .kernel_width = 2,
                      .stride_height = 1,
                      .stride_width = 1,
                      .dilation_height = 1,
                      .dilation_width = 1,
                      .padding_top = 0,
                      .padding_left = 0,
                      .padded = 0,
                      .input_offset = 0,
                      .output_offset = -64,
                      .output_min = -64,
                      .output_max = 127,
                  },
              .turns = 4,
              .padding_value = -5,
          },
      .rows = 22,
      .pool_height = 2,
      .pool_width = 1,
      .pool_stride_height = 2,
      .pool_stride_width = 1,
      .pooled_width = 2,
  };
  hg_conv_2d_kronecker_s8(&parameters, arena + 0, har_layer_0_weights, har_layer_0_bias,
                          arena + 72);
}

/* operator 3 (MEAN): 11x2x3 -> 1x1x3 */
static HG_NOINLINE void har_layer_1(int8_t *arena) {
  static const hg_mean_s8_t parameters = {
      .outer = 1,
      .reduced = 22,
      .inner = 3,
      .sum_offset = 1408,
      .multiplier = 780903144,
      .shift = -1,
      .output_offset = -68,
  };
  hg_mean_s8(&parameters, arena + 72, arena + 68);
}

/* operator 4 (MUL): 1x1x3 -> 11x2x3 */
static HG_NOINLINE HG_COLD void har_layer_2(int8_t *arena) {
  static const hg_mul_s8_t parameters = {
      .binary =
          {
              .shape = {1, 11, 2, 3},
              .lhs_stride = {0, 0, 0, 1},
              .rhs_stride = {0, 6, 3, 1},
              .lhs_offset = 68,
              .rhs_offset = 64,
              .output_offset = -67,
              .output_min = -67,
              .output_max = 127,
          },
      .multiplier = 1073741824,
      .shift = -6,
  };
  hg_mul_s8(&parameters, arena + 68, arena + 72, arena + 0);
}

/* operator 5 (MAX_POOL_2D): 11x2x3 -> 3x2x3 */
static HG_NOINLINE void har_layer_3(int8_t *arena) {
  static const hg_pool_2d_s8_t parameters = {
      .input_height = 11,
      .input_width = 2,
      .channels = 3,
      .output_height = 3,
      .output_width = 2,
      .kernel_height = 4,
      .kernel_width = 1,
      .stride_height = 4,
      .stride_width = 1,
      .padding_top = 0,
      .padding_left = 0,
      .output_min = -128,
      .output_max = 127,
  };
  hg_max_pool_2d_s8(&parameters, arena + 0, arena + 68);
}

/* operator 6 (CONV_2D): 3x2x3 -> 2x1x7 */
static HG_NOINLINE HG_COLD void har_layer_4(int8_t *arena) {
  static const hg_conv_2d_s8_t parameters = {
      .input_height = 3,
      .input_width = 2,
      .input_channels = 3,
      .output_height = 2,
      .output_width = 1,
      .output_channels = 7,
      .kernel_height = 1,
      .kernel_width = 2,
      .stride_height = 2,
      .stride_width = 1,
      .dilation_height = 1,
      .dilation_width = 1,
      .padding_top = 0,
      .padding_left = 0,
      .padded = 0,
      .input_offset = 0,
      .output_offset = -101,
      .output_min = -101,
      .output_max = 127,
  };
  hg_conv_2d_s8(&parameters, arena + 68, har_layer_4_weights, har_layer_4_bias,
                har_layer_4_multiplier, har_layer_4_shift, arena + 0);
}

/* operator 7 (REDUCE_MAX): 2x1x7 -> 1x1x7 */
static HG_NOINLINE void har_layer_5(int8_t *arena) {
  static const hg_reduce_max_s8_t parameters = {
      .outer = 1,
      .reduced = 2,
      .inner = 7,
  };
  hg_reduce_max_s8(&parameters, arena + 0, arena + 16);
}

/* operator 9 (FULLY_CONNECTED): 7 -> 2 */
static HG_NOINLINE HG_COLD void har_layer_6(int8_t *arena) {
  static const hg_fully_connected_s8_t parameters = {
      .batches = 1,
      .input_size = 7,
      .output_size = 2,
      .multiplier = 1073741824,
      .shift = 38,
      .far = 0,
      .output_offset = -63,
      .output_min = -128,
      .output_max = 127,
  };
  hg_fully_connected_s8(&parameters, arena + 16, har_layer_6_weights, har_layer_6_bias, arena + 4);
}

/* operator 10 (FULLY_CONNECTED): 2 -> 3 */
static HG_NOINLINE void har_layer_7(int8_t *arena) {
  static const hg_fully_connected_s8_t parameters = {
      .batches = 1,
      .input_size = 2,
      .output_size = 3,
      .multiplier = 1073741824,
      .shift = 36,
      .far = 0,
      .output_offset = -15,
      .output_min = -128,
      .output_max = 127,
  };
  hg_fully_connected_s8(&parameters, arena + 4, har_layer_7_weights, har_layer_7_bias, arena + 0);
}

/* operator 11 (SOFTMAX): 3 -> 3 */
static HG_NOINLINE HG_COLD void har_layer_8(int8_t *arena) {
  static const hg_softmax_computed_s8_t parameters = {
      .rows = 1,
      .size = 3,
      .multiplier = 1073741824,
      .shift = 17,
      .radius = 255,
  };
  hg_softmax_computed_s8(&parameters, arena + 0, arena + 4);
}

hg_status_t har_init(har_context_t *context, void *arena, size_t arena_size) {
  if (context == NULL || arena == NULL) {
    return HG_ERROR_ARGUMENT;
  }
  context->arena = NULL;
  if (arena_size < HAR_ARENA_SIZE || (uintptr_t)arena % HAR_ARENA_ALIGNMENT != 0) {
    return HG_ERROR_ARENA;
  }
  context->arena = (int8_t *)arena;
  har_reset_stream(context);
  return HG_OK;
}

/* HG_OK if a call with these two may go on. */
static hg_status_t har_check(const har_context_t *context, const void *data) {
  if (context == NULL || data == NULL) {
    return HG_ERROR_ARGUMENT;
  }
  return context->arena == NULL ? HG_ERROR_STATE : HG_OK;
}

static void har_run_layers(int8_t *arena) {
  har_layer_0(arena);
  har_layer_1(arena);
  har_layer_2(arena);
  har_layer_3(arena);
  har_layer_4(arena);
  har_layer_5(arena);
  har_layer_6(arena);
  har_layer_7(arena);
  har_layer_8(arena);
}

HG_NOINLINE hg_status_t har_set_input_s8(har_context_t *context,
                                         const int8_t input[HAR_INPUT_SIZE]) {
  const hg_status_t status = har_check(context, input);
  if (status == HG_OK) {
    hg_copy_s8(input, HAR_INPUT_SIZE, context->arena + 0);
  }
  return status;
}

HG_NOINLINE hg_status_t har_set_input(har_context_t *context,
                                      const har_input_t input[HAR_INPUT_SIZE]) {
  const hg_status_t status = har_check(context, input);
  if (status == HG_OK) {
    hg_quantize_product_s8(input, HAR_INPUT_SIZE, 0.125f, 8.0f, 0.0f, -5, context->arena + 0);
  }
  return status;
}

hg_status_t har_run_layer(har_context_t *context, size_t layer) {
  const hg_status_t status = har_check(context, context);
  if (status != HG_OK) {
    return status;
  }
  switch (layer) {
    case 0:
      har_layer_0(context->arena);
      return HG_OK;
    case 1:
      har_layer_1(context->arena);
      return HG_OK;
    case 2:
      har_layer_2(context->arena);
      return HG_OK;
    case 3:
      har_layer_3(context->arena);
      return HG_OK;
    case 4:
      har_layer_4(context->arena);
      return HG_OK;
    case 5:
      har_layer_5(context->arena);
      return HG_OK;
    case 6:
      har_layer_6(context->arena);
      return HG_OK;
    case 7:
      har_layer_7(context->arena);
      return HG_OK;
    case 8:
      har_layer_8(context->arena);
      return HG_OK;
    default:
      return HG_ERROR_ARGUMENT;
  }
}

HG_NOINLINE hg_status_t har_get_output(const har_context_t *context,
                                       har_output_t output[HAR_OUTPUT_SIZE]) {
  const hg_status_t status = har_check(context, output);
  if (status == HG_OK) {
    hg_dequantize_s8(context->arena + 4, HAR_OUTPUT_SIZE, 0.00390625f, -128, output);
  }
  return status;
}

hg_status_t har_run(har_context_t *context, const har_input_t input[HAR_INPUT_SIZE],
                    har_output_t output[HAR_OUTPUT_SIZE]) {
  if (output == NULL) {
    return HG_ERROR_ARGUMENT;
  }
  const hg_status_t status = har_set_input(context, input);
  if (status != HG_OK) {
    return status;
  }
  har_run_layers(context->arena);
  return har_get_output(context, output);
}

hg_status_t har_run_s8(har_context_t *context, const int8_t input[HAR_INPUT_SIZE],
                       int8_t output[HAR_OUTPUT_SIZE]) {
  if (output == NULL) {
    return HG_ERROR_ARGUMENT;
  }
  const hg_status_t status = har_set_input_s8(context, input);
  if (status != HG_OK) {
    return status;
  }
  har_run_layers(context->arena);
  hg_copy_s8(context->arena + 4, HAR_OUTPUT_SIZE, output);
  return HG_OK;
}

uint32_t har_class(const har_context_t *context) {
  if (har_check(context, context) != HG_OK) {
    return HAR_CLASS_COUNT;
  }
  return hg_argmax_s8(context->arena + 4, HAR_OUTPUT_SIZE);
}

const hg_info_t *har_info(void) {
  return &har_model_info;
}
