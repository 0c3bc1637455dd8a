#include "hg_timer.h"

#include "hg_handlers.h"
#include "hg_registers.h"

#define HG_TICK_MS 10u
#define HG_TICK_CYCLES (HG_CLOCK_HZ / 1000u * HG_TICK_MS)
_Static_assert(HG_TICK_CYCLES <= 1u << 24, "SysTick has 24 bits");

static volatile uint32_t hg_timer_ticks; /* still to come */
static bool hg_timer_running;

void SysTick_Handler(void) {
  if (hg_timer_ticks > 0u) {
    hg_timer_ticks--;
  }
}

void hg_timer_start(uint32_t milliseconds) {
  hg_timer_ticks = (milliseconds + HG_TICK_MS - 1u) / HG_TICK_MS;
  hg_timer_running = true;
  SYST_RVR = HG_TICK_CYCLES - 1u;
  SYST_CVR = 0;
  SYST_CSR = SYST_CSR_CLKSOURCE_CORE | SYST_CSR_TICKINT | SYST_CSR_ENABLE;
}

void hg_timer_stop(void) {
  SYST_CSR = 0;
  hg_timer_running = false;
}

bool hg_timer_expired(void) {
  return hg_timer_running && hg_timer_ticks == 0u;
}
