#include "hg_live_out.h"

#include "hg_model.h"

void hg_live_out_samples(const hg_live_out_t *out, uint32_t stream, uint32_t next,
                         const hg_sample_t *samples, uint32_t count) {
  if (count == 0u || !out->framed || !(out->send & HG_LIVE_SEND_SAMPLES)) {
    return;
  }
  const hg_live_samples_t head = {
      .stream = stream,
      .first = next - count,
      .lost = samples[0].lost,
      .count = count,
  };
  const uint32_t size = (uint32_t)sizeof samples[0].counts;
  hg_server_begin_unasked(out->server, HG_TYPE_LIVE_SAMPLES, (uint32_t)sizeof head + count * size);
  hg_server_put(out->server, &head, sizeof head);
  for (uint32_t i = 0; i < count; i++) {
    hg_server_put(out->server, samples[i].counts, size);
  }
  hg_server_end(out->server);
}

void hg_live_out_result(const hg_live_out_t *out, const hg_live_result_t *result,
                        const void *output) {
  if (!out->framed) {
    hg_live_say_result(result, output, hg_model.info);
  } else if (out->send & HG_LIVE_SEND_RESULTS) {
    hg_server_begin_unasked(out->server, HG_TYPE_LIVE_RESULT,
                            (uint32_t)sizeof *result + result->output_size);
    hg_server_put(out->server, result, sizeof *result);
    hg_server_put(out->server, output, result->output_size);
    hg_server_end(out->server);
  }
}

/* The payload of a frame that was begun. */
static void hg_live_out_finish(hg_server_t *server, const hg_live_state_t *state,
                               const hg_live_trouble_t *trouble) {
  hg_server_put(server, state, sizeof *state);
  hg_live_trouble_put(trouble, server);
  hg_server_end(server);
}

void hg_live_out_state(const hg_live_out_t *out, hg_live_state_t state,
                       const hg_live_trouble_t *trouble) {
  if (!out->framed) {
    hg_live_say_sensor(state.time_ms, trouble);
  } else if (out->send != 0u) {
    state.text_size = hg_live_trouble_size(trouble);
    hg_server_begin_unasked(out->server, HG_TYPE_LIVE_STATE,
                            (uint32_t)sizeof state + state.text_size);
    hg_live_out_finish(out->server, &state, trouble);
  }
}

void hg_live_out_reply(const hg_live_out_t *out, hg_live_state_t state,
                       const hg_live_trouble_t *trouble) {
  state.text_size = hg_live_trouble_size(trouble);
  hg_server_begin(out->server, (uint32_t)sizeof state + state.text_size);
  hg_live_out_finish(out->server, &state, trouble);
}
