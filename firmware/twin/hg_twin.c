/* The generated model on the host: windows or samples from standard input, answers to standard
 * output.
 *
 * The yardstick of what no other implementation has the bits of, float networks and preprocessing:
 * the same C, by another compiler, on another machine. It talks to the model through hg_model.h, as
 * the app does.
 *
 *   hg_twin      windows as the model takes them
 *   hg_twin s8   windows as its int8 network takes them
 *                gives for each: output, class as uint32_t
 *   hg_twin raw  streams: number of samples as uint32_t, then x, y, z of each as int16_t
 *                gives for each window: its values, float32 or int32 as the preprocessing is,
 *                output, and as uint32_t class, activity and whether the filter had settled
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "hg_model.h"

static int hg_twin_failed(const char *what) {
  fprintf(stderr, "%s\n", what);
  return 1;
}

static size_t hg_twin_bytes(const hg_tensor_info_t *info) {
  return info->size * (info->dtype == HG_DTYPE_FLOAT32 ? sizeof(float) : sizeof(int8_t));
}

static bool hg_twin_put(const void *data, size_t size) {
  return fwrite(data, 1, size, stdout) == size;
}

/* The link's buffers fit the model; nobody else uses them here. */
static int hg_twin_windows(bool is_s8) {
  const hg_info_t *info = hg_model.info;
  const size_t input_bytes = is_s8 ? info->input.size : hg_twin_bytes(&info->input);
  const size_t output_bytes = is_s8 ? info->output.size : hg_twin_bytes(&info->output);
  void *input = hg_model.link->input;
  void *output = hg_model.link->replies;
  while (fread(input, 1, input_bytes, stdin) == input_bytes) {
    const hg_status_t status = is_s8 ? hg_model.run_s8(input, output) : hg_model.run(input, output);
    if (status != HG_OK) {
      fprintf(stderr, "the model returned %d\n", (int)status);
      return 1;
    }
    const uint32_t class_index = hg_model.class_of_run();
    if (!hg_twin_put(output, output_bytes) || !hg_twin_put(&class_index, sizeof class_index)) {
      return hg_twin_failed("cannot write the answers");
    }
  }
  return 0;
}

static int hg_twin_stream(void) {
  const hg_model_stream_t *stream = hg_model.stream;
  const hg_info_t *info = hg_model.info;
  void *output = hg_model.link->replies;
  uint32_t left;
  while (fread(&left, sizeof left, 1, stdin) == 1) {
    stream->reset();
    for (; left > 0u; left--) {
      int16_t counts[3];
      if (fread(counts, sizeof counts, 1, stdin) != 1) {
        return hg_twin_failed("the stream is cut off");
      }
      if (stream->add_sample(counts) != HG_READY) {
        continue;
      }
      if (stream->run_window(output) != HG_OK) {
        return hg_twin_failed("the model cannot run the window");
      }
      const uint32_t words[] = {hg_model.class_of_run(), stream->activity(),
                                stream->settled() ? 1u : 0u};
      if (!hg_twin_put(stream->window(), info->input.size * HG_WINDOW_VALUE_SIZE) ||
          !hg_twin_put(output, hg_twin_bytes(&info->output)) || !hg_twin_put(words, sizeof words)) {
        return hg_twin_failed("cannot write the answers");
      }
    }
  }
  return 0;
}

int main(int count, char **arguments) {
  const char *stage = count > 1 ? arguments[1] : "window";
  if (hg_model.init() != HG_OK) {
    return hg_twin_failed("the model cannot be initialized");
  }
  if (strcmp(stage, "raw") == 0) {
    return hg_model.stream != NULL ? hg_twin_stream()
                                   : hg_twin_failed("the model has no preprocessing");
  }
  return hg_twin_windows(strcmp(stage, "s8") == 0 && hg_model.run_s8 != NULL);
}
