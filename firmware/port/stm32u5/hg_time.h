/* Time that goes on while the core sleeps, which the cycle counter does not: TIM2, 1 MHz. */
#ifndef HG_TIME_H
#define HG_TIME_H

#include <stdbool.h>
#include <stdint.h>

void hg_time_init(void);

/* Microseconds modulo 2^32: differences are right for up to 71 minutes. */
uint32_t hg_time_us(void);

/* Raises an interrupt so many microseconds from now, which wakes the core; returns false where that
 * moment has come already. Off again: nothing shall interrupt what is being timed. */
bool hg_time_alarm_on(uint32_t microseconds);
void hg_time_alarm_off(void);

#endif
