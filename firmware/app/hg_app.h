/* The app: serves the link for one model. The port calls these. */
#ifndef HG_APP_H
#define HG_APP_H

#include "hg_messages.h"

/* Prepares port, model and link. */
void hg_app_init(void);

/* Handles what has arrived, or sleeps when nothing has. To be called for ever. */
void hg_app_poll(void);

/* After a trap: reports it over the link, and again for every frame, until a RESET request. */
_Noreturn void hg_app_crash(const hg_fault_t *fault);

#endif
