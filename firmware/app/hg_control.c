#include "hg_control.h"

#include <string.h>

#include "hg_inference.h"
#include "hg_live.h"
#include "hg_port.h"

/* The rate changed and no good frame has come at the new one. */
typedef enum {
  HG_BAUD_SETTLED,
  HG_BAUD_REQUESTED, /* by the frame that is being handled, which came at the old rate */
  HG_BAUD_UNCONFIRMED,
} hg_baud_state_t;

static hg_baud_state_t hg_control_baud;

void hg_control_set_baud(hg_server_t *server, const hg_request_t *request) {
  hg_set_baud_request_t wanted;
  memcpy(&wanted, request->payload, sizeof wanted);
  hg_live_pause();
  const hg_set_baud_reply_t reply = {hg_port_actual_baud(wanted.baud)};
  if (reply.baud == 0u) {
    hg_server_nak(server, HG_NAK_BAUD, hg_port_info()->hello_baud);
    return;
  }
  hg_server_reply(server, &reply, sizeof reply);
  hg_port_set_baud(wanted.baud);
  hg_port_timer_start(HG_FALLBACK_MS);
  hg_control_baud = HG_BAUD_REQUESTED;
}

void hg_control_confirm_baud(void) {
  if (hg_control_baud == HG_BAUD_REQUESTED) {
    hg_control_baud = HG_BAUD_UNCONFIRMED;
  } else if (hg_control_baud == HG_BAUD_UNCONFIRMED) {
    hg_control_baud = HG_BAUD_SETTLED;
    hg_port_timer_stop();
  }
}

void hg_control_watch_baud(void) {
  if (hg_control_baud == HG_BAUD_UNCONFIRMED && hg_port_timer_expired()) {
    hg_control_baud = HG_BAUD_SETTLED;
    hg_port_timer_stop();
    hg_port_set_baud(hg_port_info()->hello_baud);
  }
}

void hg_control_stats(hg_server_t *server, const hg_request_t *request) {
  (void)request;
  const hg_port_counters_t port = hg_port_counters();
  const hg_stats_reply_t reply = {
      .frames = server->counters.frames,
      .crc_errors = server->counters.crc_errors,
      .frame_errors = server->counters.frame_errors,
      .naks = server->counters.naks,
      .repeats = server->counters.repeats,
      .runs = hg_inference_runs(),
      .worst_cycles = hg_inference_worst_cycles(),
      .stack_high_water = hg_port_stack_high_water(),
      .uart_overruns = port.overruns,
      .uart_noise = port.noise,
      .ring_overflows = port.overflows,
  };
  hg_server_reply(server, &reply, sizeof reply);
}

void hg_control_reset(hg_server_t *server, const hg_request_t *request) {
  (void)request;
  hg_server_reply(server, 0, 0);
  hg_port_reset();
}

void hg_control_echo(hg_server_t *server, const hg_request_t *request) {
  hg_live_pause();
  hg_server_reply(server, request->payload, request->size);
}
