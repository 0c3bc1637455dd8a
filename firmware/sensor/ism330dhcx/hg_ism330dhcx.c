#include "hg_ism330dhcx.h"

/* DS13012, register map. SDO/SA0 is high: the address ends in 1. */
#define HG_ADDRESS 0x6Bu
#define HG_IDENTITY 0x6Bu
#define HG_FIFO_CTRL1 0x07u
#define HG_FIFO_CTRL4 0x0Au
#define HG_FIFO_CTRL4_CONTINUOUS 6u
#define HG_BDR_XL_26_HZ 2u
#define HG_WHO_AM_I 0x0Fu
#define HG_CTRL1_XL 0x10u
#define HG_CTRL1_XL_26_HZ_4_G (2u << 4 | 2u << 2)
#define HG_CTRL3_C 0x12u
#define HG_CTRL3_C_SW_RESET (1u << 0)
#define HG_CTRL3_C_IF_INC (1u << 2)
#define HG_CTRL3_C_BDU (1u << 6)
#define HG_CTRL9_XL 0x18u
#define HG_CTRL9_XL_DEN_DEFAULT 0xE0u
#define HG_CTRL9_XL_DEVICE_CONF (1u << 1)
#define HG_CTRL10_C 0x19u
#define HG_CTRL10_C_TIMESTAMP_EN (1u << 5)
#define HG_FIFO_STATUS1 0x3Au
#define HG_FIFO_STATUS2_LEVEL 3u
#define HG_FIFO_STATUS2_OVERRUN_LATCHED (1u << 3)
#define HG_FIFO_STATUS2_FULL (1u << 6)
#define HG_FIFO_STATUS2_WATERMARK (1u << 7)
#define HG_TIMESTAMP0 0x40u
#define HG_FIFO_DATA_OUT_TAG 0x78u
#define HG_TAG_ACCELEROMETER 2u

/* FIFO_STATUS1 to TIMESTAMP3, in one transfer: level and time belong together. */
#define HG_STATUS_SIZE (HG_TIMESTAMP0 + 4u - HG_FIFO_STATUS1)

/* A tag, and two bytes for each axis. From the last one the address goes back to the tag. */
#define HG_WORD 7u
#define HG_BURST_WORDS 36u

/* AN5398: samples and timestamp are of one oscillator, of 25 us and, at 26 Hz, 38.4 ms: the ratio
 * is the same in every chip, the times are not.
 */
#define HG_TICKS_PER_SAMPLE 1536u
#define HG_TICK_US 25u

#define HG_RESET_US 10000u /* AN5398 has 50 us */
#define HG_SILENT_TICKS (8u * HG_TICKS_PER_SAMPLE)
#define HG_MEASURE_US 2000000u
#define HG_MEASURE_MAX_US 1000000000u

enum { HG_STATE_RESET, HG_STATE_RESETTING, HG_STATE_RUNNING };

typedef struct {
  uint32_t level;
  uint32_t flags;
  uint32_t ticks;
  uint32_t us;
} hg_fifo_status_t;

void hg_ism330dhcx_init(hg_ism330dhcx_t *sensor, const hg_bus_t *bus, uint8_t watermark) {
  *sensor = (hg_ism330dhcx_t){
      .bus = bus,
      .watermark = watermark > 0u ? watermark : 1u,
      .state = HG_STATE_RESET,
      .measured_ticks = 1u,
      .measured_us = HG_TICK_US,
  };
}

static bool hg_check(hg_ism330dhcx_t *sensor, uint32_t error) {
  if (error == 0u) {
    return true;
  }
  sensor->totals.bus_errors++;
  const uint32_t stuck = sensor->bus->recover();
  sensor->bus_error = stuck ? stuck : error;
  return false;
}

static bool hg_read(hg_ism330dhcx_t *sensor, uint8_t reg, uint8_t *data, uint32_t size) {
  return hg_check(sensor, sensor->bus->read(HG_ADDRESS, reg, data, size));
}

static bool hg_write(hg_ism330dhcx_t *sensor, uint8_t reg, const uint8_t *data, uint32_t size) {
  return hg_check(sensor, sensor->bus->write(HG_ADDRESS, reg, data, size));
}

/* Writes registers and sees whether the sensor kept them. */
static hg_sensor_status_t hg_set(hg_ism330dhcx_t *sensor, uint8_t reg, const uint8_t *data,
                                 uint32_t size) {
  uint8_t kept[4] = {0};
  if (!hg_write(sensor, reg, data, size) || !hg_read(sensor, reg, kept, size)) {
    return HG_SENSOR_BUS;
  }
  for (uint32_t i = 0; i < size; i++) {
    if (kept[i] != data[i]) {
      return HG_SENSOR_REFUSES;
    }
  }
  return HG_SENSOR_RUNNING;
}

