/* Where live's words go: to a person as lines of text until a host talks, then in frames. */
#ifndef HG_LIVE_OUT_H
#define HG_LIVE_OUT_H

#include <stdbool.h>
#include <stdint.h>

#include "hg_live_text.h"
#include "hg_sensor.h"
#include "hg_server.h"

typedef struct {
  hg_server_t *server;
  bool framed;   /* a host talks */
  uint32_t send; /* hg_live_send_t bits: what it wants */
} hg_live_out_t;

/* count samples between which none is missing; next: number of the one that will follow them. */
void hg_live_out_samples(const hg_live_out_t *out, uint32_t stream, uint32_t next,
                         const hg_sample_t *samples, uint32_t count);

void hg_live_out_result(const hg_live_out_t *out, const hg_live_result_t *result,
                        const void *output);

/* The state has changed. */
void hg_live_out_state(const hg_live_out_t *out, hg_live_state_t state,
                       const hg_live_trouble_t *trouble);

/* The same in answer to a request. */
void hg_live_out_reply(const hg_live_out_t *out, hg_live_state_t state,
                       const hg_live_trouble_t *trouble);

#endif
