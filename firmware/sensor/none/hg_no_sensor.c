/* For a board without a motion sensor. */
#include "hg_sensor.h"

const hg_sensor_t hg_sensor = {0};

const char *hg_sensor_text(hg_sensor_status_t status) {
  (void)status;
  return "there is none";
}
