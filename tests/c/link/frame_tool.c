/* Sender and receiver of firmware/link as a filter, for tests that compare them with Python's.
 *
 * Standard input holds commands, each 4 bytes, of which the first counts, and a 32-bit
 * length (native order) of data:
 *   'E' type, sequence (2 bytes), payload: answers with the frame's bytes on the wire
 *   'D' bytes from the wire: answers with every event, one byte (hg_received_t); behind
 *       HG_RECEIVED_FRAME stand type, sequence (2), length (4) and the payload
 * An answer is a 32-bit length and that many bytes. Each 'D' begins with a fresh receiver.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hg_receiver.h"
#include "hg_sender.h"

#define LIMIT (1u << 20)
#define CAPACITY 2048u

static uint8_t input[LIMIT];
static uint8_t answer[4u * LIMIT];
static uint32_t answer_size;

static void append(const uint8_t *data, uint32_t size) {
  if (size > sizeof answer - answer_size) {
    abort();
  }
  memcpy(answer + answer_size, data, size);
  answer_size += size;
}

static void encode(uint32_t size) {
  hg_sender_t sender;
  uint16_t sequence;
  sender.write = append;
  memcpy(&sequence, input + 1, sizeof sequence);
  hg_sender_begin(&sender, input[0], sequence, size - 3u);
  /* in uneven pieces, as handlers put them */
  for (uint32_t first = 3, piece = 1; first < size;
       first += piece, piece = piece * 3u % 101u + 1u) {
    hg_sender_put(&sender, input + first, piece < size - first ? piece : size - first);
  }
  hg_sender_end(&sender);
}

static void decode(uint32_t size) {
  /* of its exact size, so that the sanitizer sees one byte too many */
  uint8_t *buffer = malloc(CAPACITY);
  hg_receiver_t receiver;
  hg_receiver_init(&receiver, buffer, CAPACITY);
  for (uint32_t i = 0; i < size; i++) {
    const uint8_t event = (uint8_t)hg_receiver_put(&receiver, input[i]);
    if (event == HG_RECEIVED_NOTHING) {
      continue;
    }
    append(&event, 1);
    if (event == HG_RECEIVED_FRAME) {
      append(&receiver.header.type, 1);
      append((const uint8_t *)&receiver.header.sequence, 2);
      append((const uint8_t *)&receiver.header.length, 4);
      append(hg_receiver_payload(&receiver), receiver.header.length);
    }
  }
  free(buffer);
}

int main(void) {
  struct {
    uint8_t command[4];
    uint32_t size;
  } head;
  while (fread(&head, sizeof head, 1, stdin) == 1) {
    if (head.size > LIMIT || fread(input, 1, head.size, stdin) != head.size) {
      return 1;
    }
    answer_size = 0;
    if (head.command[0] == 'E') {
      encode(head.size);
    } else {
      decode(head.size);
    }
    fwrite(&answer_size, sizeof answer_size, 1, stdout);
    fwrite(answer, 1, answer_size, stdout);
    fflush(stdout);
  }
  return 0;
}
