/* ISM330DHCX: its accelerometer at 26 Hz and +-4 g (0.122 mg a count), through its FIFO.
 *
 * Nothing here waits for the sensor: hg_ism330dhcx_poll does the next step and returns, in the time
 * that its transfers take. Call it as often as samples are wanted; the FIFO holds 19 s of them.
 * Whatever happens to the sensor or the bus, later calls bring it back, and the first sample after
 * a gap says how many are missing before it.
 */
#ifndef HG_ISM330DHCX_H
#define HG_ISM330DHCX_H

#include <stdbool.h>
#include <stdint.h>

#include "hg_bus.h"
#include "hg_sensor.h"

#define HG_ISM330DHCX_RATE_MHZ 26042u
#define HG_ISM330DHCX_MG_PER_COUNT 0.122f

typedef struct {
  hg_sensor_totals_t totals;
  uint32_t bus_error; /* of the last transfer that failed, in the bus's words */
  uint8_t identity;   /* WHO_AM_I as it was last read */
  /* private */
  const hg_bus_t *bus;
  uint8_t state;
  uint8_t watermark;
  uint8_t slot;          /* of the last word: two bits that count the sensor's time slots */
  bool has_slot;         /* a word came since the sensor was set up */
  bool has_sample;       /* a word came since init */
  uint32_t last_index;   /* of the last sample given out; the first has 0 */
  uint32_t anchor_index; /* of the newest sample in the FIFO ... */
  uint32_t anchor_ticks; /* ... at this time of the sensor */
  uint32_t anchor_us;    /* ... and of the board */
  uint32_t ticks;        /* the sensor's time as it was last read ... */
  uint32_t us;           /* ... and the board's */
  uint32_t active_ticks; /* when a sample was last seen */
  uint32_t state_us;     /* when the state was entered */
  uint32_t run_ticks;    /* both times at the beginning of a run without interruption */
  uint32_t run_us;
  uint32_t measured_ticks; /* what was measured of the one against the other */
  uint32_t measured_us;
} hg_ism330dhcx_t;

/* watermark: samples that poll waits for before it takes any, 1 to 255. Talks to no one yet. */
void hg_ism330dhcx_init(hg_ism330dhcx_t *sensor, const hg_bus_t *bus, uint8_t watermark);

/* Takes up to capacity samples; count becomes how many, whatever the status.
 *
 * Losses in the FIFO are counted exactly, by the sensor's own time and the tags of the words. What
 * passes while the sensor is without its settings is counted by the board's time, to one sample.
 */
hg_sensor_status_t hg_ism330dhcx_poll(hg_ism330dhcx_t *sensor, hg_sample_t *samples,
                                      uint32_t capacity, uint32_t *count);

/* The sensor's rate by the board's time, in mHz; 26042 until two seconds of it were seen. */
uint32_t hg_ism330dhcx_rate_mhz(const hg_ism330dhcx_t *sensor);

#endif
