/* Identity, pins, memories: one observation a line. */
#include "chip.h"

__attribute__((section(".ramcode"), noinline)) static uint32_t in_ram(uint32_t turns) {
  uint32_t sum = 0;
  for (uint32_t turn = 0; turn < turns; turn++) {
    sum += turn * 3u;
    __asm volatile("" : "+r"(sum));
  }
  return sum;
}

int main(void) {
  clock_160_mhz();
  uart_init();
  send_line(DBGMCU_IDCODE & 0xFFFu);
  send_line(R(0x0BFA0700u) != 0u && R(0x0BFA0700u) != 0xFFFFFFFFu);
  send_line(R(0x0BFA07A0u) & 0xFFFFu); /* KiB of flash */
  send_line(R(0xE000ED00u));           /* CPUID */

  RCC_AHB2ENR1 |= (1u << 2) | (1u << 7);
  (void)RCC_AHB2ENR1;
  send_line(GPIOH_MODER); /* analog after reset */
  GPIOH_MODER = (GPIOH_MODER & ~(0xFu << 12)) | (5u << 12);
  GPIOH_BSRR = 3u << 6;
  send_line(GPIOH_ODR);
  GPIOH_BSRR = 1u << (16 + 6);
  send_line(GPIOH_ODR);
  send_line(GPIOH_IDR);
  *(volatile uint16_t *)0x42021C18u = 1u << 6; /* BSRR by halves */
  send_line(GPIOH_ODR);
  R(0x42021C28u) = 1u << 7; /* BRR */
  send_line(GPIOH_ODR);

  R(0x42020800u) &= ~(3u << 26); /* PC13 an input */
  send_line(GPIOC_IDR >> 13 & 1u);
  R(0x4202080Cu) |= 1u << 26; /* pulled up */
  send_line(GPIOC_IDR >> 13 & 1u);

  ICACHE_CR |= 2u; /* invalidate */
  send_line(ICACHE_SR);
  send_line(in_ram(1000));

  /* bytes and halves of words */
  NVIC_PRIORITY(5) = 0xFF;
  send_line(R(0xE000E404u));
  send_line(*(volatile uint8_t *)(0xE000E405u));
  R(0x20030000u) = 0x11223344u;
  send_line(*(volatile uint16_t *)0x20030002u);
  return (int)R(0x20000000u + 700u * 1024u); /* no zeros at power-up */
}
