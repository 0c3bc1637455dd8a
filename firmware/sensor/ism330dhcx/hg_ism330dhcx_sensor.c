/* The one ISM330DHCX of a board. */
#include "hg_ism330dhcx.h"
#include "hg_sensor.h"

static hg_ism330dhcx_t hg_device;

static void hg_device_start(const hg_bus_t *bus, uint8_t watermark) {
  hg_ism330dhcx_init(&hg_device, bus, watermark);
}

static hg_sensor_status_t hg_device_poll(hg_sample_t *samples, uint32_t capacity, uint32_t *count) {
  return hg_ism330dhcx_poll(&hg_device, samples, capacity, count);
}

static hg_sensor_health_t hg_device_health(void) {
  return (hg_sensor_health_t){
      .totals = hg_device.totals,
      .bus_error = hg_device.bus_error,
      .identity = hg_device.identity,
      .rate_mhz = hg_ism330dhcx_rate_mhz(&hg_device),
  };
}

const hg_sensor_t hg_sensor = {
    .name = "ISM330DHCX",
    .rate_mhz = HG_ISM330DHCX_RATE_MHZ,
    .mg_per_count = HG_ISM330DHCX_MG_PER_COUNT,
    .start = hg_device_start,
    .poll = hg_device_poll,
    .health = hg_device_health,
};
