#include "hg_receiver.h"

#include <string.h>

#include "hg_crc32.h"

/* The first zero of a frame is the header's eighth byte at the latest. */
#define HG_FIRST_CODE_MAX 8u

static void hg_receiver_restart(hg_receiver_t *receiver) {
  receiver->size = 0;
  receiver->remaining = 0;
  receiver->zero_owed = false;
  receiver->started = false;
  receiver->overflow = false;
  receiver->text = false;
  receiver->query = false;
}

void hg_receiver_init(hg_receiver_t *receiver, uint8_t *buffer, uint32_t capacity) {
  receiver->buffer = buffer;
  receiver->capacity = capacity;
  memset(&receiver->header, 0, sizeof receiver->header);
  receiver->crc = 0;
  hg_receiver_restart(receiver);
}

const uint8_t *hg_receiver_payload(const hg_receiver_t *receiver) {
  return receiver->buffer + sizeof(hg_header_t);
}

static void hg_receiver_store(hg_receiver_t *receiver, uint8_t byte) {
  if (receiver->size < receiver->capacity) {
    receiver->buffer[receiver->size++] = byte;
  } else {
    receiver->overflow = true;
  }
}

static void hg_receiver_decode(hg_receiver_t *receiver, uint8_t byte) {
  if (receiver->remaining > 0u) {
    receiver->remaining--;
    hg_receiver_store(receiver, byte);
    return;
  }
  if (receiver->zero_owed) {
    hg_receiver_store(receiver, 0);
  }
  receiver->remaining = byte - 1u;
  receiver->zero_owed = byte != 0xFFu;
}

static hg_received_t hg_receiver_check(hg_receiver_t *receiver) {
  if (receiver->overflow) {
    return HG_RECEIVED_TOO_LONG;
  }
  if (receiver->text || receiver->remaining > 0u ||
      receiver->size < sizeof(hg_header_t) + HG_CRC_SIZE) {
    return HG_RECEIVED_BAD_FRAME;
  }
  const uint32_t covered = receiver->size - HG_CRC_SIZE;
  const uint8_t *tail = receiver->buffer + covered;
  receiver->crc = (uint32_t)tail[0] | (uint32_t)tail[1] << 8 | (uint32_t)tail[2] << 16 |
                  (uint32_t)tail[3] << 24;
  if (hg_crc32(0, receiver->buffer, covered) != receiver->crc) {
    return HG_RECEIVED_BAD_CRC;
  }
  memcpy(&receiver->header, receiver->buffer, sizeof receiver->header);
  return receiver->header.length == covered - sizeof(hg_header_t) ? HG_RECEIVED_FRAME
                                                                  : HG_RECEIVED_BAD_FRAME;
}

hg_received_t hg_receiver_put(hg_receiver_t *receiver, uint8_t byte) {
  if (byte == 0u) {
    const hg_received_t result =
        receiver->started ? hg_receiver_check(receiver) : HG_RECEIVED_NOTHING;
    hg_receiver_restart(receiver);
    return result;
  }
  const bool end_of_line = byte == '\r' || byte == '\n';
  if (!receiver->started) {
    if (end_of_line) {
      return HG_RECEIVED_NOTHING;
    }
    receiver->started = true;
    receiver->text = byte > HG_FIRST_CODE_MAX;
    receiver->query = byte == '?';
  } else if (receiver->text) {
    if (end_of_line) {
      const bool query = receiver->query;
      hg_receiver_restart(receiver);
      return query ? HG_RECEIVED_QUERY : HG_RECEIVED_NOTHING;
    }
    receiver->query = false;
  }
  if (!receiver->text) {
    hg_receiver_decode(receiver, byte);
  }
  return HG_RECEIVED_NOTHING;
}
