#include "hg_time.h"

#include "hg_registers.h"

#define HG_TIME_HZ 1000000u
_Static_assert(HG_CLOCK_HZ % HG_TIME_HZ == 0u && HG_CLOCK_HZ / HG_TIME_HZ <= 0x10000u,
               "TIM2's prescaler cannot make microseconds of the board's clock");

/* RM0456, TIM2: the timer's clock is PCLK1, which is HCLK. The prescaler counts from the update on,
 * and the period is all of 32 bits from reset.
 */
void hg_time_init(void) {
  RCC_APB1ENR1 |= RCC_APB1ENR1_TIM2EN;
  (void)RCC_APB1ENR1;
  TIM2_PSC = HG_CLOCK_HZ / HG_TIME_HZ - 1u;
  TIM2_EGR = TIM_EGR_UG;
  TIM2_CR1 = TIM_CR1_CEN;
}

uint32_t hg_time_us(void) {
  return TIM2_CNT;
}
