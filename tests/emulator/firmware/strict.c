/* Breaks the rule that its scenario names and then says so, if it still can. The test writes the
 * scenario's number over the marker in the ELF, so that one build serves all.
 */
#include "chip.h"

enum scenario {
  CAREFUL,
  CLOCK_OFF_WRITE,
  UNMODELLED_PERIPHERAL,
  GOES_ON = UNMODELLED_PERIPHERAL, /* those up to here come to the end */
  CLOCK_OFF_READ,
  CLOCK_OFF_AGAIN,
  CLOCK_OFF_IT_BLOCK,
  SOURCE_NOT_READY,
  SOURCE_SWITCHED_OFF,
  PLL_NOT_READY,
  PLL_INPUT_RANGE,
  PLL_VCO,
  PLL_TOO_FAST,
  PLL_NO_SOURCE,
  PLL_OUTPUT_OFF,
  PLL_CHANGED_WHILE_ON,
  WAIT_STATES,
  WAIT_STATES_LOWERED,
  WAIT_STATES_DIVIDER,
  VOLTAGE,
  VOLTAGE_LOWERED,
  BOOSTER,
  BOOSTER_SWITCHED_OFF,
  BOOSTER_CLOCK,
  PIN_TX,
  PIN_RX,
  UNMAPPED_READ,
  UNMAPPED_WRITE,
  UNMAPPED_CALL,
  READ_ONLY,
  UNMODELLED_REGISTER,
  UNMODELLED_BITS,
  UNMODELLED_SLEEP,
  USART_DIVISOR_WHILE_ON,
  USART_FIFO_WHILE_ON,
  USART_NO_DIVISOR,
  USART_FULL,
  USART_OFF,
  RESET_WITHOUT_KEY,
  FLASH_LOCKED_STORE,
  FLASH_LOCKED_CONTROL,
  FLASH_WRONG_KEY,
  FPU_OFF,
  UNDEFINED,
  NO_THUMB_BIT,
  BREAKPOINT,
  STACK_LIMIT,
  LOCKUP,
  STACKING,
};

const volatile uint32_t scenario = 0x5CE0A210u; /* the marker */

static void voltage(uint32_t vosr) {
  RCC_AHB3ENR |= 1u << 2;
  (void)RCC_AHB3ENR;
  PWR_VOSR = vosr;
  while (!(PWR_VOSR & (1u << 15))) {
  }
}

static void hsi(void) {
  RCC_CR |= 1u << 8;
  while (!(RCC_CR & (1u << 10))) {
  }
}

static void pll(uint32_t config, uint32_t dividers) {
  hsi();
  RCC_PLL1CFGR = config;
  RCC_PLL1DIVR = dividers;
  RCC_CR |= 1u << 24;
  for (uint32_t i = 0; i < 1000u && !(RCC_CR & (1u << 25)); i++) {
  }
}

static void run_from_pll(void) {
  RCC_CFGR1 |= 3u;
}

__attribute__((naked, noinline)) static void load_from_it_block(const volatile uint32_t *address) {
  (void)address;
  __asm volatile("cmp r0, #0\n it ne\n ldrne r0, [r0]\n bx lr");
}

