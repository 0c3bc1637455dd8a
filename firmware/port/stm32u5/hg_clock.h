/* System clock: 160 MHz from PLL1, whose source is the internal 16 MHz oscillator. */
#ifndef HG_CLOCK_H
#define HG_CLOCK_H

/* From the reset state (MSIS 4 MHz, range 4, LDO) to full speed, cache and prefetch on. */
void hg_clock_init(void);

#endif
