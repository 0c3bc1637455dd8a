/* Requests about the link itself: SET_BAUD, STATS, RESET, ECHO. */
#ifndef HG_CONTROL_H
#define HG_CONTROL_H

#include "hg_server.h"

void hg_control_set_baud(hg_server_t *server, const hg_request_t *request);
void hg_control_stats(hg_server_t *server, const hg_request_t *request);
void hg_control_reset(hg_server_t *server, const hg_request_t *request);
void hg_control_echo(hg_server_t *server, const hg_request_t *request);

/* A good frame came: if it came at a new rate, the rate stays. */
void hg_control_confirm_baud(void);

/* Returns to the hello rate if no good frame came in time at the new one. */
void hg_control_watch_baud(void);

/* Milliseconds that a host has for its first frame at a new rate. */
#define HG_FALLBACK_MS 500u

#endif
