#include "hg_live.h"

#include <string.h>

#include "hg_crc32.h"
#include "hg_inference.h"
#include "hg_lamp.h"
#include "hg_live_out.h"
#include "hg_model.h"
#include "hg_port.h"
#include "hg_raw.h"
#include "hg_sensor.h"

#define HG_LIVE_POLL_MS 200u
#define HG_LIVE_WATERMARK 4u /* samples: one poll's */
#define HG_LIVE_BLOCK 32u    /* samples that are taken at once */
#define HG_LIVE_BOOT_MS 20u  /* a sensor whose power came with ours takes 10 ms */
#define HG_LIVE_START_MS 5u  /* between the steps of setting it up */
#define HG_LIVE_RESUME_MS 10000u
#define HG_LIVE_REMIND_MS 5000u /* trouble that lasts is told again */
#define HG_LIVE_OFF_MS 1000000u /* often enough for the time not to overflow unseen */

_Static_assert((uint32_t)HG_SENSOR_RUNNING == (uint32_t)HG_LIVE_SENSOR_RUNNING &&
                   (uint32_t)HG_SENSOR_STARTING == (uint32_t)HG_LIVE_SENSOR_STARTING &&
                   (uint32_t)HG_SENSOR_BUS == (uint32_t)HG_LIVE_SENSOR_BUS &&
                   (uint32_t)HG_SENSOR_WRONG_ID == (uint32_t)HG_LIVE_SENSOR_WRONG_ID &&
                   (uint32_t)HG_SENSOR_WAS_RESET == (uint32_t)HG_LIVE_SENSOR_WAS_RESET &&
                   (uint32_t)HG_SENSOR_REFUSES == (uint32_t)HG_LIVE_SENSOR_REFUSES &&
                   (uint32_t)HG_SENSOR_SILENT == (uint32_t)HG_LIVE_SENSOR_SILENT,
               "the link and the sensor disagree on what a sensor does");

static struct {
  hg_live_out_t out;
  const hg_bus_t *bus;
  hg_live_phase_t phase;
  const char *obstacle; /* why it is unavailable */
  uint32_t time_ms;
  uint32_t time_us; /* the port's time that time_ms is up to ... */
  uint32_t rest_us; /* ... and what is left over */
  uint32_t heard_ms;
  uint32_t due_ms;
  uint32_t told_ms;
  /* of the stream */
  uint32_t stream;
  hg_sensor_status_t sensor; /* as it was told */
  bool interrupted;          /* the sensor was set up anew since the last sample */
  uint32_t next_sample;
  uint32_t next_window;
  uint32_t lost;
  uint32_t gaps;
  uint32_t activity;
  uint32_t cycles_preprocess;
  /* of the streams before */
  hg_sensor_totals_t before;
  uint32_t gaps_before;
  hg_sample_t samples[HG_LIVE_BLOCK];
} hg_live;

static void hg_live_clock(void) {
  const uint32_t now = hg_port_time_us();
  hg_live.rest_us += now - hg_live.time_us;
  hg_live.time_us = now;
  hg_live.time_ms += hg_live.rest_us / 1000u;
  hg_live.rest_us %= 1000u;
}

static bool hg_live_is_trouble(hg_sensor_status_t status) {
  return status != HG_SENSOR_RUNNING && status != HG_SENSOR_STARTING;
}

static const char *hg_live_obstacle(void) {
  const hg_model_stream_t *stream = hg_model.stream;
  if (hg_sensor.name == NULL) {
    return "this board has no motion sensor";
  }
  if (hg_live.bus == NULL) {
    return "this port has no bus for a sensor";
  }
  if (stream == NULL) {
    return "the model takes windows that are ready, no samples";
  }
  const uint32_t apart = stream->rate_mhz > hg_sensor.rate_mhz
                             ? stream->rate_mhz - hg_sensor.rate_mhz
                             : hg_sensor.rate_mhz - stream->rate_mhz;
  if (apart > stream->rate_mhz / 20u) {
    return "the model wants samples at another rate than the sensor gives";
  }
  const float scale = stream->mg_per_count / hg_sensor.mg_per_count;
  return scale > 0.999f && scale < 1.001f
             ? NULL
             : "the model wants counts of another size than the sensor gives";
}

