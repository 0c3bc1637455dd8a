#include "hg_clock.h"

#include "hg_registers.h"
#include "hg_wait.h"

/* HSI16 rather than MSIS: its tolerance (1 %) is what a UART needs. 16 MHz / 1 * 10 / 1. */
#define HG_HSI_HZ 16000000u
#define HG_PLL_M 1u
#define HG_PLL_N 10u
#define HG_PLL_R 1u
_Static_assert(HG_HSI_HZ / HG_PLL_M * HG_PLL_N / HG_PLL_R == HG_CLOCK_HZ,
               "the board's clock is not the one that this code sets");

/* RM0456, Read access latency: 4 wait states up to 160 MHz in voltage range 1. */
#define HG_FLASH_WAIT_STATES 4u

static void hg_clock_voltage(void) {
  RCC_AHB3ENR |= RCC_AHB3ENR_PWREN;
  (void)RCC_AHB3ENR;
  PWR_VOSR |= PWR_VOSR_VOS_RANGE1;
  hg_require(&PWR_VOSR, PWR_VOSR_VOSRDY, PWR_VOSR_VOSRDY);
  hg_require(&PWR_SVMSR, PWR_SVMSR_ACTVOSRDY, PWR_SVMSR_ACTVOSRDY);
}

/* The booster takes its clock from PLL1's input, 4 to 16 MHz, and is needed above 55 MHz. */
static void hg_clock_pll(void) {
  RCC_CR |= RCC_CR_HSION;
  hg_require(&RCC_CR, RCC_CR_HSIRDY, RCC_CR_HSIRDY);
  RCC_PLL1CFGR = RCC_PLL1CFGR_SRC_HSI | RCC_PLL1CFGR_RGE_8_TO_16_MHZ | RCC_PLL1CFGR_M(HG_PLL_M) |
                 RCC_PLL1CFGR_MBOOST_DIV1 | RCC_PLL1CFGR_REN;
  RCC_PLL1DIVR =
      RCC_PLL1DIVR_N(HG_PLL_N) | RCC_PLL1DIVR_P(2u) | RCC_PLL1DIVR_Q(2u) | RCC_PLL1DIVR_R(HG_PLL_R);
  PWR_VOSR |= PWR_VOSR_BOOSTEN;
  hg_require(&PWR_VOSR, PWR_VOSR_BOOSTRDY, PWR_VOSR_BOOSTRDY);
  RCC_CR |= RCC_CR_PLL1ON;
  hg_require(&RCC_CR, RCC_CR_PLL1RDY, RCC_CR_PLL1RDY);
}

static void hg_clock_memory(void) {
  FLASH_ACR = HG_FLASH_WAIT_STATES | FLASH_ACR_PRFTEN;
  hg_require(&FLASH_ACR, FLASH_ACR_LATENCY_MASK, HG_FLASH_WAIT_STATES);
  hg_require(&ICACHE_SR, ICACHE_SR_BUSYF, 0);
  ICACHE_CR |= ICACHE_CR_EN;
}

void hg_clock_init(void) {
  hg_clock_voltage();
  hg_clock_pll();
  hg_clock_memory();
  RCC_CFGR1 = (RCC_CFGR1 & ~RCC_CFGR1_SW_MASK) | RCC_CFGR1_SW_PLL1;
  hg_require(&RCC_CFGR1, RCC_CFGR1_SWS_MASK, RCC_CFGR1_SWS_PLL1);
  /* The step-down converter takes over from the linear regulator. */
  PWR_CR3 |= PWR_CR3_REGSEL_SMPS;
  hg_require(&PWR_SVMSR, PWR_SVMSR_REGS, PWR_SVMSR_REGS);
}
