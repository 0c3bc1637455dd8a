/* Counts of the sensor as float32 in the network's unit and axes. */
#ifndef HG_COUNTS_F32_H
#define HG_COUNTS_F32_H

#include "hg_common.h"

#define HG_SENSOR_AXES 3

typedef struct {
  int32_t axes;                   /* of the network */
  int32_t source[HG_SENSOR_AXES]; /* the sensor's axis of each */
  float scale[HG_SENSOR_AXES];    /* of one count, with the axis' sign */
} hg_counts_f32_t;

HG_INLINE void hg_counts_f32(const hg_counts_f32_t *p, const int16_t counts[HG_SENSOR_AXES],
                             float *output) {
  for (int32_t axis = 0; axis < p->axes; ++axis) {
    output[axis] = (float)counts[p->source[axis]] * p->scale[axis];
  }
}

#endif
