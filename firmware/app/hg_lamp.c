#include "hg_lamp.h"

#include "hg_port.h"

#define HG_LAMP_PAUSE 4u /* steps */

static uint32_t hg_lamp_at;

void hg_lamp_step(uint32_t blinks, bool trouble) {
  if (hg_lamp_at >= 2u * blinks + HG_LAMP_PAUSE) {
    hg_lamp_at = 0;
  }
  hg_port_led(HG_LED_ACTIVITY, hg_lamp_at < 2u * blinks && hg_lamp_at % 2u == 0u);
  hg_port_led(HG_LED_FAULT, trouble);
  hg_lamp_at++;
}

void hg_lamp_off(void) {
  hg_lamp_at = 0;
  hg_port_led(HG_LED_ACTIVITY, false);
  hg_port_led(HG_LED_FAULT, false);
}
