/* Calls hand-counted routines, alone and with an interrupt every few cycles. */
#include "chip.h"

uint32_t counted(uint32_t turns);
uint32_t recursive(uint32_t depth);
uint32_t tail_calling(uint32_t turns);
uint32_t loop_at_entry(uint32_t turns);

static volatile uint32_t ticks;

void SysTick_Handler(void) {
  ticks++;
#ifdef IN_HANDLER
  if (ticks == 3u) {
    counted(10);
  }
#endif
}

int main(void) {
  clock_160_mhz();
  uart_init();
#ifdef TICK
  SYST_RVR = TICK - 1;
  SYST_CVR = 0;
  SYST_CSR = 7;
#endif
#ifdef IN_HANDLER
  while (ticks < 4u) {
  }
#else
  for (uint32_t call = 0; call < 5u; call++) {
    counted(10);
    counted(1000);
    recursive(6);
    tail_calling(3);
    loop_at_entry(9);
  }
#endif
  SYST_CSR = 0;
  return (int)(ticks > 0u);
}
