/* Frames out: header, checksum and COBS encoding in one pass, with 254 bytes of buffer.
 *
 * The payload may come in pieces of any size, straight from where it lies; only its length must be
 * known when the frame begins. See hg_receiver.h for the frame on the wire.
 */
#ifndef HG_SENDER_H
#define HG_SENDER_H

#include <stdbool.h>
#include <stdint.h>

#include "hg_messages.h"

/* Sends bytes to the host; returns when they are on their way or cannot be sent. */
typedef void (*hg_write_t)(const uint8_t *data, uint32_t size);

typedef struct {
  hg_write_t write;
  uint32_t crc;
  uint8_t block[255]; /* the COBS block that is being filled: its code byte, then its data */
  uint8_t used;       /* bytes of data in it */
  bool pending;       /* the block must be written even if it is empty */
} hg_sender_t;

/* Sends a zero, which ends whatever came before, and the header. */
void hg_sender_begin(hg_sender_t *sender, uint8_t type, uint16_t sequence, uint32_t length);

/* Sends a piece of the payload. */
void hg_sender_put(hg_sender_t *sender, const void *data, uint32_t size);

/* Sends the checksum and the zero that ends the frame. */
void hg_sender_end(hg_sender_t *sender);

#endif
