/* The app, native, with a sensor and a clock that follow a script on standard input:
 *
 *   w N                       N microseconds pass
 *   p STATUS COUNT (LOST X Y Z)*   what the sensor's next poll gives; the app gets a turn
 *   b N (BYTE)*               bytes from the host; the app gets a turn
 *
 * What the app sends goes to standard output as it is.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hg_app.h"
#include "hg_port.h"
#include "hg_sensor.h"

#define MOST 1024

static uint32_t now;
static int status;
static hg_sample_t samples[MOST];
static uint32_t at;
static uint32_t end;
static uint8_t bytes[MOST];
static uint32_t taken;
static uint32_t given;

static hg_port_info_t info = {.clock_hz = 1000000, .hello_baud = 115200, .bauds = {115200}};

void hg_port_init(uint8_t *ring, uint32_t ring_size) {
  memset(ring, 0, ring_size);
}

const hg_port_info_t *hg_port_info(void) {
  return &info;
}

hg_port_counters_t hg_port_counters(void) {
  return (hg_port_counters_t){0, 0, 0};
}

uint32_t hg_port_receive(uint8_t *data, uint32_t capacity) {
  uint32_t count = 0;
  while (count < capacity && taken < given) {
    data[count++] = bytes[taken++];
  }
  return count;
}

void hg_port_poll(void) {
}

void hg_port_send(const uint8_t *data, uint32_t size) {
  fwrite(data, 1, size, stdout);
}

uint32_t hg_port_actual_baud(uint32_t baud) {
  return baud;
}

void hg_port_set_baud(uint32_t baud) {
  (void)baud;
}

void hg_port_idle(uint32_t microseconds) {
  (void)microseconds;
}

uint32_t hg_port_time_us(void) {
  return now;
}

void hg_port_timer_start(uint32_t milliseconds) {
  (void)milliseconds;
}

void hg_port_timer_stop(void) {
}

bool hg_port_timer_expired(void) {
  return false;
}

uint32_t hg_port_cycles(void) {
  return now;
}

uint32_t hg_port_stack_high_water(void) {
  return 0;
}

void hg_port_led(hg_led_t led, bool on) {
  (void)led;
  (void)on;
}

_Noreturn void hg_port_reset(void) {
  exit(3);
}

static const char *bus_text(uint32_t error) {
  return error == 7u ? "on fire" : "fine";
}

const hg_bus_t *hg_port_sensor_bus(void) {
  static const hg_bus_t bus = {.text = bus_text};
  return &bus;
}

const char *hg_sensor_text(hg_sensor_status_t what) {
  return what == HG_SENSOR_BUS ? "the bus is" : "trouble";
}

static void sensor_start(const hg_bus_t *bus, uint8_t watermark) {
  (void)bus;
  (void)watermark;
}

static hg_sensor_status_t sensor_poll(hg_sample_t *given_out, uint32_t capacity, uint32_t *count) {
  *count = 0;
  while (*count < capacity && at < end) {
    given_out[(*count)++] = samples[at++];
  }
  return (hg_sensor_status_t)status;
}

static hg_sensor_health_t sensor_health(void) {
  return (hg_sensor_health_t){.bus_error = 7u, .rate_mhz = 26042u};
}

const hg_sensor_t hg_sensor = {
    .name = "scripted",
    .rate_mhz = 26042u,
    .mg_per_count = 0.122f,
    .start = sensor_start,
    .poll = sensor_poll,
    .health = sensor_health,
};

static long number(void) {
  long value;
  if (scanf("%ld", &value) != 1) {
    exit(2);
  }
  return value;
}

int main(void) {
  char command;
  hg_app_init();
  while (scanf(" %c", &command) == 1) {
    if (command == 'w') {
      now += (uint32_t)number();
      continue;
    }
    if (command == 'p') {
      status = (int)number();
      at = 0;
      end = (uint32_t)number() % MOST;
      for (uint32_t i = 0; i < end; i++) {
        samples[i].lost = (uint32_t)number();
        for (uint32_t axis = 0; axis < 3u; axis++) {
          samples[i].counts[axis] = (int16_t)number();
        }
      }
    } else {
      given = (uint32_t)number() % MOST;
      taken = 0;
      for (uint32_t i = 0; i < given; i++) {
        bytes[i] = (uint8_t)number();
      }
    }
    hg_app_poll();
    hg_app_poll();
  }
  return 0;
}
