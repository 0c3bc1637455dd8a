#include "hg_live_text.h"

#include <string.h>

#include "hg_say.h"

#define HG_TROUBLE_SIZE 128u /* bytes of each piece at most */
#define HG_MOST_CLASSES 12u  /* with their probabilities: a line is no page */

static const char hg_trouble_joint[] = ": ";

uint32_t hg_live_trouble_size(const hg_live_trouble_t *trouble) {
  uint32_t size = 0;
  if (trouble->what != NULL) {
    size += hg_text_size(trouble->what, HG_TROUBLE_SIZE);
  }
  if (trouble->detail != NULL) {
    size += (uint32_t)sizeof hg_trouble_joint - 1u + hg_text_size(trouble->detail, HG_TROUBLE_SIZE);
  }
  return size;
}

void hg_live_trouble_put(const hg_live_trouble_t *trouble, hg_server_t *server) {
  if (trouble->what != NULL) {
    hg_server_put(server, trouble->what, hg_text_size(trouble->what, HG_TROUBLE_SIZE));
  }
  if (trouble->detail != NULL) {
    hg_server_put(server, hg_trouble_joint, (uint32_t)sizeof hg_trouble_joint - 1u);
    hg_server_put(server, trouble->detail, hg_text_size(trouble->detail, HG_TROUBLE_SIZE));
  }
}

void hg_live_say_obstacle(const char *obstacle) {
  hg_say("sensor   not sampled: ");
  hg_say(obstacle);
  hg_say("\r\n");
}

void hg_live_say_stream(const hg_model_stream_t *stream, const hg_sensor_t *sensor) {
  hg_say("sensor   ");
  hg_say(sensor->name);
  hg_say(", windows of ");
  hg_say_number(stream->size);
  hg_say(" samples, one every ");
  hg_say_number(stream->hop);
  hg_say("\r\n");
}

static void hg_live_say_time(uint32_t time_ms) {
  hg_say_decimal(time_ms, 3u);
  hg_say(" s  ");
}

void hg_live_say_sensor(uint32_t time_ms, const hg_live_trouble_t *trouble) {
  hg_live_say_time(time_ms);
  hg_say("sensor: ");
  hg_say(trouble->what != NULL ? trouble->what : "running again");
  if (trouble->detail != NULL) {
    hg_say(hg_trouble_joint);
    hg_say(trouble->detail);
  }
  hg_say("\r\n");
}

static float hg_live_value(const void *output, uint32_t index, const hg_tensor_info_t *info) {
  if (info->dtype == HG_DTYPE_FLOAT32) {
    float value;
    memcpy(&value, (const uint8_t *)output + index * sizeof value, sizeof value);
    return value;
  }
  const int32_t value = ((const int8_t *)output)[index];
  return info->scale * (float)(value - info->zero_point);
}

void hg_live_say_result(const hg_live_result_t *result, const void *output, const hg_info_t *info) {
  hg_live_say_time(result->time_ms);
  hg_say(info->class_names[result->activity]);
  if (info->output.size == info->class_count && info->class_count <= HG_MOST_CLASSES) {
    for (uint32_t i = 0; i < info->class_count; i++) {
      hg_say(i == 0u ? ": " : ", ");
      hg_say(info->class_names[i]);
      hg_say(" ");
      hg_say_real(hg_live_value(output, i, &info->output));
    }
  }
  hg_say(result->settled ? "; settled; " : "; not settled; ");
  hg_say_decimal(result->rate_mhz, 3u);
  hg_say(" Hz; ");
  hg_say_number(result->lost);
  hg_say(" lost\r\n");
}
