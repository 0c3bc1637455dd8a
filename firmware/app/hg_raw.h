/* RUN with samples of the sensor: the whole way from counts to classes. */
#ifndef HG_RAW_H
#define HG_RAW_H

#include "hg_server.h"

/* For RUN's handler: takes the samples of a stage `raw` request. The model has a stream. */
void hg_raw_run(hg_server_t *server, const hg_request_t *request);

/* The model's stream was put to another use: a host begins again with sample 0. */
void hg_raw_forget(void);

#endif