/* What is the matter, in up to two pieces; both null where nothing is. */
static hg_live_trouble_t hg_live_trouble(void) {
  if (hg_live.phase == HG_LIVE_PHASE_UNAVAILABLE) {
    return (hg_live_trouble_t){hg_live.obstacle, NULL};
  }
  if (hg_live.phase != HG_LIVE_PHASE_RUNNING || !hg_live_is_trouble(hg_live.sensor)) {
    return (hg_live_trouble_t){NULL, NULL};
  }
  const bool bus = hg_live.sensor == HG_SENSOR_BUS;
  return (hg_live_trouble_t){
      hg_sensor_text(hg_live.sensor),
      bus ? hg_live.bus->text(hg_sensor.health().bus_error) : NULL,
  };
}

static void hg_live_add(hg_sensor_totals_t *sum, const hg_sensor_totals_t *more) {
  sum->samples += more->samples;
  sum->lost += more->lost;
  sum->overruns += more->overruns;
  sum->bad_words += more->bad_words;
  sum->bus_errors += more->bus_errors;
  sum->resets += more->resets;
  sum->wrong_ids += more->wrong_ids;
}

static hg_sensor_health_t hg_live_health(void) {
  return hg_live.stream > 0u ? hg_sensor.health() : (hg_sensor_health_t){0};
}

static hg_live_state_t hg_live_state(void) {
  const hg_model_stream_t *stream = hg_model.stream;
  const hg_sensor_health_t health = hg_live_health();
  hg_sensor_totals_t totals = hg_live.before;
  hg_live_add(&totals, &health.totals);
  return (hg_live_state_t){
      .phase = hg_live.phase,
      .send = hg_live.out.send,
      .sensor = hg_live.sensor,
      .stream = hg_live.stream,
      .time_ms = hg_live.time_ms,
      .resume_ms = HG_LIVE_RESUME_MS,
      .nominal_mhz = stream != NULL ? stream->rate_mhz : 0u,
      .rate_mhz = health.rate_mhz,
      .mg_per_count = stream != NULL ? stream->mg_per_count : 0.0f,
      .window = stream != NULL ? stream->size : 0u,
      .hop = stream != NULL ? stream->hop : 0u,
      .activity = hg_live.activity,
      .samples = totals.samples,
      .lost = totals.lost,
      .gaps = hg_live.gaps_before + hg_live.gaps,
      .overruns = totals.overruns,
      .bad_words = totals.bad_words,
      .bus_errors = totals.bus_errors,
      .resets = totals.resets,
      .wrong_ids = totals.wrong_ids,
      .bus_error = health.bus_error,
      .identity = health.identity,
  };
}

/* Tells what has changed. */
static void hg_live_tell(void) {
  const hg_live_trouble_t trouble = hg_live_trouble();
  hg_live.told_ms = hg_live.time_ms;
  hg_live_out_state(&hg_live.out, hg_live_state(), &trouble);
}

/* A stream begins: nothing that was before it, or that a host has sent, reaches into it. */
static void hg_live_begin(void) {
  if (hg_live.stream > 0u) {
    const hg_sensor_health_t health = hg_sensor.health();
    hg_live_add(&hg_live.before, &health.totals);
  }
  hg_live.gaps_before += hg_live.gaps;
  hg_live.phase = HG_LIVE_PHASE_RUNNING;
  hg_live.stream++;
  hg_live.sensor = HG_SENSOR_STARTING;
  hg_live.interrupted = false;
  hg_live.next_sample = 0;
  hg_live.next_window = 0;
  hg_live.lost = 0;
  hg_live.gaps = 0;
  hg_live.activity = HG_NO_ACTIVITY;
  hg_live.cycles_preprocess = 0;
  hg_live.due_ms = hg_live.time_ms + HG_LIVE_BOOT_MS;
  hg_model.stream->reset();
  hg_raw_forget();
  hg_inference_forget();
  hg_live.bus = hg_port_sensor_bus();
  hg_sensor.start(hg_live.bus, HG_LIVE_WATERMARK);
}

static void hg_live_end(hg_live_phase_t phase) {
  hg_live.phase = phase;
  hg_lamp_off();
}

