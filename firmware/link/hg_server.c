#include "hg_server.h"

#include <string.h>

void hg_server_init(hg_server_t *server, const hg_link_memory_t *memory, hg_write_t write,
                    const hg_handler_t *handlers, uint32_t handler_count) {
  memset(server, 0, sizeof *server);
  hg_receiver_init(&server->receiver, memory->frame, memory->frame_size);
  server->sender.write = write;
  server->handlers = handlers;
  server->handler_count = handler_count;
  server->replies = memory->replies;
  server->reply_size = memory->reply_size;
  server->next_sequence = 1;
}

void hg_server_greet(hg_server_t *server) {
  server->greeted = true;
  memset(server->kept, 0, sizeof server->kept);
}

void hg_server_begin(hg_server_t *server, uint32_t length) {
  hg_sender_begin(&server->sender, server->request_type | HG_TYPE_REPLY, server->request.sequence,
                  length);
}

void hg_server_begin_unasked(hg_server_t *server, uint8_t type, uint32_t length) {
  hg_sender_begin(&server->sender, type, HG_UNSOLICITED, length);
}

void hg_server_put(hg_server_t *server, const void *data, uint32_t size) {
  hg_sender_put(&server->sender, data, size);
}

void hg_server_end(hg_server_t *server) {
  hg_sender_end(&server->sender);
}

void hg_server_reply(hg_server_t *server, const void *data, uint32_t size) {
  hg_server_begin(server, size);
  hg_server_put(server, data, size);
  hg_server_end(server);
}

static void hg_server_refuse(hg_server_t *server, uint16_t sequence, hg_nak_reason_t reason,
                             uint32_t expected) {
  const hg_nak_t nak = {(uint32_t)reason, expected};
  server->counters.naks++;
  hg_sender_begin(&server->sender, HG_TYPE_NAK, sequence, sizeof nak);
  hg_sender_put(&server->sender, &nak, sizeof nak);
  hg_sender_end(&server->sender);
}

void hg_server_nak(hg_server_t *server, hg_nak_reason_t reason, uint32_t expected) {
  hg_server_refuse(server, server->request.sequence, reason, expected);
}

static uint8_t *hg_server_slot(const hg_server_t *server, uint32_t index) {
  return server->replies + index * server->reply_size;
}

void *hg_server_keep(hg_server_t *server) {
  server->kept[server->next_slot].size = 0;
  return hg_server_slot(server, server->next_slot);
}

void hg_server_reply_kept(hg_server_t *server, uint32_t size) {
  const uint32_t slot = server->next_slot;
  server->kept[slot].request = server->request;
  server->kept[slot].size = size;
  server->next_slot = (slot + 1u) % HG_LINK_KEPT;
  hg_server_reply(server, hg_server_slot(server, slot), size);
}

static bool hg_server_repeat(hg_server_t *server) {
  for (uint32_t i = 0; i < HG_LINK_KEPT; i++) {
    if (server->kept[i].size > 0u && server->kept[i].request.sequence == server->request.sequence &&
        server->kept[i].request.crc == server->request.crc) {
      server->counters.repeats++;
      hg_server_reply(server, hg_server_slot(server, i), server->kept[i].size);
      return true;
    }
  }
  return false;
}

static const hg_handler_t *hg_server_find(const hg_server_t *server, uint8_t type) {
  for (uint32_t i = 0; i < server->handler_count; i++) {
    if (server->handlers[i].type == type) {
      return &server->handlers[i];
    }
  }
  return 0;
}

static void hg_server_dispatch(hg_server_t *server) {
  const hg_header_t *header = &server->receiver.header;
  const hg_request_t request = {hg_receiver_payload(&server->receiver), header->length};
  const hg_handler_t *handler = hg_server_find(server, header->type);
  server->request.sequence = header->sequence;
  server->request.crc = server->receiver.crc;
  server->request_type = header->type;
  server->next_sequence = (uint16_t)(header->sequence + 1u);
  if (header->version != HG_PROTOCOL_VERSION) {
    hg_server_nak(server, HG_NAK_VERSION, HG_PROTOCOL_VERSION);
  } else if (!handler) {
    hg_server_nak(server, HG_NAK_TYPE, server->handlers[server->handler_count - 1u].type);
  } else if (!server->greeted && !handler->before_hello) {
    hg_server_nak(server, HG_NAK_NO_HELLO, HG_TYPE_HELLO);
  } else if (handler->exact ? request.size != handler->size : request.size < handler->size) {
    hg_server_nak(server, HG_NAK_LENGTH, handler->size);
  } else if (!hg_server_repeat(server)) {
    handler->handle(server, &request);
  }
}

hg_received_t hg_server_receive(hg_server_t *server, uint8_t byte) {
  const hg_received_t received = hg_receiver_put(&server->receiver, byte);
  switch (received) {
    case HG_RECEIVED_FRAME:
      server->counters.frames++;
      hg_server_dispatch(server);
      break;
    case HG_RECEIVED_BAD_CRC:
      server->counters.crc_errors++;
      hg_server_refuse(server, HG_UNSOLICITED, HG_NAK_CRC, server->next_sequence);
      break;
    case HG_RECEIVED_BAD_FRAME:
      server->counters.frame_errors++;
      hg_server_refuse(server, HG_UNSOLICITED, HG_NAK_FRAME, server->next_sequence);
      break;
    case HG_RECEIVED_TOO_LONG:
      server->counters.frame_errors++;
      hg_server_refuse(server, HG_UNSOLICITED, HG_NAK_TOO_LONG,
                       server->receiver.capacity - (uint32_t)sizeof(hg_header_t) - HG_CRC_SIZE);
      break;
    case HG_RECEIVED_NOTHING:
    case HG_RECEIVED_QUERY:
      break;
  }
  return received;
}
