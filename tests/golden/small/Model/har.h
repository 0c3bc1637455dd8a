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
#include "hg_status.h"

#ifdef __cplusplus
extern "C" {
#endif

#define HAR_INPUT_SIZE 72
#define HAR_OUTPUT_SIZE 3
#define HAR_CLASS_COUNT 3
#define HAR_LAYER_COUNT 9
#define HAR_ARENA_SIZE 140
#define HAR_ARENA_ALIGNMENT 16

/* What har_run takes and gives. */
typedef float har_input_t;
typedef float har_output_t;

/* What an arena is made of. Declare one as an array of these: C's rules of aliasing want it. */
typedef int8_t har_arena_t;

/* All state of one instance. Two instances live side by side if each has its own arena. */
typedef struct {
  int8_t *arena;
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

/* Shapes, scales, class names, and the hashes of the model and of its preprocessing. */
const hg_info_t *har_info(void);

#ifdef __cplusplus
}
#endif

#endif
