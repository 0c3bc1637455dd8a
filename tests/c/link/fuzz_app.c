/* The whole app on any stream of bytes, under the sanitizers.
 *
 * Streams are made by a generator with a fixed seed: frames of every type with payloads right and
 * wrong, whole or damaged, and noise; meanwhile a sensor does whatever it likes. Whatever came, the
 * app must answer a HELLO afterwards, and all that it sends must be frames or text. Prints what it
 * did; the exit code says whether all was well.
 */
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hg_app.h"
#include "hg_port.h"
#include "hg_receiver.h"
#include "hg_sender.h"
#include "hg_sensor.h"
#include "tally.h"

#define STREAMS 20000u
#define STREAM_SIZE 4096u
#define ANSWER_SIZE 65536u

static uint8_t stream[STREAM_SIZE];
static uint32_t stream_size;
static uint32_t stream_taken;
static jmp_buf exhausted;
static jmp_buf reset;
static bool crashing;

static hg_receiver_t host;
static _Alignas(8) uint8_t host_buffer[ANSWER_SIZE];
static uint32_t hellos;
static uint32_t replies;
static uint32_t refusals;
static uint32_t faults;
static uint32_t resets;
static uint32_t queries;
static uint32_t broken;
static uint32_t states;
static uint32_t samples;
static uint32_t results;

static uint32_t random_state = 2463534242u;

/* Marsaglia, Xorshift RNGs, 2003 */
static uint32_t random_below(uint32_t limit) {
  random_state ^= random_state << 13;
  random_state ^= random_state >> 17;
  random_state ^= random_state << 5;
  return random_state % limit;
}

/* ---- the port ---- */

static hg_port_info_t info = {.clock_hz = 1000000, .hello_baud = 115200, .bauds = {115200, 921600}};
static uint32_t cycles;
static uint32_t timer_polls; /* the timer runs out after so many looks; 0: stopped */

void hg_port_init(uint8_t *ring, uint32_t ring_size) {
  memset(ring, 0xEE, ring_size);
}

const hg_port_info_t *hg_port_info(void) {
  return &info;
}

hg_port_counters_t hg_port_counters(void) {
  return (hg_port_counters_t){1, 2, 3};
}

uint32_t hg_port_receive(uint8_t *data, uint32_t capacity) {
  uint32_t count = 0;
  if (crashing && stream_taken == stream_size) {
    longjmp(exhausted, 1);
  }
  while (count < capacity && stream_taken < stream_size) {
    data[count++] = stream[stream_taken++];
  }
  return count;
}

void hg_port_poll(void) {
}

void hg_port_send(const uint8_t *data, uint32_t size) {
  for (uint32_t i = 0; i < size; i++) {
    switch (hg_receiver_put(&host, data[i])) {
      case HG_RECEIVED_FRAME:
        hellos += host.header.type == (HG_TYPE_HELLO | HG_TYPE_REPLY);
        refusals += host.header.type == HG_TYPE_NAK;
        faults += host.header.type == HG_TYPE_FAULT;
        states += host.header.type == HG_TYPE_LIVE_STATE;
        samples += host.header.type == HG_TYPE_LIVE_SAMPLES;
        results += host.header.type == HG_TYPE_LIVE_RESULT;
        replies++;
        break;
      case HG_RECEIVED_BAD_CRC:
      case HG_RECEIVED_TOO_LONG:
        broken++;
        break;
      default:
        break; /* text makes no frame */
    }
  }
  if (size > 15u && memcmp(data, "\r\nhargen firmware", 15) == 0) {
    queries++;
  }
}

uint32_t hg_port_actual_baud(uint32_t baud) {
  return baud == 115200u || baud == 921600u ? baud : 0u;
}

void hg_port_set_baud(uint32_t baud) {
  if (hg_port_actual_baud(baud) == 0u) {
    abort();
  }
}

void hg_port_idle(uint32_t microseconds) {
  (void)microseconds;
}

uint32_t hg_port_time_us(void) {
  static uint32_t now;
  return now += random_below(random_below(64) ? 1u << 18 : 1u << 24);
}

void hg_port_timer_start(uint32_t milliseconds) {
  timer_polls = milliseconds;
}

void hg_port_timer_stop(void) {
  timer_polls = 0;
}

bool hg_port_timer_expired(void) {
  return timer_polls > 0u && random_below(8) == 0u;
}

uint32_t hg_port_cycles(void) {
  return cycles += random_below(1u << 30);
}

uint32_t hg_port_stack_high_water(void) {
  return 0;
}

void hg_port_led(hg_led_t led, bool on) {
  (void)led;
  (void)on;
}

_Noreturn void hg_port_reset(void) {
  resets++;
  longjmp(reset, 1);
}

/* ---- the sensor ---- */

static const char *bus_text(uint32_t error) {
  return error == 0u ? "fine" : "broken";
}

const hg_bus_t *hg_port_sensor_bus(void) {
  static const hg_bus_t bus = {.text = bus_text};
  return &bus;
}

const char *hg_sensor_text(hg_sensor_status_t status) {
  return status == HG_SENSOR_BUS ? "a transfer failed" : "something else";
}

static void sensor_start(const hg_bus_t *bus, uint8_t watermark) {
  (void)bus;
  (void)watermark;
}

