/* Counts of the sensor in the network's axes, as integers with bits behind the point.
 *
 * Everything up to the network's input is linear in the sample, so that the unit is left to the
 * last step (hg_quantize_s32.h): until then a value is counts of the sensor.
 */
#ifndef HG_COUNTS_S32_H
#define HG_COUNTS_S32_H

#include "hg_common.h"

#define HG_SENSOR_AXES 3

typedef struct {
  int32_t axes;                   /* of the network */
  int32_t source[HG_SENSOR_AXES]; /* the sensor's axis of each */
  int32_t scale[HG_SENSOR_AXES];  /* one count: 1 with the bits behind the point, and the sign */
} hg_counts_s32_t;

HG_INLINE void hg_counts_s32(const hg_counts_s32_t *p, const int16_t counts[HG_SENSOR_AXES],
                             int32_t *output) {
  for (int32_t axis = 0; axis < p->axes; ++axis) {
    output[axis] = counts[p->source[axis]] * p->scale[axis];
  }
}

#endif
