/* 160 MHz and the serial port, as a careful firmware does it. */
#include "chip.h"

void clock_160_mhz(void) {
  RCC_AHB3ENR |= 1u << 2;
  (void)RCC_AHB3ENR;
  PWR_VOSR |= 3u << 16;
  while (!(PWR_VOSR & (1u << 15))) {
  }
  RCC_CR |= 1u << 8; /* HSI16 */
  while (!(RCC_CR & (1u << 10))) {
  }
  RCC_PLL1CFGR = 0x0004000Eu;
  RCC_PLL1DIVR = 0x00010209u;
  PWR_VOSR |= 1u << 18;
  while (!(PWR_VOSR & (1u << 14))) {
  }
  RCC_CR |= 1u << 24;
  while (!(RCC_CR & (1u << 25))) {
  }
  FLASH_ACR = 0x104u;
  while ((FLASH_ACR & 15u) != 4u) {
  }
  ICACHE_CR |= 1u;
  RCC_CFGR1 = (RCC_CFGR1 & ~3u) | 3u;
  while ((RCC_CFGR1 & 12u) != 12u) {
  }
  PWR_CR3 |= 2u;
  while (!(PWR_SVMSR & 2u)) {
  }
}

void uart_pins(void) {
  RCC_AHB2ENR1 |= 1u << 0;
  RCC_APB2ENR |= 1u << 14;
  (void)RCC_APB2ENR;
  GPIOA_AFRH = (GPIOA_AFRH & ~0xFF0u) | 0x770u;
  GPIOA_MODER = (GPIOA_MODER & ~(0xFu << 18)) | (0xAu << 18);
}

void uart_start(uint32_t divisor) {
  USART1_CR1 = 0;
  USART1_BRR = divisor;
  USART1_CR1 = FIFO_UE_RE_TE & ~1u;
  USART1_CR1 = FIFO_UE_RE_TE;
}

void uart_init(void) {
  uart_pins();
  uart_start(1389);
}

void cycle_counter_start(void) {
  SCB_DEMCR |= 1u << 24;
  DWT_CYCCNT = 0;
  DWT_CTRL |= 1u;
}

void send_byte(uint8_t byte) {
  while (!(USART1_ISR & TXFNF)) {
  }
  USART1_TDR = byte;
}

void send_text(const char *text) {
  while (*text) {
    send_byte((uint8_t)*text++);
  }
}

void send_hex(uint32_t value) {
  for (uint32_t digit = 8; digit > 0; digit--) {
    send_byte((uint8_t)"0123456789abcdef"[value >> (4u * digit - 4u) & 15u]);
  }
}

void send_line(uint32_t value) {
  send_hex(value);
  send_byte('\n');
}

void send_flush(void) {
  while (!(USART1_ISR & TC)) {
  }
}

uint8_t receive_byte(void) {
  while (!(USART1_ISR & RXFNE)) {
  }
  return (uint8_t)USART1_RDR;
}
