/* What push_sample does at the edges of a stream; returns the line of the first check that fails.
 * The model has windows of 24 samples, one every 6, the default filter, and smooths 4 classes. */
#include <stddef.h>

#include "net.h"

#define CHECK(CONDITION) \
  do {                   \
    if (!(CONDITION)) {  \
      return __LINE__;   \
    }                    \
  } while (0)

static net_arena_t arena[NET_ARENA_SIZE / sizeof(net_arena_t)];

static int16_t wave(uint32_t i) {
  return (int16_t)((i * 7919u) % 4001u);
}

static hg_status_t push(net_context_t *context, uint32_t i) {
  const int16_t counts[3] = {wave(i), wave(i + 1000u), (int16_t)(8000 - wave(i + 2000u))};
  return net_push_sample(context, counts);
}

/* Pushes samples from `from` on until a window is ready; returns how many. */
static uint32_t fill(net_context_t *context, uint32_t from) {
  uint32_t count = 1;
  while (push(context, from + count - 1u) == HG_MORE) {
    count++;
  }
  return count;
}

int main(void) {
  static net_context_t context;
  static net_context_t other;
  static net_arena_t other_arena[NET_ARENA_SIZE / sizeof(net_arena_t)];
  const int16_t still[3] = {0, 0, 8197};
  /* nothing to work with */
  CHECK(net_push_sample(NULL, still) == HG_ERROR_ARGUMENT);
  CHECK(net_run_window(NULL) == HG_ERROR_ARGUMENT);
  CHECK(net_window(NULL) == NULL && net_settled(NULL) == 0u);
  CHECK(net_activity(NULL) == NET_CLASS_COUNT);
  CHECK(net_push_sample(&context, still) == HG_ERROR_STATE);
  net_gap(NULL, 1);
  net_reset_stream(NULL);
  CHECK(net_init(&context, arena, sizeof arena) == HG_OK);
  CHECK(net_push_sample(&context, NULL) == HG_ERROR_ARGUMENT);
  CHECK(net_run_window(&context) == HG_ERROR_STATE);
  CHECK(net_activity(&context) == NET_CLASS_COUNT);
  /* a window, then one for each hop */
  CHECK(fill(&context, 0) == NET_WINDOW);
  CHECK(net_settled(&context) == 0u);
  CHECK(net_run_window(&context) == HG_ERROR_STATE); /* it has run */
  CHECK(net_activity(&context) < NET_CLASS_COUNT);
  for (uint32_t window = 1; window < 40u; window++) {
    const uint32_t begin = window * NET_HOP;
    CHECK(fill(&context, NET_WINDOW + (window - 1u) * NET_HOP) == NET_HOP);
    CHECK(context.stream.position.windows == window + 1u);
    CHECK(net_settled(&context) == (begin >= 125u ? 1u : 0u));
  }
  /* another instance at once has a stream of its own, with the same answers */
  CHECK(net_init(&other, other_arena, sizeof other_arena) == HG_OK);
  for (uint32_t i = 0; i < NET_WINDOW + 39u * NET_HOP; i++) {
    (void)push(&other, i);
  }
  for (uint32_t i = 0; i < NET_INPUT_SIZE; i++) {
    CHECK(net_window(&other)[i] == net_window(&context)[i]);
  }
  CHECK(net_activity(&other) == net_activity(&context));
  /* a gap: the window that was begun is dropped, and the filter starts anew */
  CHECK(push(&context, 1) == HG_MORE);
  net_gap(&context, 17);
  net_gap(&context, 0);
  CHECK(context.stream.position.gaps == 2u && context.stream.position.lost == 17u);
  CHECK(context.stream.position.windows == 40u);
  CHECK(net_activity(&context) == NET_CLASS_COUNT);
  CHECK(fill(&context, 0) == NET_WINDOW);
  CHECK(net_settled(&context) == 0u);
  net_reset_stream(&other);
  CHECK(other.stream.position.windows == 0u);
  CHECK(fill(&other, 0) == NET_WINDOW);
  for (uint32_t i = 0; i < NET_INPUT_SIZE; i++) {
    CHECK(net_window(&other)[i] == net_window(&context)[i]);
  }
  CHECK(net_class(&other) == net_class(&context));
  /* what is lost is counted, and the count does not begin again at zero */
  net_gap(&context, UINT32_MAX - 3u);
  CHECK(context.stream.position.lost == UINT32_MAX);
  /* what is kept beside the window */
  CHECK(sizeof context - sizeof context.stream.samples <= 512u);
  return 0;
}
