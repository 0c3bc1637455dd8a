/* One timer in steps of 10 ms, by SysTick, which runs only while the timer does. */
#ifndef HG_TIMER_H
#define HG_TIMER_H

#include <stdbool.h>
#include <stdint.h>

void hg_timer_start(uint32_t milliseconds);
void hg_timer_stop(void);

/* The timer was started, not stopped, and has run out. */
bool hg_timer_expired(void);

#endif