void hg_live_init(hg_server_t *server) {
  memset(&hg_live, 0, sizeof hg_live);
  hg_live.out.server = server;
  hg_live.out.send = HG_LIVE_SEND_RESULTS;
  hg_live.activity = HG_NO_ACTIVITY;
  hg_live.time_us = hg_port_time_us();
  hg_live.bus = hg_port_sensor_bus();
  hg_live.obstacle = hg_live_obstacle();
  if (hg_live.obstacle == NULL) {
    hg_live_begin();
    hg_live_introduce();
  }
}

void hg_live_introduce(void) {
  if (hg_live.obstacle != NULL) {
    hg_live_say_obstacle(hg_live.obstacle);
  } else {
    hg_live_say_stream(hg_model.stream, &hg_sensor);
  }
}

/* Runs the full window and tells what came of it. */
static hg_status_t hg_live_answer(void) {
  const hg_info_t *info = hg_model.info;
  void *output = hg_server_keep(hg_live.out.server); /* room for one output */
  const uint32_t start = hg_port_cycles();
  const hg_status_t status = hg_model.stream->run_window(output);
  const uint32_t cycles = hg_port_cycles() - start;
  hg_inference_forget();
  if (status != HG_OK) {
    return status;
  }
  hg_live.activity = hg_model.stream->activity();
  const hg_live_result_t result = {
      .stream = hg_live.stream,
      .window = hg_live.next_window++,
      .last_sample = hg_live.next_sample - 1u,
      .time_ms = hg_live.time_ms,
      .class_index = hg_model.class_of_run(),
      .activity = hg_live.activity,
      .settled = hg_model.stream->settled() ? 1u : 0u,
      .sensor = hg_live.sensor,
      .rate_mhz = hg_sensor.health().rate_mhz,
      .lost = hg_live.lost,
      .gaps = hg_live.gaps,
      .cycles_preprocess = hg_live.cycles_preprocess,
      .cycles_inference = cycles,
      .window_crc = hg_crc32(0, (const uint8_t *)hg_model.stream->window(),
                             info->input.size * (uint32_t)sizeof(float)),
      .output_size =
          info->output.size * (info->output.dtype == HG_DTYPE_FLOAT32 ? (uint32_t)sizeof(float)
                                                                      : (uint32_t)sizeof(int8_t)),
  };
  hg_live.cycles_preprocess = 0;
  hg_live_out_result(&hg_live.out, &result, output);
  return HG_OK;
}

static hg_status_t hg_live_add_sample(const hg_sample_t *sample) {
  if (sample->lost > 0u || hg_live.interrupted) {
    hg_model.stream->gap(sample->lost);
    hg_live.gaps++;
    hg_live.interrupted = false;
  }
  hg_live.lost += sample->lost;
  hg_live.next_sample += sample->lost + 1u;
  const uint32_t start = hg_port_cycles();
  const hg_status_t status = hg_model.stream->add_sample(sample->counts);
  hg_live.cycles_preprocess += hg_port_cycles() - start;
  return status;
}

static void hg_live_pass_on(uint32_t first, uint32_t end) {
  hg_live_out_samples(&hg_live.out, hg_live.stream, hg_live.next_sample, hg_live.samples + first,
                      end - first);
}

/* Takes the samples at hand; they go to the host ahead of the result of their window. */
static hg_status_t hg_live_take(uint32_t count) {
  uint32_t first = 0;
  for (uint32_t i = 0; i < count; i++) {
    if (hg_live.samples[i].lost > 0u) {
      hg_live_pass_on(first, i);
      first = i;
    }
    hg_status_t status = hg_live_add_sample(&hg_live.samples[i]);
    if (status == HG_READY) {
      hg_live_pass_on(first, i + 1u);
      first = i + 1u;
      status = hg_live_answer();
    }
    if (status < HG_OK) {
      return status;
    }
  }
  hg_live_pass_on(first, count);
  return HG_OK;
}

/* Tells of a sensor that is in trouble, or has come out of it. Between, it starts: that is no news.
 */
