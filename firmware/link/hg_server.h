/* Answers requests: checks each frame, finds its handler, and keeps the replies that cost most.
 *
 * A host that hears no reply asks again with the same sequence number. Most requests are simply
 * answered anew; a reply that a handler keeps (RUN's) is sent again as it was, so that no window
 * runs twice. A kept reply belongs to the sequence number and the checksum of its request, and a
 * HELLO forgets them all: what one host was told is never taken for an answer to another.
 */
#ifndef HG_SERVER_H
#define HG_SERVER_H

#include <stdbool.h>
#include <stdint.h>

#include "hg_link_memory.h"
#include "hg_receiver.h"
#include "hg_sender.h"

typedef struct hg_server hg_server_t;

typedef struct {
  const uint8_t *payload; /* 8-byte aligned; valid until the handler returns */
  uint32_t size;
} hg_request_t;

/* What one type of request needs and who answers it. */
typedef struct {
  uint8_t type;      /* hg_type_t */
  bool before_hello; /* allowed before the first HELLO */
  bool exact;        /* size is the payload's only size, not its least */
  uint32_t size;     /* bytes of payload */
  void (*handle)(hg_server_t *server, const hg_request_t *request);
} hg_handler_t;

typedef struct {
  uint32_t frames;
  uint32_t crc_errors;
  uint32_t frame_errors;
  uint32_t naks;
  uint32_t repeats;
} hg_server_counters_t;

/* What makes a request the same request. */
typedef struct {
  uint16_t sequence;
  uint32_t crc;
} hg_request_key_t;

struct hg_server {
  hg_receiver_t receiver;
  hg_sender_t sender;
  const hg_handler_t *handlers;
  uint32_t handler_count;
  bool greeted; /* a HELLO came since the reset */
  hg_server_counters_t counters;
  hg_request_key_t request; /* the one being answered */
  uint8_t request_type;
  uint16_t next_sequence;
  uint8_t *replies;
  uint32_t reply_size;
  uint32_t next_slot;
  struct {
    hg_request_key_t request;
    uint32_t size; /* 0: empty */
  } kept[HG_LINK_KEPT];
};

/* Starts with no HELLO seen. handlers must outlive the server. */
void hg_server_init(hg_server_t *server, const hg_link_memory_t *memory, hg_write_t write,
                    const hg_handler_t *handlers, uint32_t handler_count);

/* Takes one byte from the wire, and answers the request that it completes. */
hg_received_t hg_server_receive(hg_server_t *server, uint8_t byte);

/* For HELLO's handler: a host has come, and what an earlier one was told is forgotten. */
void hg_server_greet(hg_server_t *server);

/* For handlers: the reply in pieces; length is the sum of what is put. */
void hg_server_begin(hg_server_t *server, uint32_t length);
void hg_server_put(hg_server_t *server, const void *data, uint32_t size);
void hg_server_end(hg_server_t *server);

/* A frame that answers no request, in place of hg_server_begin. Between frames only. */
void hg_server_begin_unasked(hg_server_t *server, uint8_t type, uint32_t length);

/* For handlers: the reply in one piece. */
void hg_server_reply(hg_server_t *server, const void *data, uint32_t size);

/* For handlers: refuses the request. */
void hg_server_nak(hg_server_t *server, hg_nak_reason_t reason, uint32_t expected);

/* For handlers: memory->reply_size bytes, 8-byte aligned, for a reply that is to be kept. */
void *hg_server_keep(hg_server_t *server);

/* For handlers: sends the first size bytes of what hg_server_keep returned, and keeps them. */
void hg_server_reply_kept(hg_server_t *server, uint32_t size);

#endif
