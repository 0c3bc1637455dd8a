/* Sends a line, then echoes what it gets, polling. */
#include "chip.h"

int main(void) {
  clock_160_mhz();
  uart_init();
  send_text("hello\n");
  for (;;) {
    send_byte(receive_byte());
  }
}
