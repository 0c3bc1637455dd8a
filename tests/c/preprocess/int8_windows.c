/* As firmware/twin/hg_twin.c raw, with the int8 input of the network in place of its output. */
#include <stdio.h>

#include "net.h"

static _Alignas(NET_ARENA_ALIGNMENT) net_arena_t arena[NET_ARENA_SIZE / sizeof(net_arena_t)];
static net_context_t context;

int main(void) {
  uint32_t left;
  if (net_init(&context, arena, sizeof arena) != HG_OK) {
    return 1;
  }
  while (fread(&left, sizeof left, 1, stdin) == 1) {
    net_reset_stream(&context);
    for (; left > 0u; left--) {
      int16_t counts[3];
      int8_t window[NET_INPUT_SIZE];
      if (fread(counts, sizeof counts, 1, stdin) != 1) {
        return 1;
      }
      if (net_push_sample(&context, counts) != HG_READY) {
        continue;
      }
      if (net_get_window_s8(&context, window) != HG_OK ||
          fwrite(window, 1, sizeof window, stdout) != sizeof window) {
        return 1;
      }
    }
  }
  return 0;
}
