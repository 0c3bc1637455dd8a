/* Requests that run the model: RUN, PROFILE, SELFTEST, READ_LAYER. */
#ifndef HG_INFERENCE_H
#define HG_INFERENCE_H

#include "hg_server.h"
#include "hg_status.h"

/* Initializes the model. */
void hg_inference_init(void);

void hg_inference_run(hg_server_t *server, const hg_request_t *request);
void hg_inference_profile(hg_server_t *server, const hg_request_t *request);
void hg_inference_selftest(hg_server_t *server, const hg_request_t *request);
void hg_inference_read_layer(hg_server_t *server, const hg_request_t *request);

/* A window has run, in so many cycles, with that status: what later requests are about. */
void hg_inference_note(hg_status_t status, uint32_t cycles);

/* The model was put to another use: there is no last run to ask about. */
void hg_inference_forget(void);

/* Since the reset: windows that ran, and the cycles of the longest run. */
uint32_t hg_inference_runs(void);
uint32_t hg_inference_worst_cycles(void);

#endif
