/* The B-U585I-IOT02A: LEDs, cycle counter, identity; and which part serves which port function. */
#include "hg_port.h"

#include <string.h>

#include "hg_clock.h"
#include "hg_core.h"
#include "hg_i2c.h"
#include "hg_linker.h"
#include "hg_registers.h"
#include "hg_time.h"
#include "hg_timer.h"
#include "hg_uart.h"

/* PH6 red, PH7 green; a low level lights them (UM2839, LEDs). */
#define HG_LED_PIN_RED 6u
#define HG_LED_PIN_GREEN 7u

/* name size, value size and type (4 bytes each), then "GNU" and its zero. */
#define HG_NOTE_HEADER_SIZE 16u

static hg_port_info_t hg_port_facts = {
    .clock_hz = HG_CLOCK_HZ,
    .hello_baud = HG_HELLO_BAUD,
    .bauds = {115200u, 230400u, 460800u, 921600u, 1000000u, 2000000u},
};

static void hg_led_init(uint32_t pin) {
  const uint32_t pair = 2u * pin;
  GPIOH_BSRR = 1u << pin;
  GPIOH_MODER = (GPIOH_MODER & ~(3u << pair)) | GPIO_MODE_OUTPUT << pair;
}

void hg_port_led(hg_led_t led, bool on) {
  const uint32_t pin = led == HG_LED_FAULT ? HG_LED_PIN_RED : HG_LED_PIN_GREEN;
  GPIOH_BSRR = on ? 1u << (pin + 16u) : 1u << pin;
}

/* Reads why the last reset came and clears it for the next. */
static uint32_t hg_reset_cause(void) {
  static const struct {
    uint32_t flags;
    uint32_t cause;
  } causes[] = {
      {RCC_CSR_BORRSTF, HG_RESET_POWER},
      {RCC_CSR_PINRSTF, HG_RESET_PIN},
      {RCC_CSR_SFTRSTF, HG_RESET_SOFTWARE},
      {RCC_CSR_IWDGRSTF | RCC_CSR_WWDGRSTF, HG_RESET_WATCHDOG},
      {RCC_CSR_LPWRRSTF, HG_RESET_LOW_POWER},
      {RCC_CSR_OBLRSTF, HG_RESET_OPTION_BYTES},
  };
  const uint32_t status = RCC_CSR;
  uint32_t result = 0;
  for (uint32_t i = 0; i < sizeof causes / sizeof causes[0]; i++) {
    result |= (status & causes[i].flags) ? causes[i].cause : 0u;
  }
  RCC_CSR = status | RCC_CSR_RMVF;
  return result;
}

void hg_port_init(uint8_t *ring, uint32_t ring_size) {
  RCC_AHB2ENR1 |= RCC_AHB2ENR1_GPIOHEN;
  (void)RCC_AHB2ENR1;
  hg_led_init(HG_LED_PIN_RED);
  hg_led_init(HG_LED_PIN_GREEN);
  hg_clock_init();
  SCB_DEMCR |= SCB_DEMCR_TRCENA;
  DWT_CYCCNT = 0;
  DWT_CTRL |= DWT_CTRL_CYCCNTENA;
  hg_port_facts.reset_cause = hg_reset_cause();
  hg_port_facts.stack_size = (uint32_t)((uintptr_t)_estack - (uintptr_t)_sstack);
  for (uint32_t i = 0; i < HG_UID_SIZE / 4u; i++) {
    const uint32_t word = UID_WORD(i);
    memcpy(hg_port_facts.uid + 4u * i, &word, sizeof word);
  }
  memcpy(hg_port_facts.build_id, _build_id_note + HG_NOTE_HEADER_SIZE, HG_BUILD_ID_SIZE);
  hg_time_init();
  hg_uart_init(ring, ring_size, HG_HELLO_BAUD);
}

const hg_port_info_t *hg_port_info(void) {
  return &hg_port_facts;
}

hg_port_counters_t hg_port_counters(void) {
  return hg_uart_counters();
}

uint32_t hg_port_receive(uint8_t *data, uint32_t capacity) {
  return hg_uart_receive(data, capacity);
}

void hg_port_poll(void) {
  hg_uart_poll();
}

void hg_port_send(const uint8_t *data, uint32_t size) {
  hg_uart_send(data, size);
}

uint32_t hg_port_actual_baud(uint32_t baud) {
  return hg_uart_actual_baud(baud);
}

void hg_port_set_baud(uint32_t baud) {
  hg_uart_set_baud(baud);
}

/* Interrupts are off between the look and the sleep, so that none can slip in between; a pending
 * one ends the sleep all the same. */
void hg_port_idle(uint32_t microseconds) {
  hg_core_interrupts_off();
  if (hg_uart_is_empty() && !hg_timer_expired() &&
      (microseconds == HG_FOREVER || hg_time_alarm_on(microseconds))) {
    hg_core_wait_for_interrupt();
  }
  hg_time_alarm_off();
  hg_core_interrupts_on();
}

uint32_t hg_port_time_us(void) {
  return hg_time_us();
}

const hg_bus_t *hg_port_sensor_bus(void) {
  static const hg_bus_t bus = {
      .read = hg_i2c_read,
      .write = hg_i2c_write,
      .recover = hg_i2c_recover,
      .time_us = hg_time_us,
      .text = hg_i2c_text,
  };
  (void)hg_i2c_init();
  return &bus;
}

void hg_port_timer_start(uint32_t milliseconds) {
  hg_timer_start(milliseconds);
}

void hg_port_timer_stop(void) {
  hg_timer_stop();
}

bool hg_port_timer_expired(void) {
  return hg_timer_expired();
}

uint32_t hg_port_cycles(void) {
  return DWT_CYCCNT;
}

uint32_t hg_port_stack_high_water(void) {
  const uint32_t *word = _sstack;
  while (word < _estack && *word == HG_STACK_PAINT) {
    word++;
  }
  return (uint32_t)((uintptr_t)_estack - (uintptr_t)word);
}

_Noreturn void hg_port_reset(void) {
  hg_uart_flush();
  SCB_AIRCR = SCB_AIRCR_SYSRESETREQ;
  hg_core_synchronize();
  for (;;) {
  }
}
