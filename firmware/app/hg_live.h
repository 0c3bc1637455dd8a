/* Live: the device samples its own sensor and says what the network makes of it.
 *
 * Until a host's first valid frame in lines of text, from then on in frames that answer no request
 * (docs/protocol.md). A request that wants the model or the line for itself pauses it: the stream
 * of samples is the model's only one, and a measurement shall not be disturbed.
 */
#ifndef HG_LIVE_H
#define HG_LIVE_H

#include <stdint.h>

#include "hg_server.h"

/* Begins to sample where board, port and model allow it. */
void hg_live_init(hg_server_t *server);

/* Does what is due; returns the microseconds until something will be, HG_FOREVER for nothing. */
uint32_t hg_live_poll(void);

/* A valid frame has come: text is over, and a pause lasts from now on. */
void hg_live_hear(void);

/* A person has typed `?`: text again. */
void hg_live_turn_to_person(void);

/* For handlers: leave model, stream and line to the host until it was silent for a while. */
void hg_live_pause(void);

/* Answers LIVE. */
void hg_live_request(hg_server_t *server, const hg_request_t *request);

/* Says in a line of text what is sampled, or why nothing is. */
void hg_live_introduce(void);

#endif
