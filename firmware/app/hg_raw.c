#include "hg_raw.h"

#include <string.h>

#include "hg_crc32.h"
#include "hg_inference.h"
#include "hg_model.h"
#include "hg_port.h"

#define HG_SAMPLE_SIZE (3u * (uint32_t)sizeof(int16_t))

/* The number of the stream's next sample. A request with sample 0 begins a stream; any other has
 * to go on where the last one ended: a sample that is missing or comes twice would go unnoticed
 * into every window after it. */
static struct {
  uint32_t next_sample;
  uint32_t next_window;
} hg_raw;

/* Takes the samples; returns HG_READY if a window got full. */
static hg_status_t hg_raw_take(const uint8_t *samples, uint32_t count) {
  hg_status_t found = HG_MORE;
  for (uint32_t i = 0; i < count; i++) {
    int16_t counts[3];
    memcpy(counts, samples + i * HG_SAMPLE_SIZE, sizeof counts);
    const hg_status_t status = hg_model.stream->add_sample(counts);
    if (status == HG_READY || status < HG_OK) {
      found = status;
    }
  }
  return found;
}

/* Runs the full window and says in the reply what came of it. */
static hg_status_t hg_raw_answer(hg_run_reply_t *run, hg_raw_reply_t *raw, void *output) {
  const hg_info_t *info = hg_model.info;
  const uint32_t start = hg_port_cycles();
  const hg_status_t status = hg_model.stream->run_window(output);
  run->cycles_inference = hg_port_cycles() - start;
  hg_inference_note(status, run->cycles_inference);
  run->class_index = hg_model.class_of_run();
  run->output_size =
      info->output.size *
      (info->output.dtype == HG_DTYPE_FLOAT32 ? (uint32_t)sizeof(float) : (uint32_t)sizeof(int8_t));
  raw->settled = hg_model.stream->settled() ? 1u : 0u;
  raw->activity = hg_model.stream->activity();
  raw->window_crc = hg_crc32(0, (const uint8_t *)hg_model.stream->window(),
                             info->input.size * HG_WINDOW_VALUE_SIZE);
  return status;
}

void hg_raw_forget(void) {
  memset(&hg_raw, 0, sizeof hg_raw);
}

void hg_raw_run(hg_server_t *server, const hg_request_t *request) {
  hg_run_request_t head;
  memcpy(&head, request->payload, sizeof head);
  const uint32_t size = request->size - (uint32_t)sizeof head;
  const uint32_t count = size / HG_SAMPLE_SIZE;
  if (count == 0u || size % HG_SAMPLE_SIZE != 0u || count > hg_model.stream->hop) {
    hg_server_nak(server, HG_NAK_LENGTH,
                  (uint32_t)sizeof head + hg_model.stream->hop * HG_SAMPLE_SIZE);
    return;
  }
  if (head.index == 0u) {
    hg_model.stream->reset();
    hg_raw.next_sample = 0;
    hg_raw.next_window = 0;
  }
  if (head.index != hg_raw.next_sample) {
    hg_server_nak(server, HG_NAK_ORDER, hg_raw.next_sample);
    return;
  }
  hg_run_reply_t *run = hg_server_keep(server);
  hg_raw_reply_t *raw = (hg_raw_reply_t *)(void *)(run + 1);
  const uint32_t start = hg_port_cycles();
  hg_status_t status = hg_raw_take(request->payload + sizeof head, count);
  *run = (hg_run_reply_t){.index = head.index, .class_index = HG_NO_WINDOW};
  run->cycles_preprocess = hg_port_cycles() - start;
  memset(raw, 0xFF, sizeof *raw); /* HG_NO_WINDOW throughout */
  hg_raw.next_sample += count;
  if (status == HG_READY) {
    raw->window = hg_raw.next_window++;
    status = hg_raw_answer(run, raw, raw + 1);
  }
  if (status < HG_OK) {
    hg_server_nak(server, HG_NAK_MODEL, (uint32_t)status);
    return;
  }
  run->stack_high_water = hg_port_stack_high_water();
  hg_server_reply_kept(server, (uint32_t)(sizeof *run + sizeof *raw) + run->output_size);
}
