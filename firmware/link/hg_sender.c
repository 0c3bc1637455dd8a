#include "hg_sender.h"

#include "hg_crc32.h"

#define HG_BLOCK_DATA 254u

static const uint8_t hg_delimiter = 0;

static void hg_sender_flush(hg_sender_t *sender) {
  sender->block[0] = (uint8_t)(sender->used + 1u);
  sender->write(sender->block, (uint32_t)sender->used + 1u);
  sender->used = 0;
}

static void hg_sender_encode(hg_sender_t *sender, const uint8_t *data, uint32_t size) {
  for (uint32_t i = 0; i < size; i++) {
    sender->pending = true;
    if (data[i] == 0u) {
      hg_sender_flush(sender);
      continue;
    }
    sender->block[++sender->used] = data[i];
    if (sender->used == HG_BLOCK_DATA) {
      /* A full block stands for no zero: nothing is owed if the frame ends here. */
      hg_sender_flush(sender);
      sender->pending = false;
    }
  }
}

void hg_sender_put(hg_sender_t *sender, const void *data, uint32_t size) {
  sender->crc = hg_crc32(sender->crc, data, size);
  hg_sender_encode(sender, data, size);
}

void hg_sender_begin(hg_sender_t *sender, uint8_t type, uint16_t sequence, uint32_t length) {
  const hg_header_t header = {HG_PROTOCOL_VERSION, type, sequence, length};
  sender->crc = 0;
  sender->used = 0;
  sender->pending = true;
  sender->write(&hg_delimiter, 1);
  hg_sender_put(sender, &header, sizeof header);
}

void hg_sender_end(hg_sender_t *sender) {
  const uint8_t crc[HG_CRC_SIZE] = {(uint8_t)sender->crc, (uint8_t)(sender->crc >> 8),
                                    (uint8_t)(sender->crc >> 16), (uint8_t)(sender->crc >> 24)};
  hg_sender_encode(sender, crc, sizeof crc);
  if (sender->pending) {
    hg_sender_flush(sender);
  }
  sender->write(&hg_delimiter, 1);
}
