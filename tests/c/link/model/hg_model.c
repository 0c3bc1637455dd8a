#include "hg_model.h"

#include <string.h>

#include "tally.h"

#ifdef TALLY_OTHER_MODEL
#define TALLY_NAME "other"
#else
#define TALLY_NAME "tally"
#endif

#ifndef TALLY_WRONG
#define TALLY_WRONG 0 /* added to one byte that SELFTEST should find */
#endif

static _Alignas(16) uint8_t hg_model_arena[TALLY_ARENA_SIZE];

HG_LINK_MEMORY(link_memory, TALLY_INPUT_SIZE * sizeof(float), TALLY_OUTPUT_SIZE * sizeof(float));

static const hg_layer_info_t layers[] = {
    {.offset = 0, .size = TALLY_INPUT_SIZE},
    {.offset = 0, .size = TALLY_OUTPUT_SIZE},
};

static const char *const class_names[] = {"still", "walk", "run", "other"};

__attribute__((section(".rodata.hg_info"), used)) static const hg_info_t info = {
    .magic = HG_INFO_MAGIC,
    .abi_version = HG_ABI_VERSION,
    .model_sha256 = {1, 2, 3, TALLY_NAME[0] == 't' ? 4 : 5},
    .preprocessing_sha256 = {5, 6, 7, 8},
    .input = {.size = TALLY_INPUT_SIZE,
              .shape = {8, 3},
              .rank = 2,
              .dtype = HG_DTYPE_FLOAT32,
              .scale = 0.25f,
              .zero_point = -3},
    .output = {.size = TALLY_OUTPUT_SIZE,
               .shape = {4},
               .rank = 1,
               .dtype = HG_DTYPE_FLOAT32,
               .scale = 0.5f,
               .zero_point = 1},
    .arena_size = TALLY_ARENA_SIZE,
    .layer_count = sizeof layers / sizeof layers[0],
    .layers = layers,
    .class_count = sizeof class_names / sizeof class_names[0],
    .class_names = class_names,
    .name = TALLY_NAME,
};

static const int8_t known_input_0[TALLY_INPUT_SIZE] = {0};
static const int8_t known_output_0[TALLY_OUTPUT_SIZE] = {-6, 35, -89, 14};
static const int8_t known_input_1[TALLY_INPUT_SIZE] = {
    -128, -75, -22, 31,   84,  -119, -66, -13, 40,  93,  -110, -57,
    -4,   49,  102, -101, -48, 5,    58,  111, -92, -39, 14,   67,
};
static const int8_t known_output_1[TALLY_OUTPUT_SIZE] = {-30, 38, -63 + TALLY_WRONG, 8};

static const hg_known_answer_t known_answers[] = {
    {.input = known_input_0, .output = known_output_0},
    {.input = known_input_1, .output = known_output_1},
};

static const void *last_input;
static uint32_t last_is_s8;

static hg_status_t model_init(void) {
  memset(hg_model_arena, 0x55, sizeof hg_model_arena);
  return HG_OK;
}

static hg_status_t model_set_input(void) {
  return last_is_s8 ? tally_set_input_s8(hg_model_arena, last_input)
                    : tally_set_input(hg_model_arena, last_input);
}

static hg_status_t model_run_all(void) {
  const hg_status_t status = model_set_input();
  for (uint32_t i = 0; status == HG_OK && i < info.layer_count; i++) {
    tally_run_layer(hg_model_arena, i);
  }
  return status;
}

static hg_status_t model_run_s8(const int8_t *input, int8_t *output) {
  last_input = input;
  last_is_s8 = 1;
  const hg_status_t status = model_run_all();
  tally_get_output_s8(hg_model_arena, output);
  return status;
}

static hg_status_t model_run(const void *input, void *output) {
  float *values = output;
  int8_t quantized[TALLY_OUTPUT_SIZE];
  last_input = input;
  last_is_s8 = 0;
  const hg_status_t status = model_run_all();
  tally_get_output_s8(hg_model_arena, quantized);
  for (uint32_t i = 0; i < TALLY_OUTPUT_SIZE; i++) {
    values[i] = 0.5f * (float)(quantized[i] - 1);
  }
  return status;
}

static hg_status_t model_run_layer(uint32_t index) {
  const hg_status_t status = index == 0 ? model_set_input() : HG_OK;
  return status == HG_OK ? tally_run_layer(hg_model_arena, index) : status;
}

/* The first of the largest outputs. */
static uint32_t model_class(void) {
  int8_t output[TALLY_OUTPUT_SIZE];
  uint32_t best = 0;
  tally_get_output_s8(hg_model_arena, output);
  for (uint32_t i = 1; i < TALLY_OUTPUT_SIZE; i++) {
    if (output[i] > output[best]) {
      best = i;
    }
  }
  return best;
}

/* A stream of windows of 8 samples, one every 3: a count is a quarter, as the input's step is, and
 * each sample has a third of the one before added, so that a lost one is remembered. */
#define TALLY_AXES 3u
#define TALLY_WINDOW (TALLY_INPUT_SIZE / TALLY_AXES)
#define TALLY_HOP 3u

static struct {
  uint32_t age;
  int32_t memory[TALLY_AXES];
  float samples[TALLY_INPUT_SIZE];
} tally_stream;

static void stream_reset(void) {
  memset(&tally_stream, 0, sizeof tally_stream);
}

static void stream_gap(uint32_t lost) {
  (void)lost;
  stream_reset();
}

static hg_status_t stream_add_sample(const int16_t counts[3]) {
  float *samples = tally_stream.samples;
  float moved[TALLY_INPUT_SIZE];
  memcpy(moved, samples, sizeof moved);
  memcpy(samples, moved + TALLY_AXES, sizeof moved - TALLY_AXES * sizeof *samples);
  for (uint32_t axis = 0; axis < TALLY_AXES; axis++) {
    tally_stream.memory[axis] = counts[axis] + tally_stream.memory[axis] / 3;
    samples[TALLY_INPUT_SIZE - TALLY_AXES + axis] = 0.25f * (float)tally_stream.memory[axis];
  }
  tally_stream.age++;
  return tally_stream.age >= TALLY_WINDOW && (tally_stream.age - TALLY_WINDOW) % TALLY_HOP == 0u
             ? HG_READY
             : HG_MORE;
}

static hg_status_t stream_run_window(void *output) {
  return model_run(tally_stream.samples, output);
}

static const void *stream_window(void) {
  return tally_stream.samples;
}

static bool stream_settled(void) {
  return tally_stream.age >= 2u * TALLY_WINDOW;
}

static const hg_model_stream_t stream = {
    .size = TALLY_WINDOW,
    .hop = TALLY_HOP,
    .rate_mhz = 26000u,
    .mg_per_count = 0.122f,
    .reset = stream_reset,
    .gap = stream_gap,
    .add_sample = stream_add_sample,
    .run_window = stream_run_window,
    .window = stream_window,
    .activity = model_class,
    .settled = stream_settled,
};

const hg_model_t hg_model = {
    .info = &info,
    .init = model_init,
    .run = model_run,
    .run_s8 = model_run_s8,
    .class_of_run = model_class,
    .run_layer = model_run_layer,
    .arena = hg_model_arena,
    .stream = &stream,
    .known_answers = known_answers,
    .known_answer_count = sizeof known_answers / sizeof known_answers[0],
    .link = &link_memory,
};
