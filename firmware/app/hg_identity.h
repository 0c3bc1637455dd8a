/* Who the firmware is: HELLO and CLASSES for a host, a few lines of text for a person. */
#ifndef HG_IDENTITY_H
#define HG_IDENTITY_H

#include "hg_server.h"

void hg_identity_hello(hg_server_t *server, const hg_request_t *request);
void hg_identity_classes(hg_server_t *server, const hg_request_t *request);

/* Answers the line `?`. */
void hg_identity_text(void);

#endif
