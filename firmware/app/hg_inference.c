#include "hg_inference.h"

#include <string.h>

#include "hg_live.h"
#include "hg_model.h"
#include "hg_port.h"
#include "hg_raw.h"

static struct {
  hg_status_t status;     /* of init, or of the last run */
  bool has_run;           /* there is a last run to ask about */
  uint32_t layers_in_use; /* layers 0 to n - 1 have just run one by one, nothing since */
  uint32_t runs;
  uint32_t worst_cycles;
} hg_inference;

void hg_inference_init(void) {
  memset(&hg_inference, 0, sizeof hg_inference);
  hg_inference.status = hg_model.init();
}

uint32_t hg_inference_runs(void) {
  return hg_inference.runs;
}

uint32_t hg_inference_worst_cycles(void) {
  return hg_inference.worst_cycles;
}

void hg_inference_forget(void) {
  hg_inference.has_run = false;
  hg_inference.layers_in_use = 0;
}

static uint32_t hg_element_size(hg_stage_t stage, uint32_t dtype) {
  return stage == HG_STAGE_WINDOW && dtype == HG_DTYPE_FLOAT32 ? (uint32_t)sizeof(float) : 1u;
}

void hg_inference_note(hg_status_t status, uint32_t cycles) {
  hg_inference.status = status;
  hg_inference.has_run = status == HG_OK;
  hg_inference.layers_in_use = 0;
  hg_inference.runs++;
  if (cycles > hg_inference.worst_cycles) {
    hg_inference.worst_cycles = cycles;
  }
}

/* Runs the model on an input that stays in place; returns the cycles. */
static uint32_t hg_inference_time(hg_stage_t stage, const void *input, void *output) {
  const uint32_t start = hg_port_cycles();
  const hg_status_t status =
      stage == HG_STAGE_INT8 ? hg_model.run_s8(input, output) : hg_model.run(input, output);
  const uint32_t cycles = hg_port_cycles() - start;
  hg_inference_note(status, cycles);
  return cycles;
}

void hg_inference_run(hg_server_t *server, const hg_request_t *request) {
  const hg_info_t *info = hg_model.info;
  const hg_link_memory_t *link = hg_model.link;
  hg_run_request_t head;
  memcpy(&head, request->payload, sizeof head);
  hg_live_pause();
  if (head.stage == HG_STAGE_RAW && hg_model.stream != NULL) {
    hg_raw_run(server, request);
    return;
  }
  const bool is_s8 = head.stage == HG_STAGE_INT8 && hg_model.run_s8 != NULL;
  const hg_stage_t stage = is_s8 ? HG_STAGE_INT8 : HG_STAGE_WINDOW;
  const uint32_t input_size = info->input.size * hg_element_size(stage, info->input.dtype);
  const uint32_t output_size = info->output.size * hg_element_size(stage, info->output.dtype);
  if (head.stage != (uint32_t)stage) {
    hg_server_nak(server, HG_NAK_STAGE, HG_STAGE_WINDOW);
    return;
  }
  if (request->size != sizeof head + input_size) {
    hg_server_nak(server, HG_NAK_LENGTH, (uint32_t)sizeof head + input_size);
    return;
  }
  if (input_size > link->input_size || sizeof(hg_run_reply_t) + output_size > link->reply_size) {
    hg_server_nak(server, HG_NAK_MODEL, (uint32_t)HG_ERROR_ARGUMENT);
    return;
  }
  /* The window stays where layers can be run again on it; the frame's buffer is for the next. */
  memcpy(link->input, request->payload + sizeof head, input_size);
  hg_run_reply_t *reply = hg_server_keep(server);
  uint8_t *output = (uint8_t *)reply + sizeof *reply;
  const uint32_t cycles = hg_inference_time(stage, link->input, output);
  if (hg_inference.status != HG_OK) {
    hg_server_nak(server, HG_NAK_MODEL, (uint32_t)hg_inference.status);
    return;
  }
  reply->index = head.index;
  reply->class_index = hg_model.class_of_run();
  reply->cycles_preprocess = 0;
  reply->cycles_inference = cycles;
  reply->stack_high_water = hg_port_stack_high_water();
  reply->output_size = output_size;
  hg_server_reply_kept(server, (uint32_t)sizeof *reply + output_size);
}

void hg_inference_profile(hg_server_t *server, const hg_request_t *request) {
  (void)request;
  hg_live_pause();
  const hg_profile_reply_t reply = {hg_model.info->layer_count};
  if (!hg_inference.has_run) {
    hg_server_nak(server, HG_NAK_NO_RUN, HG_TYPE_RUN);
    return;
  }
  hg_server_begin(server, (uint32_t)(sizeof reply + reply.layer_count * sizeof(uint32_t)));
  hg_server_put(server, &reply, sizeof reply);
  hg_inference.layers_in_use = 0;
  for (uint32_t i = 0; i < reply.layer_count; i++) {
    const uint32_t start = hg_port_cycles();
    const hg_status_t status = hg_model.run_layer(i);
    const uint32_t end = hg_port_cycles();
    const uint32_t cycles = status == HG_OK ? end - start : HG_NO_CYCLES;
    hg_server_put(server, &cycles, sizeof cycles);
  }
  hg_server_end(server);
}

