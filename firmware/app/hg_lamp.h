/* The activity on the LEDs: green blinks once for the first class, twice for the second and so on,
 * then pauses. Red is lit while the sensor is in trouble.
 */
#ifndef HG_LAMP_H
#define HG_LAMP_H

#include <stdbool.h>
#include <stdint.h>

/* To be called at even intervals: half a blink lasts one. blinks: 0 is dark. */
void hg_lamp_step(uint32_t blinks, bool trouble);

void hg_lamp_off(void);

#endif
