/* har as the app sees it. Written by hargen 0.1.0; see hg_model.h. */
#include "hg_model.h"

#include <string.h>

#include "har.h"
#include "har_data.h"

/* Bytes that no network leaves behind on purpose: a layer that reads what nobody wrote shows. */
#define POISON 0x55

static _Alignas(HAR_ARENA_ALIGNMENT)
    har_arena_t hg_model_arena[HAR_ARENA_SIZE / sizeof(har_arena_t)];
static har_context_t context;

HG_LINK_MEMORY(link_memory, HAR_INPUT_SIZE * sizeof(har_input_t),
               HAR_OUTPUT_SIZE * sizeof(har_output_t));

/* The input of the last run, which the app keeps in place: layer 0 starts from it again. */
static const void *last_input;
static uint32_t last_input_is_s8;

/* clang-format off */
static const int8_t known_input_0[HAR_INPUT_SIZE] = {
  -79, -20, 76, 40, 65, 111, 114, 105, 41, -114, -85, 88, 101, 18, -82, 114, 25, 19, -95, -95, -128,
  -39, 104, 48, -71, -42, 106, 81, 110, -24, 75, 69, -47, -71, -109, -37, 50, 84, 118, 101, 78, 47,
  -93, 112, -24, 72, -97, 37, 17, -32, -107, 125, 31, 92, 78, -29, -82, 2, -115, -49, 10, -19, -83,
  -98, 66, 13, -29, 41, -80, -56, -5, 48,
};

static const int8_t known_output_0[HAR_OUTPUT_SIZE] = {
  -49, -45, -34,
};

static const int8_t known_input_1[HAR_INPUT_SIZE] = {
  -25, 22, 91, -35, 49, 69, 81, -58, -35, 71, -124, 17, -112, -31, 113, -126, 59, 62, -68, -45, 14,
  -102, 99, 112, -114, -124, -79, 74, -99, 119, -29, -10, 28, 35, 86, -107, -77, -85, -90, 59, -120,
  111, 115, 8, -2, 43, -21, 97, -97, 78, 27, 87, 57, 100, 30, -38, 54, 105, -2, -127, 119, -65, 35,
  74, -12, -107, 4, -99, 0, 17, -22, -113,
};

static const int8_t known_output_1[HAR_OUTPUT_SIZE] = {
  -50, -41, -37,
};

/* clang-format on */

static const hg_known_answer_t known_answers[] = {
    {.input = known_input_0, .output = known_output_0},
    {.input = known_input_1, .output = known_output_1},
};

static hg_status_t model_init(void) {
  memset(hg_model_arena, POISON, sizeof hg_model_arena);
  last_input = NULL;
  return har_init(&context, hg_model_arena, sizeof hg_model_arena);
}

static hg_status_t model_run(const void *input, void *output) {
  last_input = input;
  last_input_is_s8 = 0;
  return har_run(&context, (const har_input_t *)input, (har_output_t *)output);
}

static hg_status_t model_run_s8(const int8_t *input, int8_t *output) {
  last_input = input;
  last_input_is_s8 = 1;
  return har_run_s8(&context, input, output);
}

static uint32_t model_class(void) {
  return har_class(&context);
}

static hg_status_t model_run_layer(uint32_t index) {
  if (index == 0) {
    hg_status_t status;
    if (last_input_is_s8) {
      status = har_set_input_s8(&context, (const int8_t *)last_input);
    } else {
      status = har_set_input(&context, (const har_input_t *)last_input);
    }
    if (status != HG_OK) {
      return status;
    }
  }
  return har_run_layer(&context, index);
}

static void stream_reset(void) {
  har_reset_stream(&context);
}

static void stream_gap(uint32_t lost) {
  har_gap(&context, lost);
}

static hg_status_t stream_add_sample(const int16_t counts[3]) {
  return har_add_sample(&context, counts);
}

static hg_status_t stream_run_window(void *output) {
  last_input = har_window(&context);
  last_input_is_s8 = 0;
  const hg_status_t status = har_run_window(&context);
  return status == HG_OK ? har_get_output(&context, (har_output_t *)output) : status;
}

static const void *stream_window(void) {
  return har_window(&context);
}

static uint32_t stream_activity(void) {
  return har_activity(&context);
}

static bool stream_settled(void) {
  return har_settled(&context) != 0u;
}

static const hg_model_stream_t stream = {
    .size = HAR_WINDOW,
    .hop = HAR_HOP,
    .rate_mhz = 26000u,
    .mg_per_count = 0.122f,
    .reset = stream_reset,
    .gap = stream_gap,
    .add_sample = stream_add_sample,
    .run_window = stream_run_window,
    .window = stream_window,
    .activity = stream_activity,
    .settled = stream_settled,
};

const hg_model_t hg_model = {
    .info = &har_model_info,
    .init = model_init,
    .run = model_run,
    .run_s8 = model_run_s8,
    .class_of_run = model_class,
    .run_layer = model_run_layer,
    .arena = (const uint8_t *)hg_model_arena,
    .stream = &stream,
    .known_answers = known_answers,
    .known_answer_count = sizeof known_answers / sizeof known_answers[0],
    .link = &link_memory,
};
