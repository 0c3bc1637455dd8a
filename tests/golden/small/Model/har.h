/* har: the network of small.tflite in plain C.
 *
 * Written by hargen 0.1.0; edits are lost when it is exported again.
 * model   SHA-256 70b77ffdbe868414cfaaf5ead35d88384b93a4964543242003981319e68ca360
 * input   24x3x1 float32; as int8: scale 0.125, zero point -5
 * output  3 float32; as int8: scale 0.00390625, zero point -128
 * class 0 class_0
 * class 1 class_1
 * class 2 class_2
 */
#ifndef HAR_H
#define HAR_H

#include <stddef.h>
#include <stdint.h>

#include "hg_info.h"
#include "hg_sections_f32.h"
#include "hg_status.h"
#include "hg_stream.h"

#ifdef __cplusplus
extern "C" {
#endif

#define HAR_INPUT_SIZE 72
#define HAR_OUTPUT_SIZE 3
#define HAR_CLASS_COUNT 3
#define HAR_LAYER_COUNT 9
#define HAR_ARENA_SIZE 140
#define HAR_ARENA_ALIGNMENT 16
#define HAR_WINDOW 24 /* samples */
#define HAR_HOP 24    /* samples from one window to the next */
#define HAR_AXES 3

/* What har_run takes and gives. */
typedef float har_input_t;
typedef float har_output_t;

/* What an arena is made of. Declare one as an array of these: C's rules of aliasing want it. */
typedef int8_t har_arena_t;

/* What is kept of a stream of samples. */
typedef struct {
  hg_stream_t position; /* to be read by anybody: windows, gaps, lost samples */
  hg_section_state_f32_t filter[2 * HAR_AXES];
  uint32_t activity;
  float samples[HAR_INPUT_SIZE];
} har_stream_t;

/* All state of one instance. Two instances live side by side if each has its own arena. */
typedef struct {
  int8_t *arena;
  har_stream_t stream;
} har_context_t;

/* Takes an arena of at least HAR_ARENA_SIZE bytes, aligned to HAR_ARENA_ALIGNMENT. The arena
 * belongs to the context until the last run, and holds nothing that has to survive between runs.
 * Returns HG_ERROR_ARGUMENT for a null pointer, HG_ERROR_ARENA for an arena that does not fit. */
hg_status_t har_init(har_context_t *context, void *arena, size_t arena_size);

/* One inference. input and output may not overlap the arena.
 * Returns HG_ERROR_ARGUMENT for a null pointer, HG_ERROR_STATE for a context without an arena. */
hg_status_t har_run(har_context_t *context, const har_input_t input[HAR_INPUT_SIZE],
                    har_output_t output[HAR_OUTPUT_SIZE]);

/* The same between its int8 edges. */
hg_status_t har_run_s8(har_context_t *context, const int8_t input[HAR_INPUT_SIZE],
                       int8_t output[HAR_OUTPUT_SIZE]);

/* The class of the last run: that of the largest output, of equal ones the first.
 * HAR_CLASS_COUNT for a null pointer or a context without an arena. */
uint32_t har_class(const har_context_t *context);

/* har_run in steps, to time each or to look at what it left in the arena: set the input, run
 * layers 0 to HAR_LAYER_COUNT - 1 in order, get the output. har_info()->layers says where in the
 * arena a layer's result lies until a later layer takes its place. */
hg_status_t har_set_input(har_context_t *context, const har_input_t input[HAR_INPUT_SIZE]);
hg_status_t har_set_input_s8(har_context_t *context, const int8_t input[HAR_INPUT_SIZE]);
hg_status_t har_run_layer(har_context_t *context, size_t layer);
hg_status_t har_get_output(const har_context_t *context, har_output_t output[HAR_OUTPUT_SIZE]);

/* One sample of the sensor: its x, y and z in counts of 0.122 mg, 26 of them a second.
 * Returns HG_MORE until a window is full, then runs the network and returns HG_READY:
 * har_get_output, har_class, har_activity and har_settled are about that window until the
 * next one is ready. HG_ERROR_ARGUMENT for a null pointer, HG_ERROR_STATE for a context without an
 * arena. har_init begins a stream. */
hg_status_t har_push_sample(har_context_t *context, const int16_t counts[3]);

/* har_push_sample in steps: take a sample, and if that returns HG_READY, run the window.
 * har_run_window returns HG_OK, or HG_ERROR_STATE where no window waits. */
hg_status_t har_add_sample(har_context_t *context, const int16_t counts[3]);
hg_status_t har_run_window(har_context_t *context);

/* The last full window as the network sees it, HAR_INPUT_SIZE values, until the next sample. */
const float *har_window(const har_context_t *context);

/* The same as int8. Returns HG_ERROR_ARGUMENT for a null pointer. */
hg_status_t har_get_window_s8(const har_context_t *context, int8_t window[HAR_INPUT_SIZE]);

/* The activity: the class of the last window, as no smoothing is asked for. */
uint32_t har_activity(const har_context_t *context);

/* 1 if the filter had settled before the last window began (239 samples after the stream did), 0
 * where the window still knows of that beginning and its class may be wrong for it. */
uint32_t har_settled(const har_context_t *context);

/* Begins a new stream: another wearer, another place, after a long pause. */
void har_reset_stream(har_context_t *context);

/* Samples were lost, as many as `lost`, or an unknown number (0): counts them in
 * context->stream.position, drops the window that was begun, and starts the filter anew, so that
 * the next windows are marked as not settled. */
void har_gap(har_context_t *context, uint32_t lost);

/* Shapes, scales, class names, and the hashes of the model and of its preprocessing. */
const hg_info_t *har_info(void);

#ifdef __cplusplus
}
#endif

#endif