static hg_sensor_status_t sensor_poll(hg_sample_t *given, uint32_t capacity, uint32_t *count) {
  *count = random_below(8) ? random_below(6) : random_below(capacity + 1u);
  for (uint32_t i = 0; i < *count; i++) {
    for (uint32_t axis = 0; axis < 3u; axis++) {
      given[i].counts[axis] = (int16_t)-(int32_t)random_below(32768u); /* below TALLY_MAGIC */
    }
    given[i].lost = random_below(16) ? 0u : random_below(600);
  }
  return random_below(4) ? HG_SENSOR_RUNNING : (hg_sensor_status_t)random_below(7);
}

static hg_sensor_health_t sensor_health(void) {
  return (hg_sensor_health_t){
      .bus_error = random_below(2),
      .identity = random_below(256),
      .rate_mhz = random_below(30000),
  };
}

const hg_sensor_t hg_sensor = {
    .name = "made up",
    .rate_mhz = 26042u,
    .mg_per_count = 0.122f,
    .start = sensor_start,
    .poll = sensor_poll,
    .health = sensor_health,
};

/* ---- the streams ---- */

static void add(const uint8_t *data, uint32_t size) {
  for (uint32_t i = 0; i < size && stream_size < STREAM_SIZE; i++) {
    stream[stream_size++] = data[i];
  }
}

static void add_frame(uint8_t type, const uint8_t *payload, uint32_t size) {
  static hg_sender_t sender;
  sender.write = add;
  hg_sender_begin(&sender, type, (uint16_t)random_below(6), size);
  hg_sender_put(&sender, payload, size);
  hg_sender_end(&sender);
}

static void add_random_frame(void) {
  static const uint32_t sizes[] = {0,   4,  8, 8 + TALLY_INPUT_SIZE, 8 + 4 * TALLY_INPUT_SIZE,
                                   256, 257};
  uint8_t payload[512] = {0};
  uint32_t size = sizes[random_below(sizeof sizes / sizeof sizes[0])];
  if (random_below(8) == 0u) {
    size = random_below(sizeof payload);
  }
  for (uint32_t i = 0; i < size; i++) {
    payload[i] = (uint8_t)random_below(random_below(2) ? 256 : 4);
  }
  if (random_below(2)) {
    memset(payload, 0, 8); /* numbers of windows, stages, layers that exist */
    payload[4] = (uint8_t)random_below(4);
    payload[0] = (uint8_t)random_below(5); /* what LIVE may send, and what it may not */
  }
  if (payload[8] == TALLY_MAGIC) {
    payload[8] = 0;
  }
  add_frame((uint8_t)random_below(random_below(4) ? 12 : 256), payload, size);
}

static void add_noise(void) {
  uint8_t noise[64];
  const uint32_t size = random_below(sizeof noise);
  for (uint32_t i = 0; i < size; i++) {
    noise[i] = (uint8_t)random_below(random_below(2) ? 256 : 16);
  }
  add(noise, size);
}

static void damage(void) {
  for (uint32_t count = random_below(4); count > 0u && stream_size > 1u; count--) {
    const uint32_t at = random_below(stream_size - 1u);
    switch (random_below(3)) {
      case 0:
        stream[at] ^= (uint8_t)(1u << random_below(8));
        break;
      case 1:
        memmove(stream + at, stream + at + 1, stream_size - at - 1u);
        stream_size--;
        break;
      default:
        stream[at] = 0;
        break;
    }
  }
}

static void make_stream(void) {
  stream_size = 0;
  stream_taken = 0;
  for (uint32_t pieces = random_below(8); pieces > 0u; pieces--) {
    switch (random_below(6)) {
      case 0:
        add_noise();
        break;
      case 1:
        add((const uint8_t *)"\r?\r\n", 4);
        break;
      default:
        add_random_frame();
        break;
    }
  }
  if (random_below(2)) {
    damage();
  }
}

static void drain(void) {
  if (setjmp(reset)) {
    hg_app_init();
  }
  while (stream_taken < stream_size) {
    hg_app_poll();
  }
  for (uint32_t silence = random_below(24); silence > 0u; silence--) {
    hg_app_poll();
  }
}

static void crash(void) {
  static const hg_fault_t fault = {.exception = 3};
  crashing = true;
  if (!setjmp(exhausted) && !setjmp(reset)) {
    hg_app_crash(&fault);
  }
  crashing = false;
}

int main(void) {
  hg_receiver_init(&host, host_buffer, sizeof host_buffer);
  hg_app_init();
  for (uint32_t i = 0; i < STREAMS; i++) {
    make_stream();
    drain();
    stream_size = stream_taken = 0;
    add_frame(HG_TYPE_HELLO, 0, 0);
    const uint32_t before = hellos;
    drain();
    if (hellos != before + 1u) {
      printf("stream %u: HELLO was answered %u times\n", (unsigned)i, (unsigned)(hellos - before));
      return 1;
    }
    make_stream();
    crash();
  }
  printf("replies %u refusals %u faults %u resets %u queries %u broken %u ", (unsigned)replies,
         (unsigned)refusals, (unsigned)faults, (unsigned)resets, (unsigned)queries,
         (unsigned)broken);
  printf("states %u samples %u results %u\n", (unsigned)states, (unsigned)samples,
         (unsigned)results);
  return broken > 0u;
}