int main(void) {
  switch ((enum scenario)scenario) {
    case CAREFUL:
      break;
    case CLOCK_OFF_WRITE:
      GPIOH_BSRR = 1;
      break;
    case CLOCK_OFF_READ:
      (void)USART1_ISR;
      break;
    case CLOCK_OFF_AGAIN:
      RCC_AHB2ENR1 |= 1u << 7;
      GPIOH_BSRR = 1;
      RCC_AHB2ENR1 &= ~(1u << 7);
      GPIOH_BSRR = 1;
      break;
    case CLOCK_OFF_IT_BLOCK:
      load_from_it_block(&USART1_ISR);
      break;
    case SOURCE_NOT_READY:
      RCC_CR |= 1u << 8;
      RCC_CFGR1 |= 1u;
      break;
    case SOURCE_SWITCHED_OFF:
      hsi();
      RCC_CFGR1 |= 1u;
      RCC_CR &= ~(1u << 8);
      break;
    case PLL_NOT_READY:
      voltage(7u << 16);
      hsi();
      RCC_PLL1CFGR = 0x4000Eu;
      RCC_PLL1DIVR = 0x10209u;
      FLASH_ACR = 4;
      RCC_CR |= 1u << 24;
      run_from_pll();
      break;
    case PLL_INPUT_RANGE:
      pll(0x40002u, 0x10209u); /* 16 MHz with PLL1RGE for 4 to 8 */
      break;
    case PLL_VCO:
      pll(0x4000Eu, 0x10203u); /* 16 * 4 = 64 MHz */
      break;
    case PLL_TOO_FAST:
      pll(0x4000Eu, 0x1020Au); /* 176 MHz */
      break;
    case PLL_NO_SOURCE:
      pll(0x4000Cu, 0x10209u);
      break;
    case PLL_OUTPUT_OFF:
      voltage(7u << 16);
      FLASH_ACR = 4;
      pll(0x0000Eu, 0x10209u);
      run_from_pll();
      break;
    case PLL_CHANGED_WHILE_ON:
      pll(0x4000Eu, 0x10209u);
      RCC_PLL1DIVR = 0x10208u;
      break;
    case WAIT_STATES:
      voltage(3u << 16);
      hsi();
      RCC_PLL1CFGR = 0x4000Eu;
      PWR_VOSR |= 1u << 18;
      while (!(PWR_VOSR & (1u << 14))) {
      }
      pll(0x4000Eu, 0x10209u);
      FLASH_ACR = 3;
      run_from_pll();
      break;
    case WAIT_STATES_LOWERED:
      clock_160_mhz();
      FLASH_ACR = 0x103u;
      break;
    case WAIT_STATES_DIVIDER:
      voltage(3u << 16);
      RCC_PLL1CFGR = 0x4000Eu;
      hsi();
      PWR_VOSR |= 1u << 18;
      while (!(PWR_VOSR & (1u << 14))) {
      }
      pll(0x4000Eu, 0x10209u);
      RCC_CFGR2 = 8; /* HCLK = SYSCLK / 2 = 80 MHz */
      FLASH_ACR = 2;
      run_from_pll();
      RCC_CFGR2 = 0;
      break;
    case VOLTAGE:
      voltage(2u << 16); /* range 2 */
      FLASH_ACR = 4;
      hsi();
      RCC_PLL1CFGR = 0x4000Eu;
      PWR_VOSR |= 1u << 18;
      while (!(PWR_VOSR & (1u << 14))) {
      }
      pll(0x4000Eu, 0x10209u);
      run_from_pll();
      break;
    case VOLTAGE_LOWERED:
      clock_160_mhz();
      PWR_VOSR = (PWR_VOSR & ~(3u << 16)) | 2u << 16;
      break;
    case BOOSTER:
      voltage(3u << 16);
      FLASH_ACR = 4;
      pll(0x4000Eu, 0x10209u);
      run_from_pll();
      break;
    case BOOSTER_SWITCHED_OFF:
      clock_160_mhz();
      PWR_VOSR &= ~(1u << 18);
      break;
    case BOOSTER_CLOCK:
      voltage(3u << 16);
      hsi();
      RCC_PLL1CFGR = 0x4000Eu | 3u << 12; /* 16 / 6 MHz */
      PWR_VOSR |= 1u << 18;
      break;
    case PIN_TX:
      clock_160_mhz();
      RCC_AHB2ENR1 |= 1u;
      RCC_APB2ENR |= 1u << 14;
      GPIOA_AFRH = 0x700u; /* PA10 only */
      GPIOA_MODER = (GPIOA_MODER & ~(0xFu << 18)) | (0xAu << 18);
      uart_start(1389);
      USART1_TDR = 'x';
      break;
    case PIN_RX:
      clock_160_mhz();
      RCC_AHB2ENR1 |= 1u;
      RCC_APB2ENR |= 1u << 14;
      GPIOA_AFRH = 0x770u;
      GPIOA_MODER = (GPIOA_MODER & ~(3u << 18)) | (2u << 18); /* PA9 only */
      uart_start(1389);
      (void)receive_byte();
      break;
    case UNMAPPED_READ:
      clock_160_mhz();
      uart_init();
      (void)R(0x60000000u);
      break;
    case UNMAPPED_WRITE:
      clock_160_mhz();
      uart_init();
      R(0x2000C0000u & 0xFFFFFFFFu) = 1;
      break;
    case UNMAPPED_CALL:
      clock_160_mhz();
      uart_init();
      ((void (*)(void))0x30000001u)();
      break;
    case READ_ONLY:
      clock_160_mhz();
      uart_init();
      R(0x0BFA0700u) = 1;
      break;
    case UNMODELLED_PERIPHERAL:
      (void)R(0x40005400u);
      break;
    case UNMODELLED_REGISTER:
      (void)R(0x46020C04u);
      break;
    case UNMODELLED_BITS:
      RCC_CR |= 1u << 12; /* HSI48 */
      break;
    case UNMODELLED_SLEEP:
      R(0xE000ED10u) = 4; /* SCR.SLEEPDEEP */
      break;
    case USART_DIVISOR_WHILE_ON:
      clock_160_mhz();
      uart_init();
      USART1_BRR = 174;
      break;
    case USART_FIFO_WHILE_ON:
      clock_160_mhz();
      uart_init();
      USART1_CR1 &= ~(1u << 29);
      break;
    case USART_NO_DIVISOR:
      clock_160_mhz();
      uart_pins();
      uart_start(0);
      USART1_TDR = 'x';
      break;
    case USART_FULL:
      clock_160_mhz();
      uart_init();
      for (uint32_t i = 0; i < 10u; i++) {
        USART1_TDR = 'x';
      }
      break;
    case USART_OFF:
      clock_160_mhz();
      uart_init();
      USART1_CR1 &= ~1u;
      USART1_TDR = 'x';
      break;
    case RESET_WITHOUT_KEY:
      SCB_AIRCR = 4;
      break;
    case FLASH_LOCKED_STORE:
      R(0x08100000u) = 1;
      break;
    case FLASH_LOCKED_CONTROL:
      FLASH_NSCR = 1;
      break;
    case FLASH_WRONG_KEY:
      FLASH_NSKEYR = 0x45670124u;
      break;
    case FPU_OFF:
      __asm volatile("vmov.f32 s0, #1.0" ::: "s0");
      break;
    case UNDEFINED:
      clock_160_mhz();
      uart_init();
      __asm volatile("udf #0");
      break;
    case NO_THUMB_BIT:
      clock_160_mhz();
      uart_init();
      ((void (*)(void))((uintptr_t)&send_text & ~1u))();
      break;
    case BREAKPOINT:
      clock_160_mhz();
      uart_init();
      __asm volatile("bkpt #0");
      break;
    case STACK_LIMIT:
      clock_160_mhz();
      uart_init();
      __asm volatile("mov r0, sp\n msr msplim, r0\n sub sp, sp, #64" ::: "r0");
      break;
    case LOCKUP:
      SCB_VTOR = 0x20000000u;
      *(volatile uint32_t *)0x2000000Cu = 0;
      __asm volatile("udf #0");
      break;
    case STACKING:
      __asm volatile("ldr r0, =0x10000000\n mov sp, r0\n svc #0" ::: "r0");
      break;
  }
  if (scenario > GOES_ON) {
    sleep_for_ever();
  }
  clock_160_mhz();
  uart_init();
  return 0x600D;
}
