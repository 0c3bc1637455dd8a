/* Runs a generated model, exported under the name net, over windows from standard input.
 *
 * For every window it writes: the result of every layer as it stood when the layer had run, the
 * output by steps, the output of net_run, and that of net_run_s8 where there is one. The arena and
 * all buffers are on the heap, so that AddressSanitizer guards their ends.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net.h"

static void require(int condition, const char *what) {
  if (!condition) {
    fprintf(stderr, "harness: %s\n", what);
    exit(1);
  }
}

static void write_all(const void *data, size_t size) {
  require(fwrite(data, 1, size, stdout) == size, "cannot write");
}

int main(void) {
  net_context_t context;
  net_input_t *input = malloc(sizeof(net_input_t) * NET_INPUT_SIZE);
  net_output_t *output = malloc(sizeof(net_output_t) * NET_OUTPUT_SIZE);
  void *arena = aligned_alloc(NET_ARENA_ALIGNMENT, (NET_ARENA_SIZE + NET_ARENA_ALIGNMENT - 1) /
                                                       NET_ARENA_ALIGNMENT * NET_ARENA_ALIGNMENT);
  require(input != NULL && output != NULL && arena != NULL, "no memory");
  const hg_info_t *info = net_info();

  require(net_init(NULL, arena, NET_ARENA_SIZE) == HG_ERROR_ARGUMENT, "null context");
  require(net_init(&context, NULL, NET_ARENA_SIZE) == HG_ERROR_ARGUMENT, "null arena");
  require(net_init(&context, arena, NET_ARENA_SIZE - 1) == HG_ERROR_ARENA, "arena too small");
  require(net_run(&context, input, output) == HG_ERROR_STATE, "run without an arena");
  require(net_init(&context, (char *)arena + 1, NET_ARENA_SIZE) == HG_ERROR_ARENA, "alignment");
  require(net_init(&context, arena, NET_ARENA_SIZE) == HG_OK, "init");
  require(net_run(&context, NULL, output) == HG_ERROR_ARGUMENT, "null input");
  require(net_run(&context, input, NULL) == HG_ERROR_ARGUMENT, "null output");
  require(net_run_layer(&context, NET_LAYER_COUNT) == HG_ERROR_ARGUMENT, "layer out of range");

  while (fread(input, sizeof *input, NET_INPUT_SIZE, stdin) == NET_INPUT_SIZE) {
    memset(arena, 0x55, NET_ARENA_SIZE);
    require(net_set_input(&context, input) == HG_OK, "set_input");
    for (size_t layer = 0; layer < info->layer_count; ++layer) {
      require(net_run_layer(&context, layer) == HG_OK, "run_layer");
      write_all((const char *)context.arena + info->layers[layer].offset, info->layers[layer].size);
    }
    require(net_get_output(&context, output) == HG_OK, "get_output");
    write_all(output, sizeof *output * NET_OUTPUT_SIZE);
    memset(arena, 0xAA, NET_ARENA_SIZE);
    require(net_run(&context, input, output) == HG_OK, "run");
    write_all(output, sizeof *output * NET_OUTPUT_SIZE);
  }
  free(arena);
  free(output);
  free(input);
  return 0;
}
