#include "hg_time.h"

#include "hg_handlers.h"
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
  NVIC_ISER(TIM2_IRQ) = 1u << (TIM2_IRQ % 32u);
}

uint32_t hg_time_us(void) {
  return TIM2_CNT;
}

/* RM0456, TIM2_SR: CC1IF is set when the counter matches, whatever the channel does with it. */
bool hg_time_alarm_on(uint32_t microseconds) {
  const uint32_t start = TIM2_CNT;
  TIM2_CCR1 = start + microseconds;
  TIM2_SR = ~TIM_SR_CC1IF;
  TIM2_DIER = TIM_DIER_CC1IE;
  return TIM2_CNT - start < microseconds;
}

void hg_time_alarm_off(void) {
  TIM2_DIER = 0;
}

void TIM2_IRQHandler(void) {
  hg_time_alarm_off();
}
