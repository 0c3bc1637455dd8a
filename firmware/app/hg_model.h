/* What the app knows of the model: implemented by the generated Model/hg_model.c.
 *
 * The app is the same for every model; this table is the only seam between the two.
 */
#ifndef HG_MODEL_H
#define HG_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "hg_info.h"
#include "hg_link_memory.h"
#include "hg_status.h"

/* One input and the output that the reference gave for it when the project was exported: int8 in an
 * int8 network, whose bytes have to come out; float in a float network, whose reference sums in
 * another order, so that every output has to be nearer than HG_KNOWN_ANSWER_TOLERANCE. */
typedef struct {
  const void *input;  /* info->input.size values */
  const void *output; /* info->output.size values */
} hg_known_answer_t;

#define HG_KNOWN_ANSWER_TOLERANCE 1e-4f

/* Of a value of a stream's window, float or int32_t. */
#define HG_WINDOW_VALUE_SIZE 4u

/* A model that takes the sensor's counts: one stream of samples, cut into windows. */
typedef struct {
  uint32_t size;      /* samples of a window */
  uint32_t hop;       /* samples from one window to the next: at most one gets full in so many */
  uint32_t rate_mhz;  /* of the samples that the model was trained on */
  float mg_per_count; /* of these samples */
  /* Begins a new stream. */
  void (*reset)(void);
  /* So many samples are missing, 0 where that is not known: what was begun is dropped. */
  void (*gap)(uint32_t lost);
  /* Takes one sample; HG_READY when a window is full, HG_MORE until then. */
  hg_status_t (*add_sample)(const int16_t counts[3]);
  /* Runs the full window; output is in info->output.dtype. */
  hg_status_t (*run_window)(void *output);
  /* The full window, info->input.size values, until the next sample: float as the network sees
   * them, or int32_t before they are quantized, on a core without an FPU. */
  const void *(*window)(void);
  /* The class after smoothing, of the last window that ran. */
  uint32_t (*activity)(void);
  /* Whether the filter had settled before the last full window began. */
  bool (*settled)(void);
} hg_model_stream_t;

typedef struct {
  const hg_info_t *info;
  /* Initializes the context and poisons the arena. Call once before anything else. */
  hg_status_t (*init)(void);
  /* The model as exported: input and output in info->input.dtype and info->output.dtype. */
  hg_status_t (*run)(const void *input, void *output);
  /* The int8 network between its edges; the same function as run where the edges are int8. Null
   * in a float network. */
  hg_status_t (*run_s8)(const int8_t *input, int8_t *output);
  /* The class of the last run that returned HG_OK. */
  uint32_t (*class_of_run)(void);
  /* One layer alone, to be timed or looked at. Layer 0 starts from the input of the last run, which
   * the caller keeps in place; layer i needs 0 to i - 1 run before it. */
  hg_status_t (*run_layer)(uint32_t index);
  /* The arena's bytes, info->arena_size of them: a layer's result is at info->layers[i].offset
   * as soon as that layer has run, and until a later layer takes its place. */
  const uint8_t *arena;
  const hg_model_stream_t *stream; /* null where the model takes windows only */
  const hg_known_answer_t *known_answers;
  uint32_t known_answer_count;
  /* The link's buffers: HG_LINK_MEMORY in hg_link_memory.h defines them for the model's sizes. */
  const hg_link_memory_t *link;
} hg_model_t;

extern const hg_model_t hg_model;

#endif
