/* Polls the sensor every so often, and sends what came: a record a poll, see test_driver.py.
 *
 * -DTENTHS=n: n tenths of a second between polls. -DPAUSE_AT=n -DPAUSE_TENTHS=m: m in place of them
 * after poll n. -DCAPACITY=n: samples taken at once.
 */
#include "chip.h"
#include "hg_i2c.h"
#include "hg_ism330dhcx.h"
#include "hg_time.h"

#ifndef TENTHS
#define TENTHS 5u
#endif
#ifndef PAUSE_AT
#define PAUSE_AT 0u
#define PAUSE_TENTHS TENTHS
#endif
#ifndef CAPACITY
#define CAPACITY 600u
#endif
#ifndef WATERMARK
#define WATERMARK 1u
#endif
#define MARK 0xA5u

static const hg_bus_t bus = {hg_i2c_read, hg_i2c_write, hg_i2c_recover, hg_time_us, hg_i2c_text};
static hg_ism330dhcx_t sensor;
static hg_sample_t samples[CAPACITY];

void SysTick_Handler(void) {
}

static void send(const void *data, uint32_t size) {
  const uint8_t *bytes = data;
  for (uint32_t i = 0; i < size; i++) {
    send_byte(bytes[i]);
  }
}

static void sleep(uint32_t tenths) {
  for (uint32_t i = 0; i < tenths; i++) {
    __asm volatile("wfi");
  }
}

int main(void) {
  clock_160_mhz();
  uart_pins();
  uart_start(174); /* 921600 baud */
  cycle_counter_start();
  hg_time_init();
  (void)hg_i2c_init();
  hg_ism330dhcx_init(&sensor, &bus, WATERMARK);
  SYST_RVR = 15999999u;
  SYST_CVR = 0;
  SYST_CSR = 7;
  for (uint32_t poll = 1;; poll++) {
    uint32_t count;
    const uint32_t before = hg_time_us();
    const hg_sensor_status_t status = hg_ism330dhcx_poll(&sensor, samples, CAPACITY, &count);
    const uint32_t took = hg_time_us() - before;
    const uint32_t header[] = {MARK,
                               status,
                               sensor.bus_error,
                               sensor.identity,
                               count,
                               took,
                               hg_ism330dhcx_rate_mhz(&sensor)};
    send(header, sizeof header);
    send(&sensor.totals, sizeof sensor.totals);
    for (uint32_t i = 0; i < count; i++) {
      send(samples[i].counts, sizeof samples[i].counts);
      send(&samples[i].lost, sizeof samples[i].lost);
    }
    sleep(poll == PAUSE_AT ? PAUSE_TENTHS : TENTHS);
  }
}
