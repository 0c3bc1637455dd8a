/* What the cycle counter and SysTick read, to the instruction. */
#include "chip.h"

uint32_t cycles_of_nops(volatile uint32_t *counter);
uint32_t cycles_in_it_block(volatile uint32_t *counter);
uint32_t cycles_pair(volatile uint32_t *counter);

static volatile uint32_t ticks;

void SysTick_Handler(void) {
  ticks++;
}

int main(void) {
  clock_160_mhz();
  uart_init();
  send_line(DWT_CYCCNT); /* off: 0, and stays */
  cycle_counter_start();
  send_line(cycles_of_nops(&DWT_CYCCNT));
  send_line(cycles_of_nops(&DWT_CYCCNT));
  send_line(cycles_in_it_block(&DWT_CYCCNT));
  send_line(cycles_pair(&DWT_CYCCNT));

  SYST_RVR = 159999; /* 1 ms */
  SYST_CVR = 0;
  DWT_CYCCNT = 0;
  SYST_CSR = 7;
  while (ticks < 10u) {
  }
  send_line(DWT_CYCCNT);

  /* asleep the core's clock stands still, SysTick's does not */
  DWT_CYCCNT = 0;
  const uint32_t before = ticks;
  while (ticks < before + 10u) {
    __asm volatile("wfi");
  }
  const uint32_t awake = DWT_CYCCNT;
  SYST_CSR = 0;
  send_line(awake);

  SYST_CSR = 0;
  SYST_RVR = 999;
  SYST_CVR = 0;
  SYST_CSR = 5; /* no interrupt: COUNTFLAG */
  uint32_t polls = 0;
  while (!(SYST_CSR & (1u << 16))) {
    polls++;
  }
  send_line(polls > 0u && !(SYST_CSR & (1u << 16)));
  send_line(SYST_CVR < 1000u);
  return (int)ticks;
}
