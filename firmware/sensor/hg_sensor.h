/* A motion sensor as the app sees it: who it is, what it gives, how it does. */
#ifndef HG_SENSOR_H
#define HG_SENSOR_H

#include <stdint.h>

#include "hg_bus.h"

typedef enum {
  HG_SENSOR_RUNNING,   /* there may be samples */
  HG_SENSOR_STARTING,  /* being reset and set up: call again */
  HG_SENSOR_BUS,       /* a transfer failed, see bus_error; the bus was recovered */
  HG_SENSOR_WRONG_ID,  /* WHO_AM_I is of another chip, see identity */
  HG_SENSOR_WAS_RESET, /* it lost its settings, as after a loss of power; being set up again */
  HG_SENSOR_REFUSES,   /* it does not keep its settings */
  HG_SENSOR_SILENT,    /* it runs but gives no samples; being reset */
} hg_sensor_status_t;

typedef struct {
  int16_t counts[3]; /* x, y, z */
  uint32_t lost;     /* samples that are missing between the one before and this one */
} hg_sample_t;

/* Totals since the start. */
typedef struct {
  uint32_t samples;    /* given out */
  uint32_t lost;       /* known to be missing */
  uint32_t overruns;   /* the FIFO was found full */
  uint32_t bad_words;  /* words with a wrong tag, counted as lost too */
  uint32_t bus_errors; /* transfers that failed */
  uint32_t resets;     /* times that the sensor was found reset or silent */
  uint32_t wrong_ids;
} hg_sensor_totals_t;

typedef struct {
  hg_sensor_totals_t totals;
  uint32_t bus_error; /* of the last transfer that failed, in the bus's words */
  uint32_t identity;  /* WHO_AM_I as it was last read */
  uint32_t rate_mhz;  /* by the board's time; nominal until it is known */
} hg_sensor_health_t;

/* A sensor at the one rate and range that its driver sets. */
typedef struct {
  const char *name; /* null: there is none, and nothing below */
  uint32_t rate_mhz;
  float mg_per_count;
  /* Begins anew, totals too. watermark: samples that poll waits for before it takes any. */
  void (*start)(const hg_bus_t *bus, uint8_t watermark);
  /* Takes up to capacity samples; count becomes how many, whatever the status. Never waits. */
  hg_sensor_status_t (*poll)(hg_sample_t *samples, uint32_t capacity, uint32_t *count);
  hg_sensor_health_t (*health)(void);
} hg_sensor_t;

/* The board's: of the folders beside this file one goes into an image. */
extern const hg_sensor_t hg_sensor;

/* What a status means, for people. */
const char *hg_sensor_text(hg_sensor_status_t status);

#endif