static void hg_live_note(hg_sensor_status_t status) {
  const bool starts_over = status == HG_SENSOR_STARTING && hg_live_is_trouble(hg_live.sensor);
  if (status != hg_live.sensor && !starts_over) {
    const bool was_trouble = hg_live_is_trouble(hg_live.sensor);
    hg_live.sensor = status;
    if (hg_live.out.framed || was_trouble || hg_live_is_trouble(status)) {
      hg_live_tell();
    }
  } else if (hg_live_is_trouble(hg_live.sensor) &&
             hg_live.time_ms - hg_live.told_ms >= HG_LIVE_REMIND_MS) {
    hg_live_tell();
  }
}

static void hg_live_sample(void) {
  uint32_t count;
  hg_sensor_status_t sensor;
  hg_status_t status = HG_OK;
  do {
    sensor = hg_sensor.poll(hg_live.samples, HG_LIVE_BLOCK, &count);
    /* Being set up, it gives no samples: whatever they are counted as, those around are apart. */
    hg_live.interrupted |= sensor == HG_SENSOR_STARTING && hg_live.next_sample > 0u;
    hg_live_note(sensor);
    status = hg_live_take(count);
  } while (status == HG_OK && count == HG_LIVE_BLOCK);
  if (status != HG_OK) {
    hg_live.obstacle = "the model has returned an error";
    hg_live_end(HG_LIVE_PHASE_UNAVAILABLE);
    hg_live_tell();
    return;
  }
  hg_lamp_step(hg_live.activity == HG_NO_ACTIVITY ? 0u : hg_live.activity + 1u,
               hg_live_is_trouble(hg_live.sensor));
  hg_live.due_ms =
      hg_live.time_ms + (hg_live.sensor == HG_SENSOR_STARTING ? HG_LIVE_START_MS : HG_LIVE_POLL_MS);
}

static uint32_t hg_live_until(uint32_t milliseconds) {
  const int32_t left = (int32_t)(milliseconds - hg_live.time_ms);
  return left > 0 ? (uint32_t)left * 1000u : 0u;
}

uint32_t hg_live_poll(void) {
  if (hg_live.phase == HG_LIVE_PHASE_UNAVAILABLE) {
    return HG_FOREVER;
  }
  hg_live_clock();
  if (hg_live.phase == HG_LIVE_PHASE_OFF) {
    return HG_LIVE_OFF_MS * 1000u;
  }
  if (hg_live.phase == HG_LIVE_PHASE_PAUSED) {
    const uint32_t left = hg_live_until(hg_live.heard_ms + HG_LIVE_RESUME_MS);
    if (left > 0u) {
      return left;
    }
    hg_live_begin();
    hg_live_tell();
  }
  if (hg_live_until(hg_live.due_ms) == 0u) {
    hg_live_sample();
  }
  return hg_live_until(hg_live.due_ms);
}

void hg_live_hear(void) {
  hg_live_clock();
  hg_live.out.framed = true;
  hg_live.heard_ms = hg_live.time_ms;
}

void hg_live_turn_to_person(void) {
  hg_live.out.framed = false;
  hg_live.out.send = HG_LIVE_SEND_RESULTS;
  if (hg_live.phase == HG_LIVE_PHASE_OFF) {
    hg_live_clock();
    hg_live_begin();
  }
}

void hg_live_pause(void) {
  hg_live_hear();
  if (hg_live.phase == HG_LIVE_PHASE_RUNNING) {
    hg_live_end(HG_LIVE_PHASE_PAUSED);
    hg_live_tell();
  }
}

void hg_live_request(hg_server_t *server, const hg_request_t *request) {
  hg_live_request_t wanted;
  memcpy(&wanted, request->payload, sizeof wanted);
  const uint32_t known = HG_LIVE_SEND_RESULTS | HG_LIVE_SEND_SAMPLES;
  if (wanted.send > known) {
    hg_server_nak(server, HG_NAK_INDEX, known + 1u);
    return;
  }
  hg_live_hear();
  if (hg_live.phase != HG_LIVE_PHASE_UNAVAILABLE) {
    hg_live.out.send = wanted.send;
    if (wanted.send == 0u) {
      hg_live_end(HG_LIVE_PHASE_OFF);
    } else if (hg_live.phase != HG_LIVE_PHASE_RUNNING) {
      hg_live_begin();
    }
  }
  const hg_live_trouble_t trouble = hg_live_trouble();
  hg_live_out_reply(&hg_live.out, hg_live_state(), &trouble);
}
