/* After a trap nothing of the app can be trusted: this has its own receiver, and only polls. */
#include "hg_app.h"
#include "hg_port.h"
#include "hg_receiver.h"
#include "hg_sender.h"

/* Longer frames than RESET need not be understood, only noticed. */
#define HG_CRASH_FRAME_SIZE 64u

static void hg_crash_report(hg_sender_t *sender, const hg_fault_t *fault) {
  hg_sender_begin(sender, HG_TYPE_FAULT, HG_UNSOLICITED, sizeof *fault);
  hg_sender_put(sender, fault, sizeof *fault);
  hg_sender_end(sender);
}

_Noreturn void hg_app_crash(const hg_fault_t *fault) {
  static _Alignas(8) uint8_t buffer[HG_CRASH_FRAME_SIZE];
  static hg_receiver_t receiver;
  static hg_sender_t sender;
  sender.write = hg_port_send;
  hg_receiver_init(&receiver, buffer, sizeof buffer);
  hg_port_led(HG_LED_ACTIVITY, false);
  hg_port_led(HG_LED_FAULT, true);
  hg_crash_report(&sender, fault);
  for (;;) {
    uint8_t byte;
    hg_port_poll();
    if (hg_port_receive(&byte, 1) == 0u) {
      continue;
    }
    const hg_received_t received = hg_receiver_put(&receiver, byte);
    if (received == HG_RECEIVED_FRAME && receiver.header.type == HG_TYPE_RESET) {
      hg_sender_begin(&sender, HG_TYPE_RESET | HG_TYPE_REPLY, receiver.header.sequence, 0);
      hg_sender_end(&sender);
      hg_port_reset();
    }
    if (received != HG_RECEIVED_NOTHING) {
      hg_crash_report(&sender, fault);
    }
  }
}
