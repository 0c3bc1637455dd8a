/* Time that goes on while the core sleeps, which the cycle counter does not: TIM2, 1 MHz. */
#ifndef HG_TIME_H
#define HG_TIME_H

#include <stdint.h>

void hg_time_init(void);

/* Microseconds modulo 2^32: differences are right for up to 71 minutes. */
uint32_t hg_time_us(void);

#endif