static void hg_enter(hg_ism330dhcx_t *sensor, uint8_t state) {
  sensor->state = state;
  sensor->state_us = sensor->bus->time_us();
}

static hg_sensor_status_t hg_reset(hg_ism330dhcx_t *sensor) {
  const uint8_t reset = HG_CTRL3_C_SW_RESET | HG_CTRL3_C_IF_INC;
  if (!hg_write(sensor, HG_CTRL3_C, &reset, 1u)) {
    return HG_SENSOR_BUS;
  }
  hg_enter(sensor, HG_STATE_RESETTING);
  return HG_SENSOR_STARTING;
}

/* The rate comes last: the first sample already finds the FIFO ready. */
static hg_sensor_status_t hg_set_up(hg_ism330dhcx_t *sensor) {
  const uint8_t device = HG_CTRL9_XL_DEN_DEFAULT | HG_CTRL9_XL_DEVICE_CONF;
  const uint8_t interface = HG_CTRL3_C_BDU | HG_CTRL3_C_IF_INC;
  const uint8_t fifo[4] = {sensor->watermark, 0, HG_BDR_XL_26_HZ, HG_FIFO_CTRL4_CONTINUOUS};
  const uint8_t timestamp = HG_CTRL10_C_TIMESTAMP_EN;
  const uint8_t rate = HG_CTRL1_XL_26_HZ_4_G;
  const struct {
    uint8_t reg;
    uint8_t size;
    const uint8_t *data;
  } steps[] = {
      {HG_CTRL9_XL, 1u, &device},    {HG_CTRL3_C, 1u, &interface}, {HG_FIFO_CTRL1, 4u, fifo},
      {HG_CTRL10_C, 1u, &timestamp}, {HG_CTRL1_XL, 1u, &rate},
  };
  for (uint32_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
    const hg_sensor_status_t status = hg_set(sensor, steps[i].reg, steps[i].data, steps[i].size);
    if (status != HG_SENSOR_RUNNING) {
      hg_enter(sensor, HG_STATE_RESET);
      return status;
    }
  }
  hg_enter(sensor, HG_STATE_RUNNING);
  sensor->has_slot = false;
  sensor->ticks = 0;
  sensor->active_ticks = 0;
  sensor->run_ticks = 0;
  return HG_SENSOR_STARTING;
}

static hg_sensor_status_t hg_await_reset(hg_ism330dhcx_t *sensor) {
  uint8_t control = 0;
  if (!hg_read(sensor, HG_CTRL3_C, &control, 1u)) {
    return HG_SENSOR_BUS;
  }
  if (!(control & HG_CTRL3_C_SW_RESET)) {
    return hg_set_up(sensor);
  }
  if (sensor->bus->time_us() - sensor->state_us > HG_RESET_US) {
    hg_enter(sensor, HG_STATE_RESET);
    return HG_SENSOR_REFUSES;
  }
  return HG_SENSOR_STARTING;
}

/* Sets the sensor's time against the board's, over the longest run that the counters allow. Where
 * the two part by more than oscillators do, something else happened: a new run begins.
 */
static void hg_measure(hg_ism330dhcx_t *sensor, const hg_fifo_status_t *fifo) {
  const uint32_t step_us = fifo->us - sensor->us;
  const uint32_t by_ticks = (fifo->ticks - sensor->ticks) * HG_TICK_US;
  const uint32_t apart = by_ticks > step_us ? by_ticks - step_us : step_us - by_ticks;
  const uint32_t run_us = fifo->us - sensor->run_us;
  if (sensor->run_ticks == 0u || apart > step_us / 8u + HG_TICK_US || run_us > HG_MEASURE_MAX_US) {
    sensor->run_ticks = fifo->ticks;
    sensor->run_us = fifo->us;
  } else if (run_us >= HG_MEASURE_US) {
    sensor->measured_ticks = fifo->ticks - sensor->run_ticks;
    sensor->measured_us = run_us;
  }
  sensor->ticks = fifo->ticks;
  sensor->us = fifo->us;
}

/* a * b / c, rounded down; all ones where that has no room. By hand, because the division of 64
 * bits that a compiler brings along is larger than all that is divided here.
 */
static uint32_t hg_scale(uint32_t a, uint32_t b, uint32_t c) {
  const uint64_t product = (uint64_t)a * b;
  uint64_t rest = product >> 32;
  uint32_t quotient = 0;
  if (rest >= c) {
    return UINT32_MAX;
  }
  for (uint32_t bit = 32u; bit > 0u; bit--) {
    rest = rest << 1 | (product >> (bit - 1u) & 1u);
    quotient <<= 1;
    if (rest >= c) {
      rest -= c;
      quotient |= 1u;
    }
  }
  return quotient;
}

