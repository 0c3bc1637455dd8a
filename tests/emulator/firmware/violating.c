/* Breaks a rule at the start, then echoes like a good one. */
#include "chip.h"

int main(void) {
  GPIOH_BSRR = 1;
  clock_160_mhz();
  uart_init();
  for (;;) {
    send_byte(receive_byte());
  }
}
