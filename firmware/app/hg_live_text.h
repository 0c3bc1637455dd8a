/* What live has to say, in words: lines for a person, and the text in a LIVE_STATE. */
#ifndef HG_LIVE_TEXT_H
#define HG_LIVE_TEXT_H

#include <stdint.h>

#include "hg_info.h"
#include "hg_model.h"
#include "hg_sensor.h"
#include "hg_server.h"

/* What is the matter, in up to two pieces; null for none. */
typedef struct {
  const char *what;
  const char *detail;
} hg_live_trouble_t;

/* `what: detail` as a piece of a frame's payload, and its size before. */
uint32_t hg_live_trouble_size(const hg_live_trouble_t *trouble);
void hg_live_trouble_put(const hg_live_trouble_t *trouble, hg_server_t *server);

/* One line each. */
void hg_live_say_obstacle(const char *obstacle);
void hg_live_say_stream(const hg_model_stream_t *stream, const hg_sensor_t *sensor);
void hg_live_say_sensor(uint32_t time_ms, const hg_live_trouble_t *trouble);
void hg_live_say_result(const hg_live_result_t *result, const void *output, const hg_info_t *info);

#endif
