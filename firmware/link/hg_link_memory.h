/* The link's buffers, sized for one model's largest window by the file that defines the model.
 *
 * The firmware's sources are the same for every model, so they cannot know the sizes; the generated
 * Model/hg_model.c does, and defines the buffers with one line:
 *
 *   HG_LINK_MEMORY(link_memory, HAR_INPUT_SIZE * sizeof(float), HAR_OUTPUT_SIZE * sizeof(float));
 */
#ifndef HG_LINK_MEMORY_H
#define HG_LINK_MEMORY_H

#include <stdint.h>

#include "hg_messages.h"

/* Requests that a host may have on their way at once: the next windows travel while one runs. */
#define HG_LINK_SLOTS 4u

/* Replies to RUN that are kept. While one window is asked for again, the host may have had answers
 * to those sent up to a slot before and up to a slot after it. */
#define HG_LINK_KEPT (2u * HG_LINK_SLOTS)

/* Payload that every firmware accepts, however small its model. */
#define HG_LINK_MIN_PAYLOAD 256u

/* RUN's payload for that many bytes of window. */
#define HG_LINK_MAX_PAYLOAD(INPUT_BYTES)                          \
  ((INPUT_BYTES) + sizeof(hg_run_request_t) > HG_LINK_MIN_PAYLOAD \
       ? (INPUT_BYTES) + sizeof(hg_run_request_t)                 \
       : HG_LINK_MIN_PAYLOAD)

/* A decoded frame: header, payload, checksum. */
#define HG_LINK_FRAME_SIZE(INPUT_BYTES) \
  (sizeof(hg_header_t) + HG_LINK_MAX_PAYLOAD(INPUT_BYTES) + HG_CRC_SIZE)

/* The same on the wire: one byte of COBS for every 254 begun, and the two delimiters. */
#define HG_LINK_WIRE_SIZE(INPUT_BYTES) \
  (HG_LINK_FRAME_SIZE(INPUT_BYTES) + HG_LINK_FRAME_SIZE(INPUT_BYTES) / 254u + 3u)

/* Every slot's frame, and one more that a host sends again too early. */
#define HG_LINK_RING_SIZE(INPUT_BYTES) ((HG_LINK_SLOTS + 1u) * HG_LINK_WIRE_SIZE(INPUT_BYTES))

/* A kept reply to RUN, rounded up so that the replies of an array stay aligned. */
#define HG_LINK_REPLY_SIZE(OUTPUT_BYTES) \
  ((sizeof(hg_run_reply_t) + sizeof(hg_raw_reply_t) + (OUTPUT_BYTES) + 7u) / 8u * 8u)

typedef struct {
  uint8_t *ring; /* what the port received and the app has not yet taken */
  uint32_t ring_size;
  uint8_t *frame; /* the frame being received; 8-byte aligned */
  uint32_t frame_size;
  uint8_t *input; /* the last window that ran: kept for PROFILE and READ_LAYER; 8-byte aligned */
  uint32_t input_size;
  uint8_t *replies; /* HG_LINK_KEPT replies to RUN, to be sent again; 8-byte aligned */
  uint32_t reply_size;
} hg_link_memory_t;

/* Defines the buffers and the constant NAME that tells of them.
 * INPUT_BYTES, OUTPUT_BYTES: the larger of the two forms (float32 or int8) that RUN may carry. */
#define HG_LINK_MEMORY(NAME, INPUT_BYTES, OUTPUT_BYTES)                                       \
  static uint8_t NAME##_ring[HG_LINK_RING_SIZE(INPUT_BYTES)];                                 \
  static _Alignas(8) uint8_t NAME##_frame[HG_LINK_FRAME_SIZE(INPUT_BYTES)];                   \
  static _Alignas(8) uint8_t NAME##_input[INPUT_BYTES];                                       \
  static _Alignas(8) uint8_t NAME##_replies[HG_LINK_KEPT * HG_LINK_REPLY_SIZE(OUTPUT_BYTES)]; \
  static const hg_link_memory_t NAME = {                                                      \
      .ring = NAME##_ring,                                                                    \
      .ring_size = (uint32_t)sizeof NAME##_ring,                                              \
      .frame = NAME##_frame,                                                                  \
      .frame_size = (uint32_t)sizeof NAME##_frame,                                            \
      .input = NAME##_input,                                                                  \
      .input_size = (uint32_t)sizeof NAME##_input,                                            \
      .replies = NAME##_replies,                                                              \
      .reply_size = (uint32_t)HG_LINK_REPLY_SIZE(OUTPUT_BYTES),                               \
  }

#endif