/* How many samples so much time of the board is; no time is so long that this overflows. */
static uint32_t hg_samples_of(const hg_ism330dhcx_t *sensor, uint32_t us) {
  const uint32_t ticks = hg_scale(us, sensor->measured_ticks, sensor->measured_us);
  return (ticks + HG_TICKS_PER_SAMPLE / 2u) / HG_TICKS_PER_SAMPLE;
}

/* Returns how many samples are missing before the word at this place, from the oldest on. */
static uint32_t hg_missing(const hg_ism330dhcx_t *sensor, const hg_fifo_status_t *fifo,
                           uint32_t place, uint32_t slot) {
  const uint32_t passed =
      sensor->has_slot
          ? (fifo->ticks - sensor->anchor_ticks + HG_TICKS_PER_SAMPLE / 2u) / HG_TICKS_PER_SAMPLE
          : hg_samples_of(sensor, fifo->us - sensor->anchor_us);
  const uint32_t index = sensor->anchor_index + passed - fifo->level + 1u + place;
  int32_t missing = (int32_t)(index - sensor->last_index - 1u);
  if (sensor->has_slot) {
    /* By the times it may be one more or less; the slots tell, as they come round after four. */
    const uint32_t off = (slot - sensor->slot - 1u - (uint32_t)missing) & 3u;
    missing += off == 3u ? -1 : (int32_t)off;
    missing += missing < 0 ? 4 : 0;
  }
  return missing > 0 ? (uint32_t)missing : 0u;
}

static bool hg_is_word(uint8_t tag) {
  uint32_t ones = tag; /* an even number of ones, the last bit sees to that */
  ones ^= ones >> 4;
  ones ^= ones >> 2;
  ones ^= ones >> 1;
  return (ones & 1u) == 0u && tag >> 3 == HG_TAG_ACCELEROMETER;
}

static int16_t hg_axis(const uint8_t *bytes) {
  return (int16_t)(uint16_t)(bytes[0] | (uint32_t)bytes[1] << 8);
}

/* Gives out the word at this place, from the oldest on. */
static void hg_give(hg_ism330dhcx_t *sensor, const hg_fifo_status_t *fifo, uint32_t place,
                    const uint8_t *word, hg_sample_t *sample) {
  const uint32_t slot = word[0] >> 1 & 3u;
  sample->lost = 0;
  if (sensor->has_sample) {
    sample->lost = hg_missing(sensor, fifo, place, slot);
    sensor->last_index += 1u + sample->lost;
  }
  for (uint32_t axis = 0; axis < 3u; axis++) {
    sample->counts[axis] = hg_axis(word + 1u + 2u * axis);
  }
  sensor->totals.lost += sample->lost;
  sensor->totals.samples++;
  sensor->slot = (uint8_t)slot;
  sensor->has_slot = true;
  sensor->has_sample = true;
  sensor->anchor_index = sensor->last_index + fifo->level - 1u - place;
  sensor->anchor_ticks = fifo->ticks;
  sensor->anchor_us = fifo->us;
}

/* The oldest word of a full FIFO may be overwritten while it is read. Those behind it are safe:
 * words are read faster than they come.
 */
static bool hg_is_safe(const hg_fifo_status_t *fifo, uint32_t place) {
  return place > 0u || !(fifo->flags & HG_FIFO_STATUS2_FULL);
}

/* Takes the words; returns how many samples they gave: those with a wrong tag give none. */
static uint32_t hg_take(hg_ism330dhcx_t *sensor, const hg_fifo_status_t *fifo, uint32_t place,
                        const uint8_t *words, uint32_t count, hg_sample_t *samples) {
  uint32_t given = 0;
  for (uint32_t i = 0; i < count; i++) {
    const uint8_t *word = words + i * HG_WORD;
    if (!hg_is_word(word[0])) {
      sensor->totals.bad_words++;
    } else if (hg_is_safe(fifo, place + i)) {
      hg_give(sensor, fifo, place + i, word, &samples[given++]);
    }
  }
  return given;
}

