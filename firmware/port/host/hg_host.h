/* The native process that stands for a board: its wire, and how it starts again. */
#ifndef HG_HOST_H
#define HG_HOST_H

#include <stdbool.h>
#include <stdint.h>

typedef struct {
  int in; /* file descriptors of the wire */
  int out;
  bool is_terminal; /* a pseudo-terminal's master: the client's baud rate can be seen */
} hg_wire_t;

/* What hg_port_init starts from: set by main. */
void hg_host_attach(hg_wire_t wire, uint32_t reset_cause);

/* Starts the program afresh on the same wire, as a reset would. */
_Noreturn void hg_host_restart(hg_wire_t wire);

#endif
