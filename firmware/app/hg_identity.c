#include "hg_identity.h"

#include <string.h>

#include "hg_control.h"
#include "hg_inference.h"
#include "hg_live.h"
#include "hg_model.h"
#include "hg_port.h"
#include "hg_say.h"
#include "hg_version.h"

_Static_assert(HG_LINK_SHA256_SIZE == HG_SHA256_SIZE, "the link and the model disagree on hashes");
_Static_assert(HG_LINK_MAX_RANK == HG_MAX_RANK, "the link and the model disagree on shapes");
_Static_assert(sizeof HG_FIRMWARE_VERSION <= HG_FIRMWARE_VERSION_SIZE, "the version is too long");

static hg_link_tensor_t hg_identity_tensor(const hg_tensor_info_t *info) {
  hg_link_tensor_t tensor = {
      .size = info->size,
      .rank = info->rank,
      .dtype = info->dtype,
      .scale = info->scale,
      .zero_point = info->zero_point,
  };
  memcpy(tensor.shape, info->shape, sizeof tensor.shape);
  return tensor;
}

void hg_identity_hello(hg_server_t *server, const hg_request_t *request) {
  (void)request;
  const hg_info_t *info = hg_model.info;
  const hg_port_info_t *port = hg_port_info();
  hg_hello_reply_t reply = {
      .abi_version = info->abi_version,
      .clock_hz = port->clock_hz,
      .slots = HG_LINK_SLOTS,
      .max_payload = hg_model.link->frame_size - (uint32_t)sizeof(hg_header_t) - HG_CRC_SIZE,
      .stack_size = port->stack_size,
      .reset_cause = port->reset_cause,
      .fallback_ms = HG_FALLBACK_MS,
      .worst_cycles = hg_inference_worst_cycles(),
      .firmware_version = HG_FIRMWARE_VERSION,
      .input = hg_identity_tensor(&info->input),
      .output = hg_identity_tensor(&info->output),
      .arena_size = info->arena_size,
      .layer_count = info->layer_count,
      .class_count = info->class_count,
      .known_answer_count = hg_model.known_answer_count,
  };
  memcpy(reply.bauds, port->bauds, sizeof reply.bauds);
  memcpy(reply.build_id, port->build_id, sizeof reply.build_id);
  memcpy(reply.uid, port->uid, sizeof reply.uid);
  memcpy(reply.model_sha256, info->model_sha256, sizeof reply.model_sha256);
  memcpy(reply.preprocessing_sha256, info->preprocessing_sha256, sizeof reply.preprocessing_sha256);
  memcpy(reply.name, info->name, hg_text_size(info->name, sizeof reply.name));
  hg_server_greet(server);
  hg_server_reply(server, &reply, sizeof reply);
}

void hg_identity_classes(hg_server_t *server, const hg_request_t *request) {
  const hg_info_t *info = hg_model.info;
  hg_classes_request_t wanted;
  memcpy(&wanted, request->payload, sizeof wanted);
  if (wanted.first >= info->class_count) {
    hg_server_nak(server, HG_NAK_INDEX, info->class_count);
    return;
  }
  static const char end = '\0';
  hg_classes_reply_t reply = {wanted.first, 0, info->class_count};
  uint32_t size = 0;
  for (uint32_t i = wanted.first; i < info->class_count; i++) {
    /* The first name always goes, cut off if need be: the host must get on. */
    const uint32_t limit = HG_CHUNK_SIZE - (uint32_t)sizeof reply - 1u;
    const uint32_t next = size + hg_text_size(info->class_names[i], limit) + 1u;
    if (next > limit + 1u) {
      break;
    }
    size = next;
    reply.count++;
  }
  hg_server_begin(server, (uint32_t)sizeof reply + size);
  hg_server_put(server, &reply, sizeof reply);
  for (uint32_t i = 0; i < reply.count; i++) {
    const char *name = info->class_names[wanted.first + i];
    hg_server_put(server, name, hg_text_size(name, HG_CHUNK_SIZE - (uint32_t)sizeof reply - 1u));
    hg_server_put(server, &end, 1);
  }
  hg_server_end(server);
}

void hg_identity_text(void) {
  const hg_info_t *info = hg_model.info;
  const hg_port_info_t *port = hg_port_info();
  hg_say("\r\nhargen firmware " HG_FIRMWARE_VERSION ", protocol ");
  hg_say_number(HG_PROTOCOL_VERSION);
  hg_say("\r\nmodel    ");
  hg_say(info->name);
  hg_say(", sha256 ");
  hg_say_hex(info->model_sha256, HG_SHA256_SIZE);
  hg_say("\r\nclasses ");
  for (uint32_t i = 0; i < info->class_count; i++) {
    hg_say(" ");
    hg_say(info->class_names[i]);
  }
  hg_say("\r\nbuild id ");
  hg_say_hex(port->build_id, HG_BUILD_ID_SIZE);
  hg_say("\r\nclock    ");
  hg_say_number(port->clock_hz);
  hg_say(" Hz, chip ");
  hg_say_hex(port->uid, HG_UID_SIZE);
  hg_say("\r\n");
  hg_live_introduce();
}