static uint32_t hg_word_32(const uint8_t *bytes) {
  return bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

/* Reads words, and then whether the sensor still runs: what it sent while its power went would
 * look like a sample.
 */
static bool hg_read_words(hg_ism330dhcx_t *sensor, uint8_t *words, uint32_t count) {
  uint8_t time[4] = {0};
  return hg_read(sensor, HG_FIFO_DATA_OUT_TAG, words, count * HG_WORD) &&
         hg_read(sensor, HG_TIMESTAMP0, time, sizeof time) && hg_word_32(time) != 0u;
}

static bool hg_read_fifo_status(hg_ism330dhcx_t *sensor, hg_fifo_status_t *fifo) {
  uint8_t bytes[HG_STATUS_SIZE] = {0};
  if (!hg_read(sensor, HG_FIFO_STATUS1, bytes, sizeof bytes)) {
    return false;
  }
  fifo->us = sensor->bus->time_us();
  fifo->flags = bytes[1];
  fifo->level = bytes[0] | (bytes[1] & HG_FIFO_STATUS2_LEVEL) << 8;
  fifo->ticks = hg_word_32(bytes + (HG_TIMESTAMP0 - HG_FIFO_STATUS1));
  return true;
}

static hg_sensor_status_t hg_restart(hg_ism330dhcx_t *sensor, hg_sensor_status_t why) {
  sensor->totals.resets++;
  hg_enter(sensor, HG_STATE_RESET);
  const hg_sensor_status_t status = hg_reset(sensor);
  return status == HG_SENSOR_STARTING ? why : status;
}

static hg_sensor_status_t hg_drain(hg_ism330dhcx_t *sensor, hg_sample_t *samples, uint32_t capacity,
                                   uint32_t *count) {
  hg_fifo_status_t fifo;
  if (!hg_read_fifo_status(sensor, &fifo)) {
    return HG_SENSOR_BUS;
  }
  /* After a reset its time stands at 0. It always goes on between two looks. */
  if (fifo.ticks == 0u || (int32_t)(fifo.ticks - sensor->ticks) <= 0) {
    return hg_restart(sensor, HG_SENSOR_WAS_RESET);
  }
  hg_measure(sensor, &fifo);
  if (fifo.level > 0u) {
    sensor->active_ticks = fifo.ticks;
  } else if (fifo.ticks - sensor->active_ticks > HG_SILENT_TICKS) {
    return hg_restart(sensor, HG_SENSOR_SILENT);
  }
  if (fifo.flags & (HG_FIFO_STATUS2_FULL | HG_FIFO_STATUS2_OVERRUN_LATCHED)) {
    sensor->totals.overruns++;
  }
  if (!(fifo.flags & HG_FIFO_STATUS2_WATERMARK)) {
    return HG_SENSOR_RUNNING;
  }
  uint8_t words[HG_BURST_WORDS * HG_WORD];
  const uint32_t wanted = fifo.level < capacity ? fifo.level : capacity;
  for (uint32_t done = 0; done < wanted;) {
    const uint32_t left = wanted - done;
    const uint32_t burst = left < HG_BURST_WORDS ? left : HG_BURST_WORDS;
    if (!hg_read_words(sensor, words, burst)) {
      return HG_SENSOR_BUS;
    }
    *count += hg_take(sensor, &fifo, done, words, burst, samples + *count);
    done += burst;
  }
  return HG_SENSOR_RUNNING;
}

hg_sensor_status_t hg_ism330dhcx_poll(hg_ism330dhcx_t *sensor, hg_sample_t *samples,
                                      uint32_t capacity, uint32_t *count) {
  *count = 0;
  if (!hg_read(sensor, HG_WHO_AM_I, &sensor->identity, 1u)) {
    return HG_SENSOR_BUS;
  }
  if (sensor->identity != HG_IDENTITY) {
    sensor->totals.wrong_ids++;
    return HG_SENSOR_WRONG_ID;
  }
  switch (sensor->state) {
    case HG_STATE_RESET:
      return hg_reset(sensor);
    case HG_STATE_RESETTING:
      return hg_await_reset(sensor);
    default:
      return hg_drain(sensor, samples, capacity, count);
  }
}

uint32_t hg_ism330dhcx_rate_mhz(const hg_ism330dhcx_t *sensor) {
  return hg_scale(sensor->measured_ticks, 1000000000u, sensor->measured_us) / HG_TICKS_PER_SAMPLE;
}

const char *hg_sensor_text(hg_sensor_status_t status) {
  switch (status) {
    case HG_SENSOR_RUNNING:
      return "running";
    case HG_SENSOR_STARTING:
      return "starting";
    case HG_SENSOR_BUS:
      return "a transfer failed";
    case HG_SENSOR_WRONG_ID:
      return "WHO_AM_I is of another chip";
    case HG_SENSOR_WAS_RESET:
      return "the sensor was reset";
    case HG_SENSOR_REFUSES:
      return "the sensor does not keep its settings";
    case HG_SENSOR_SILENT:
      return "the sensor gives no samples";
    default:
      return "unknown";
  }
}
