/* What the app needs of the machine it runs on: implemented by Port/ for each family of chips.
 *
 * Port/ also owns the way in: it starts the machine, calls hg_app_init once and hg_app_poll for
 * ever, and calls hg_app_crash when the machine traps.
 */
#ifndef HG_PORT_H
#define HG_PORT_H

#include <stdbool.h>
#include <stdint.h>

#include "hg_bus.h"
#include "hg_messages.h"

#define HG_FOREVER 0xFFFFFFFFu

typedef enum {
  HG_LED_ACTIVITY, /* green */
  HG_LED_FAULT,    /* red */
} hg_led_t;

typedef struct {
  uint32_t clock_hz; /* of hg_port_cycles */
  uint32_t stack_size;
  uint32_t hello_baud;
  uint32_t reset_cause;         /* hg_reset_cause_t bits */
  uint32_t bauds[HG_MAX_BAUDS]; /* rates that can be set; unused ones are 0 */
  uint8_t uid[HG_UID_SIZE];
  uint8_t build_id[HG_BUILD_ID_SIZE];
} hg_port_info_t;

typedef struct {
  uint32_t overruns;  /* the UART had no room: bytes lost */
  uint32_t noise;     /* framing and noise errors */
  uint32_t overflows; /* the ring had no room: bytes dropped */
} hg_port_counters_t;

/* Makes the serial port ready at the hello rate; received bytes go to the ring from now on. */
void hg_port_init(uint8_t *ring, uint32_t ring_size);

/* The facts of the machine, constant after hg_port_init. */
const hg_port_info_t *hg_port_info(void);

hg_port_counters_t hg_port_counters(void);

/* Takes up to capacity received bytes; returns how many, 0 if there are none. Never waits. */
uint32_t hg_port_receive(uint8_t *data, uint32_t capacity);

/* Moves what the UART holds into the ring: for when interrupts are off. */
void hg_port_poll(void);

/* Sends bytes; returns when they are in the UART's hands or cannot be sent. */
void hg_port_send(const uint8_t *data, uint32_t size);

/* The rate that the divider gives for a wanted one, in 1/s; 0 if it would be too far off. */
uint32_t hg_port_actual_baud(uint32_t baud);

/* Waits until everything is sent, then changes the rate. */
void hg_port_set_baud(uint32_t baud);

/* Sleeps until a byte, or the timer, may need attention, or for so many microseconds at most. */
void hg_port_idle(uint32_t microseconds);

/* Microseconds modulo 2^32, asleep or awake. */
uint32_t hg_port_time_us(void);

/* The bus that the motion sensor is on, ready for transfers; null where the port has none. */
const hg_bus_t *hg_port_sensor_bus(void);

/* One timer: runs out milliseconds after it is started, unless stopped. */
void hg_port_timer_start(uint32_t milliseconds);
void hg_port_timer_stop(void);
bool hg_port_timer_expired(void);

/* Counts cycles of clock_hz, modulo 2^32: differences are right for up to 2^32 cycles. */
uint32_t hg_port_cycles(void);

/* Bytes of stack that were ever used; 0 where that cannot be told. */
uint32_t hg_port_stack_high_water(void);

void hg_port_led(hg_led_t led, bool on);

/* Waits until everything is sent, then resets the machine. */
_Noreturn void hg_port_reset(void);

#endif
