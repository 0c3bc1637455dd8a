/* What USART1 does, line by line; the host sends a burst whenever the firmware waits for one. */
#include "chip.h"

#define EVENTS_MAX 64u

static volatile uint32_t interrupts, bytes, sum, idles, overruns, timeouts, sent_by_interrupt;
static volatile uint32_t to_send;

void USART1_Handler(void) {
  const uint32_t status = USART1_ISR;
  interrupts++;
  if (status & IDLE) {
    idles++;
    USART1_ICR = IDLE;
  }
  if (status & ORE) {
    overruns++;
    USART1_ICR = ORE;
  }
  if (status & (1u << 11)) { /* RTOF */
    timeouts++;
    USART1_ICR = 1u << 11;
  }
  while (USART1_ISR & RXFNE) {
    sum = sum * 31u + USART1_RDR;
    bytes++;
  }
  if (USART1_CR3 & (1u << 23)) { /* TXFTIE */
    while (to_send > 0u && (USART1_ISR & TXFNF)) {
      USART1_TDR = '.';
      to_send--;
      sent_by_interrupt++;
    }
    if (to_send == 0u) {
      USART1_CR3 &= ~(1u << 23);
      USART1_CR1 |= 1u << 6; /* TCIE */
    }
  } else if ((USART1_CR1 & (1u << 6)) && (status & TC)) {
    USART1_CR1 &= ~(1u << 6);
  }
}

static void clear(void) {
  interrupts = bytes = sum = idles = overruns = timeouts = 0;
}

static void show(uint32_t value) {
  send_line(value);
  send_flush();
}

static void configure(uint32_t cr1, uint32_t cr2, uint32_t cr3) {
  USART1_CR1 &= ~1u;
  USART1_CR2 = cr2;
  USART1_CR3 = cr3;
  USART1_CR1 = cr1 & ~1u;
  USART1_CR1 = cr1;
}

/* sleeps until the line was idle once */
static void await_burst(void) {
  while (idles == 0u && timeouts == 0u) {
    __asm volatile("wfi");
  }
}

int main(void) {
  clock_160_mhz();
  uart_init();
  cycle_counter_start();
  NVIC_ISER(1) = 1u << (USART1_IRQ - 32u);

  /* 20 bytes, FIFO threshold 6 and idle: at 6, 12, 18 and when the line is idle */
  configure(FIFO_UE_RE_TE | IDLE, 0, 3u << 25 | 1u << 28);
  await_burst();
  show(interrupts << 16 | bytes << 8 | idles);
  show(sum);
  clear();

  /* 20 bytes, an interrupt for each and one for the idle line */
  configure(FIFO_UE_RE_TE | IDLE | RXFNE, 0, 0);
  await_burst();
  show(interrupts << 16 | bytes << 8 | idles);
  clear();

  /* 20 bytes, threshold 6, receiver timeout of 30 bits instead of idle */
  USART1_RTOR = 30;
  configure(FIFO_UE_RE_TE | 1u << 26, 1u << 23, 3u << 25 | 1u << 28);
  await_burst();
  show(interrupts << 16 | bytes << 8 | timeouts);
  clear();

  /* 20 bytes while nobody reads: 8 are kept, then the overrun is told */
  configure(FIFO_UE_RE_TE | IDLE, 0, 0);
  __asm volatile("cpsid i");
  while (!(USART1_ISR & ORE)) {
  }
  while (!(USART1_ISR & IDLE)) {
  }
  uint32_t kept = 0;
  uint32_t last = 0;
  while (USART1_ISR & RXFNE) {
    last = USART1_RDR;
    kept++;
  }
  USART1_ICR = ORE | IDLE;
  show(kept << 8 | last);
  show(USART1_ISR & (ORE | IDLE));

  /* the same without FIFO: 1 is kept */
  configure(FIFO_UE_RE_TE & ~(1u << 29), 0, 0);
  while (!(USART1_ISR & IDLE)) {
  }
  show((USART1_ISR & ORE) != 0u && (USART1_ISR & RXFNE) != 0u);
  show(USART1_RDR);
  USART1_ICR = ORE | IDLE;

  /* a flush empties the receive FIFO */
  configure(FIFO_UE_RE_TE, 0, 0);
  while (!(USART1_ISR & IDLE)) {
  }
  USART1_RQR = 1u << 3;
  show(USART1_ISR & RXFNE);
  USART1_ICR = ORE | IDLE;
  __asm volatile("cpsie i");

  /* 9 bytes fill FIFO and shift register and take 9 characters of 10 bits */
  const uint32_t before = DWT_CYCCNT;
  for (uint32_t i = 0; i < 9u; i++) {
    USART1_TDR = '-';
  }
  const uint32_t full = !(USART1_ISR & TXFNF);
  send_flush();
  const uint32_t took = DWT_CYCCNT - before;
  show(full);
  show(took);

  /* 40 bytes by interrupt, whenever 3/4 of the send FIFO are free; then transmission complete */
  clear();
  to_send = 40;
  configure(FIFO_UE_RE_TE, 0, 3u << 29 | 1u << 23);
  while (to_send > 0u || (USART1_CR1 & (1u << 6))) {
    __asm volatile("wfi");
  }
  show(sent_by_interrupt);
  show(interrupts);

  /* the kernel clock can be HSI16; a reset by RCC switches everything off */
  USART1_CR1 &= ~1u;
  RCC_CCIPR1 = (RCC_CCIPR1 & ~3u) | 2u;
  uart_start(139);
  show(1);
  RCC_APB2RSTR |= 1u << 14;
  RCC_APB2RSTR &= ~(1u << 14);
  const uint32_t after_reset = USART1_CR1 | USART1_BRR;
  uart_start(139);
  return (int)after_reset;
}
