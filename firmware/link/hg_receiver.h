/* Bytes in, frames out: COBS decoding, checksum and length.
 *
 * A frame on the wire is COBS(header, payload, CRC-32) between two zero bytes (Cheshire and Baker,
 * Consistent Overhead Byte Stuffing, 1999). Whatever bytes arrive, the next zero starts afresh.
 *
 * A person with a terminal may type `?` and Enter: no frame begins with a byte above 8, because the
 * eighth byte of the header is always zero (no frame has 16 MiB), so text cannot be taken for one.
 */
#ifndef HG_RECEIVER_H
#define HG_RECEIVER_H

#include <stdbool.h>
#include <stdint.h>

#include "hg_messages.h"

typedef enum {
  HG_RECEIVED_NOTHING = 0,
  HG_RECEIVED_FRAME,     /* header and payload are valid until the next byte */
  HG_RECEIVED_BAD_CRC,   /* something like a frame with a wrong checksum */
  HG_RECEIVED_BAD_FRAME, /* not a frame */
  HG_RECEIVED_TOO_LONG,  /* more than the buffer holds */
  HG_RECEIVED_QUERY,     /* the line `?` */
} hg_received_t;

typedef struct {
  uint8_t *buffer; /* 8-byte aligned, so that the payload is */
  uint32_t capacity;
  uint32_t size;      /* decoded bytes so far */
  uint32_t remaining; /* bytes of the COBS block that are still to come */
  bool zero_owed;     /* the block stands for a zero behind it, if another block follows */
  bool started;
  bool overflow;
  bool text;  /* what arrives cannot be a frame */
  bool query; /* the text is `?` so far */
  hg_header_t header;
  uint32_t crc; /* of the frame just received */
} hg_receiver_t;

/* Starts with an empty frame. buffer holds header, payload and checksum of the largest frame. */
void hg_receiver_init(hg_receiver_t *receiver, uint8_t *buffer, uint32_t capacity);

/* Takes one byte from the wire and tells what it completed. */
hg_received_t hg_receiver_put(hg_receiver_t *receiver, uint8_t byte);

/* The payload of the frame just received, header.length bytes, 8-byte aligned. */
const uint8_t *hg_receiver_payload(const hg_receiver_t *receiver);

#endif
