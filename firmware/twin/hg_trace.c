/* The generated model on the host, with all that it computes on the way from input to class.
 *
 *   hg_trace window | s8 | raw     input as hg_twin takes it
 *
 * Gives first: number of layers, offset and size of each in the arena, length of the classes'
 * names, the names, each with its final 0. Then for each window, numbers being uint32_t:
 *   raw alone: number of the window's last sample in its stream; the last window's worth of samples
 *     as each step left them (zeros of steps that the model does not have); the window. float32,
 *     or int32 where the preprocessing is in integers
 *   output, class; raw alone: activity, whether the filter had settled
 *   the network's input as it lies in the arena, and what each layer left there
 *
 * HG_TRACE_VALUES is the number of values of a window, HG_TRACE_INPUT where the input lies in the
 * arena, in bytes. Compiled with hg_steps.h in front of all sources.
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "hg_model.h"
#include "hg_steps.h"

/* Bits of float, or of int32_t. */
static uint32_t noted[HG_STEPS][HG_TRACE_VALUES];

void hg_step_note(hg_step_t step, int32_t axes, const void *sample) {
  const size_t count = (size_t)axes;
  uint32_t *values = noted[step];
  memmove(values, values + count, (HG_TRACE_VALUES - count) * sizeof *values);
  memcpy(values + HG_TRACE_VALUES - count, sample, count * sizeof *values);
}

static int hg_trace_failed(const char *what) {
  fprintf(stderr, "%s\n", what);
  return 1;
}

static bool hg_trace_put(const void *data, size_t size) {
  return fwrite(data, 1, size, stdout) == size;
}

static bool hg_trace_put_number(uint32_t number) {
  return hg_trace_put(&number, sizeof number);
}

static size_t hg_trace_bytes(const hg_tensor_info_t *info, bool is_s8) {
  return info->size * (info->dtype == HG_DTYPE_FLOAT32 && !is_s8 ? sizeof(float) : 1u);
}

static bool hg_trace_put_facts(void) {
  const hg_info_t *info = hg_model.info;
  bool is_written = hg_trace_put_number(info->layer_count);
  for (uint32_t i = 0; i < info->layer_count; i++) {
    is_written = is_written && hg_trace_put_number(info->layers[i].offset) &&
                 hg_trace_put_number(info->layers[i].size);
  }
  uint32_t length = 0;
  for (uint32_t i = 0; i < info->class_count; i++) {
    length += (uint32_t)strlen(info->class_names[i]) + 1u;
  }
  is_written = is_written && hg_trace_put_number(length);
  for (uint32_t i = 0; i < info->class_count; i++) {
    is_written =
        is_written && hg_trace_put(info->class_names[i], strlen(info->class_names[i]) + 1u);
  }
  return is_written;
}

/* Runs the layers of the last run again: each result is there until a later layer takes its place.
 * The input stays for as long as layer 0 reads it. */
static bool hg_trace_put_layers(void) {
  const hg_info_t *info = hg_model.info;
  const size_t element = hg_model.run_s8 != NULL ? sizeof(int8_t) : sizeof(float);
  for (uint32_t i = 0; i < info->layer_count; i++) {
    if (hg_model.run_layer(i) != HG_OK ||
        (i == 0u && !hg_trace_put(hg_model.arena + HG_TRACE_INPUT, info->input.size * element)) ||
        !hg_trace_put(hg_model.arena + info->layers[i].offset, info->layers[i].size)) {
      return false;
    }
  }
  return true;
}

/* The link's buffers fit the model; nobody else uses them here. */
static int hg_trace_windows(bool is_s8) {
  const hg_info_t *info = hg_model.info;
  const size_t size = hg_trace_bytes(&info->input, is_s8);
  void *input = hg_model.link->input;
  void *output = hg_model.link->replies;
  while (fread(input, 1, size, stdin) == size) {
    if ((is_s8 ? hg_model.run_s8(input, output) : hg_model.run(input, output)) != HG_OK) {
      return hg_trace_failed("the model cannot run the window");
    }
    if (!hg_trace_put(output, hg_trace_bytes(&info->output, is_s8)) ||
        !hg_trace_put_number(hg_model.class_of_run()) || !hg_trace_put_layers()) {
      return hg_trace_failed("cannot write what the model computes");
    }
  }
  return 0;
}

static bool hg_trace_put_window(uint32_t last_sample) {
  const hg_model_stream_t *stream = hg_model.stream;
  void *output = hg_model.link->replies;
  /* before the run: it is the samples' matter, and the network may not change it */
  return hg_trace_put_number(last_sample) && hg_trace_put(noted, sizeof noted) &&
         hg_trace_put(stream->window(), HG_TRACE_VALUES * HG_WINDOW_VALUE_SIZE) &&
         stream->run_window(output) == HG_OK &&
         hg_trace_put(output, hg_trace_bytes(&hg_model.info->output, false)) &&
         hg_trace_put_number(hg_model.class_of_run()) && hg_trace_put_number(stream->activity()) &&
         hg_trace_put_number(stream->settled() ? 1u : 0u) && hg_trace_put_layers();
}

static int hg_trace_streams(void) {
  uint32_t count;
  while (fread(&count, sizeof count, 1, stdin) == 1) {
    hg_model.stream->reset();
    memset(noted, 0, sizeof noted);
    for (uint32_t i = 0; i < count; i++) {
      int16_t counts[3];
      if (fread(counts, sizeof counts, 1, stdin) != 1) {
        return hg_trace_failed("the stream is cut off");
      }
      if (hg_model.stream->add_sample(counts) == HG_READY && !hg_trace_put_window(i)) {
        return hg_trace_failed("the model cannot run the window, or it cannot be written");
      }
    }
  }
  return 0;
}

int main(int count, char **arguments) {
  const hg_info_t *info = hg_model.info;
  const char *stage = count > 1 ? arguments[1] : "window";
  const bool is_s8 = strcmp(stage, "s8") == 0;
  if (hg_model.init() != HG_OK) {
    return hg_trace_failed("the model cannot be initialized");
  }
  if (info->input.size != HG_TRACE_VALUES || info->layer_count == 0u ||
      HG_TRACE_INPUT + HG_TRACE_VALUES > info->arena_size) {
    return hg_trace_failed("the model is not the one that this program was compiled for");
  }
  if (strcmp(stage, "raw") == 0 ? hg_model.stream == NULL : is_s8 && hg_model.run_s8 == NULL) {
    return hg_trace_failed("the model does not take its input there");
  }
  if (!hg_trace_put_facts()) {
    return hg_trace_failed("cannot write what the model is");
  }
  return strcmp(stage, "raw") == 0 ? hg_trace_streams() : hg_trace_windows(is_s8);
}
