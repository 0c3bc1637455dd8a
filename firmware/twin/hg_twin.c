/* The generated model on the host: windows from standard input, answers to standard output.
 *
 * The yardstick of float networks, whose bits no other implementation has: the same C, by another
 * compiler, on another machine. It talks to the model through hg_model.h, as the app does, and
 * writes for every window the output as the model gives it and the class as uint32_t.
 */
#include <stdio.h>

#include "hg_model.h"

static size_t hg_twin_bytes(const hg_tensor_info_t *info) {
  return info->size * (info->dtype == HG_DTYPE_FLOAT32 ? sizeof(float) : sizeof(int8_t));
}

int main(void) {
  const size_t input_bytes = hg_twin_bytes(&hg_model.info->input);
  const size_t output_bytes = hg_twin_bytes(&hg_model.info->output);
  /* The link's buffers fit the model; nobody else uses them here. */
  void *input = hg_model.link->input;
  void *output = hg_model.link->replies;
  if (hg_model.init() != HG_OK) {
    fputs("the model cannot be initialized\n", stderr);
    return 1;
  }
  while (fread(input, 1, input_bytes, stdin) == input_bytes) {
    const hg_status_t status = hg_model.run(input, output);
    if (status != HG_OK) {
      fprintf(stderr, "the model returned %d\n", (int)status);
      return 1;
    }
    const uint32_t class_index = hg_model.class_of_run();
    if (fwrite(output, 1, output_bytes, stdout) != output_bytes ||
        fwrite(&class_index, sizeof class_index, 1, stdout) != 1) {
      fputs("cannot write the answers\n", stderr);
      return 1;
    }
  }
  return 0;
}
