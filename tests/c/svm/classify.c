/* Runs a generated classifier, exported under the name net, over windows from standard input.
 *
 * For every window it writes the class, as net_class has it, and the outputs. Arena and buffers are
 * on the heap, so that AddressSanitizer guards their ends.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net.h"

static void require(int condition, const char *what) {
  if (!condition) {
    fprintf(stderr, "classify: %s\n", what);
    exit(1);
  }
}

int main(void) {
  net_context_t context;
  net_input_t *input = malloc(sizeof(net_input_t) * NET_INPUT_SIZE);
  net_output_t *output = malloc(sizeof(net_output_t) * NET_OUTPUT_SIZE);
  void *arena = aligned_alloc(NET_ARENA_ALIGNMENT, (NET_ARENA_SIZE + NET_ARENA_ALIGNMENT - 1) /
                                                       NET_ARENA_ALIGNMENT * NET_ARENA_ALIGNMENT);
  require(input != NULL && output != NULL && arena != NULL, "no memory");
  require(net_init(&context, arena, NET_ARENA_SIZE) == HG_OK, "init");
  while (fread(input, sizeof *input, NET_INPUT_SIZE, stdin) == NET_INPUT_SIZE) {
    memset(arena, 0x55, NET_ARENA_SIZE);
    require(net_run(&context, input, output) == HG_OK, "run");
    const uint32_t found = net_class(&context);
    require(fwrite(&found, sizeof found, 1, stdout) == 1, "cannot write");
    require(fwrite(output, sizeof *output, NET_OUTPUT_SIZE, stdout) == NET_OUTPUT_SIZE,
            "cannot write");
  }
  free(arena);
  free(output);
  free(input);
  return 0;
}