/* The first output that is wrong, or info->output.size. What it is and what it should be goes into
 * the reply: a byte, or the bits of a float. */
static uint32_t hg_inference_first_wrong(const void *output, const void *known,
                                         hg_selftest_reply_t *reply) {
  const uint32_t size = hg_model.info->output.size;
  const bool is_s8 = hg_model.run_s8 != NULL;
  uint32_t offset = 0;
  for (; offset < size; offset++) {
    if (is_s8) {
      reply->expected = ((const int8_t *)known)[offset];
      reply->actual = ((const int8_t *)output)[offset];
      if (reply->expected != reply->actual) {
        break;
      }
    } else {
      const float expected = ((const float *)known)[offset];
      const float actual = ((const float *)output)[offset];
      const float difference = expected > actual ? expected - actual : actual - expected;
      memcpy(&reply->expected, &expected, sizeof expected);
      memcpy(&reply->actual, &actual, sizeof actual);
      if (!(difference < HG_KNOWN_ANSWER_TOLERANCE)) {
        break;
      }
    }
  }
  return offset;
}

/* Runs one known answer and notes in the reply what is wrong with it. */
static void hg_inference_check(uint32_t index, void *output, hg_selftest_reply_t *reply) {
  const hg_known_answer_t *known = &hg_model.known_answers[index];
  const hg_stage_t stage = hg_model.run_s8 != NULL ? HG_STAGE_INT8 : HG_STAGE_WINDOW;
  const uint32_t cycles = hg_inference_time(stage, known->input, output);
  if (cycles > reply->worst_cycles) {
    reply->worst_cycles = cycles;
  }
  hg_selftest_reply_t found = *reply;
  const uint32_t offset = hg_inference_first_wrong(output, known->output, &found);
  if (offset == hg_model.info->output.size && hg_inference.status == HG_OK) {
    return;
  }
  reply->failures++;
  if (reply->first_failure == HG_NO_FAILURE) {
    reply->first_failure = index;
    reply->first_offset = offset;
    reply->expected = found.expected;
    reply->actual = found.actual;
  }
}

void hg_inference_selftest(hg_server_t *server, const hg_request_t *request) {
  (void)request;
  hg_live_pause();
  hg_selftest_reply_t reply = {
      .count = hg_model.known_answer_count,
      .first_failure = HG_NO_FAILURE,
  };
  /* A reply's place has room for one output. */
  void *output = hg_server_keep(server);
  for (uint32_t i = 0; i < reply.count; i++) {
    hg_inference_check(i, output, &reply);
  }
  hg_server_reply(server, &reply, sizeof reply);
}

/* Makes layer `index`'s result be in the arena; later layers may have taken its place. */
static hg_status_t hg_inference_reach(uint32_t index) {
  if (hg_inference.layers_in_use == index + 1u) {
    return HG_OK;
  }
  hg_inference.layers_in_use = 0;
  for (uint32_t i = 0; i <= index; i++) {
    const hg_status_t status = hg_model.run_layer(i);
    if (status != HG_OK) {
      return status;
    }
  }
  hg_inference.layers_in_use = index + 1u;
  return HG_OK;
}

/* The bytes of a reply to READ_LAYER: what lies at `data`, from the wanted offset on. */
static void hg_inference_send(hg_server_t *server, const hg_read_layer_request_t *wanted,
                              const uint8_t *data, uint32_t whole) {
  if (wanted->offset >= whole) {
    hg_server_nak(server, HG_NAK_INDEX, whole);
    return;
  }
  const hg_read_layer_reply_t reply = {wanted->index, wanted->offset, whole};
  const uint32_t left = whole - wanted->offset;
  const uint32_t room = HG_CHUNK_SIZE - (uint32_t)sizeof reply;
  const uint32_t size = left < room ? left : room;
  hg_server_begin(server, (uint32_t)sizeof reply + size);
  hg_server_put(server, &reply, sizeof reply);
  hg_server_put(server, data + wanted->offset, size);
  hg_server_end(server);
}

void hg_inference_read_layer(hg_server_t *server, const hg_request_t *request) {
  const hg_info_t *info = hg_model.info;
  hg_read_layer_request_t wanted;
  memcpy(&wanted, request->payload, sizeof wanted);
  hg_live_pause();
  if (!hg_inference.has_run) {
    hg_server_nak(server, HG_NAK_NO_RUN, HG_TYPE_RUN);
    return;
  }
  if (wanted.index == HG_READ_WINDOW && hg_model.stream != NULL) {
    hg_inference_send(server, &wanted, (const uint8_t *)hg_model.stream->window(),
                      info->input.size * HG_WINDOW_VALUE_SIZE);
    return;
  }
  if (wanted.index >= info->layer_count) {
    hg_server_nak(server, HG_NAK_INDEX, info->layer_count);
    return;
  }
  const hg_layer_info_t *layer = &info->layers[wanted.index];
  const hg_status_t status = hg_inference_reach(wanted.index);
  if (status != HG_OK) {
    hg_server_nak(server, HG_NAK_MODEL, (uint32_t)status);
    return;
  }
  hg_inference_send(server, &wanted, hg_model.arena + layer->offset, layer->size);
}
