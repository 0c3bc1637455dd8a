/* The port functions on a POSIX system. Cycles are nanoseconds; the stack is not measured. */
#define _DEFAULT_SOURCE
#define _XOPEN_SOURCE 700

#include "hg_port.h"

#include <poll.h>
#include <stddef.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "hg_host.h"

#define HG_HELLO_BAUD 115200u
#define HG_SEND_TIMEOUT_MS 100 /* then nobody is reading, and the bytes are lost, as on a wire */

static hg_wire_t hg_wire;
static uint32_t hg_baud = HG_HELLO_BAUD;
static int64_t hg_deadline = -1; /* ns; negative: the timer does not run */

static hg_port_info_t hg_port_facts = {
    .clock_hz = 1000000000u,
    .hello_baud = HG_HELLO_BAUD,
    .bauds = {115200u, 230400u, 460800u, 921600u},
    .uid = "native host",
};

void hg_host_attach(hg_wire_t wire, uint32_t reset_cause) {
  hg_wire = wire;
  hg_port_facts.reset_cause = reset_cause;
}

void hg_port_init(uint8_t *ring, uint32_t ring_size) {
  /* The kernel keeps what has arrived. */
  (void)ring;
  (void)ring_size;
}

const hg_port_info_t *hg_port_info(void) {
  return &hg_port_facts;
}

hg_port_counters_t hg_port_counters(void) {
  return (hg_port_counters_t){0, 0, 0};
}

static int64_t hg_now(void) {
  struct timespec now;
  (void)clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static speed_t hg_speed(uint32_t baud) {
  switch (baud) {
    case 115200u:
      return B115200;
    case 230400u:
      return B230400;
    case 460800u:
      return B460800;
    default:
      return B921600;
  }
}

/* A pseudo-terminal carries bytes at any rate: here a wrong one garbles them, as on a wire. */
static uint8_t hg_surviving_bits(void) {
  struct termios settings;
  if (!hg_wire.is_terminal || tcgetattr(hg_wire.out, &settings) != 0 ||
      cfgetospeed(&settings) == hg_speed(hg_baud)) {
    return 0xFF;
  }
  return 0x81;
}

static bool hg_ready(int descriptor, short events, int milliseconds) {
  struct pollfd request = {descriptor, events, 0};
  return poll(&request, 1, milliseconds) > 0;
}

uint32_t hg_port_receive(uint8_t *data, uint32_t capacity) {
  if (!hg_ready(hg_wire.in, POLLIN, 0)) {
    return 0;
  }
  const ssize_t count = read(hg_wire.in, data, capacity);
  if (count <= 0) {
    _exit(0); /* the other side of the wire is gone */
  }
  const uint8_t bits = hg_surviving_bits();
  for (ssize_t i = 0; i < count; i++) {
    data[i] &= bits;
  }
  return (uint32_t)count;
}

void hg_port_poll(void) {
  (void)hg_ready(hg_wire.in, POLLIN, -1);
}

void hg_port_send(const uint8_t *data, uint32_t size) {
  const uint8_t bits = hg_surviving_bits();
  uint8_t bytes[256];
  uint32_t sent = 0;
  while (sent < size) {
    uint32_t count = 0;
    while (count < sizeof bytes && sent + count < size) {
      bytes[count] = data[sent + count] & bits;
      count++;
    }
    if (!hg_ready(hg_wire.out, POLLOUT, HG_SEND_TIMEOUT_MS)) {
      return;
    }
    const ssize_t written = write(hg_wire.out, bytes, count);
    if (written <= 0) {
      return;
    }
    sent += (uint32_t)written;
  }
}

uint32_t hg_port_actual_baud(uint32_t baud) {
  for (uint32_t i = 0; i < HG_MAX_BAUDS; i++) {
    if (baud != 0u && hg_port_facts.bauds[i] == baud) {
      return baud;
    }
  }
  return 0;
}

void hg_port_set_baud(uint32_t baud) {
  hg_baud = baud;
}

static int hg_milliseconds(int64_t nanoseconds) {
  return nanoseconds <= 0 ? 0 : (int)(nanoseconds / 1000000 + 1);
}

void hg_port_idle(uint32_t microseconds) {
  int wait = microseconds == HG_FOREVER ? -1 : hg_milliseconds((int64_t)microseconds * 1000);
  if (hg_deadline >= 0) {
    const int left = hg_milliseconds(hg_deadline - hg_now());
    wait = wait < 0 || left < wait ? left : wait;
  }
  (void)hg_ready(hg_wire.in, POLLIN, wait);
}

uint32_t hg_port_time_us(void) {
  return (uint32_t)(hg_now() / 1000);
}

const hg_bus_t *hg_port_sensor_bus(void) {
  return NULL;
}

void hg_port_timer_start(uint32_t milliseconds) {
  hg_deadline = hg_now() + (int64_t)milliseconds * 1000000;
}

void hg_port_timer_stop(void) {
  hg_deadline = -1;
}

bool hg_port_timer_expired(void) {
  return hg_deadline >= 0 && hg_now() >= hg_deadline;
}

uint32_t hg_port_cycles(void) {
  return (uint32_t)hg_now();
}

uint32_t hg_port_stack_high_water(void) {
  return 0;
}

void hg_port_led(hg_led_t led, bool on) {
  (void)led;
  (void)on;
}

_Noreturn void hg_port_reset(void) {
  hg_host_restart(hg_wire);
}
