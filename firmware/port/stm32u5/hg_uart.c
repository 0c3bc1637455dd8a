#include "hg_uart.h"

#include "hg_core.h"
#include "hg_handlers.h"
#include "hg_registers.h"
#include "hg_wait.h"

#define HG_TX_PIN 9u
#define HG_RX_PIN 10u
#define HG_USART1_ALTERNATE 7u

/* Bytes in the receive FIFO that make it ask for attention: USART_CR3_RXFTCFG_3_4 of 8. */
#define HG_RX_THRESHOLD 6u

/* RM0456, USART baud rate generation: with 16 samples a bit BRR is the clock's divisor, 16 or more.
 */
#define HG_BRR_MIN 16u
#define HG_BRR_MAX 0xFFFFu

/* The receiver tolerates about 3.5 %; the host's own share of it is not ours to spend. */
#define HG_BAUD_TOLERANCE 100u /* one part in */

static struct {
  uint8_t *bytes;
  uint32_t size;
  volatile uint32_t head; /* written by the interrupt alone */
  volatile uint32_t tail; /* written by the app alone */
  hg_port_counters_t counters;
} hg_ring;

static uint32_t hg_uart_room; /* bytes that the send FIFO surely has room for */

static void hg_uart_pin(uint32_t pin) {
  const uint32_t pair = 2u * pin;
  const uint32_t nibble = 4u * (pin - 8u);
  GPIOA_AFRH = (GPIOA_AFRH & ~(15u << nibble)) | HG_USART1_ALTERNATE << nibble;
  GPIOA_PUPDR = (GPIOA_PUPDR & ~(3u << pair)) | GPIO_PULL_UP << pair;
  GPIOA_OSPEEDR = (GPIOA_OSPEEDR & ~(3u << pair)) | GPIO_SPEED_HIGH << pair;
  GPIOA_MODER = (GPIOA_MODER & ~(3u << pair)) | GPIO_MODE_ALTERNATE << pair;
}

static uint32_t hg_uart_divisor(uint32_t baud) {
  return (HG_CLOCK_HZ + baud / 2u) / baud;
}

/* The divisor and FIFOEN may only be written while the USART is off. */
static void hg_uart_start(uint32_t baud) {
  const uint32_t control = USART_CR1_FIFOEN | USART_CR1_TE | USART_CR1_RE | USART_CR1_IDLEIE;
  USART1_CR1 &= ~USART_CR1_UE;
  USART1_BRR = hg_uart_divisor(baud);
  USART1_CR3 = USART_CR3_RXFTCFG_3_4 | USART_CR3_RXFTIE;
  USART1_CR1 = control;
  USART1_CR1 = control | USART_CR1_UE;
  hg_require(&USART1_ISR, USART_ISR_TEACK | USART_ISR_REACK, USART_ISR_TEACK | USART_ISR_REACK);
  hg_uart_room = USART_FIFO_DEPTH;
}

void hg_uart_init(uint8_t *ring, uint32_t ring_size, uint32_t baud) {
  hg_ring.bytes = ring;
  hg_ring.size = ring_size;
  RCC_AHB2ENR1 |= RCC_AHB2ENR1_GPIOAEN;
  RCC_APB2ENR |= RCC_APB2_USART1;
  (void)RCC_APB2ENR;
  RCC_CCIPR1 = (RCC_CCIPR1 & ~RCC_CCIPR1_USART1SEL_MASK) | RCC_CCIPR1_USART1SEL_PCLK2;
  hg_uart_pin(HG_TX_PIN);
  hg_uart_pin(HG_RX_PIN);
  hg_uart_start(baud);
  NVIC_ISER(USART1_IRQ) = 1u << (USART1_IRQ % 32u);
}

static uint32_t hg_ring_next(uint32_t index) {
  return index + 1u == hg_ring.size ? 0u : index + 1u;
}

static void hg_ring_push(uint8_t byte) {
  const uint32_t next = hg_ring_next(hg_ring.head);
  if (next == hg_ring.tail) {
    hg_ring.counters.overflows++;
    return;
  }
  hg_ring.bytes[hg_ring.head] = byte;
  hg_core_order();
  hg_ring.head = next;
}

void hg_uart_poll(void) {
  uint32_t status = USART1_ISR;
  const uint32_t events = status & (USART_ISR_ORE | USART_ISR_FE | USART_ISR_NE | USART_ISR_IDLE);
  if (events) {
    hg_ring.counters.overruns += (events & USART_ISR_ORE) ? 1u : 0u;
    hg_ring.counters.noise += (events & (USART_ISR_FE | USART_ISR_NE)) ? 1u : 0u;
    USART1_ICR = events;
  }
  while (status & USART_ISR_RXFNE) {
    /* Above the threshold that many bytes are there; the bus is slow, so the flags are read once.
     */
    for (uint32_t i = (status & USART_ISR_RXFT) ? HG_RX_THRESHOLD : 1u; i > 0u; i--) {
      hg_ring_push((uint8_t)USART1_RDR);
    }
    status = USART1_ISR;
  }
}

void USART1_IRQHandler(void) {
  hg_uart_poll();
}

bool hg_uart_is_empty(void) {
  return hg_ring.head == hg_ring.tail;
}

uint32_t hg_uart_receive(uint8_t *data, uint32_t capacity) {
  uint32_t count = 0;
  uint32_t tail = hg_ring.tail;
  const uint32_t head = hg_ring.head;
  while (count < capacity && tail != head) {
    data[count++] = hg_ring.bytes[tail];
    tail = hg_ring_next(tail);
  }
  hg_core_order();
  hg_ring.tail = tail;
  return count;
}

hg_port_counters_t hg_uart_counters(void) {
  return hg_ring.counters;
}

void hg_uart_send(const uint8_t *data, uint32_t size) {
  for (uint32_t i = 0; i < size; i++) {
    if (hg_uart_room == 0u) {
      if (!hg_wait(&USART1_ISR, USART_ISR_TXFE, USART_ISR_TXFE)) {
        return;
      }
      hg_uart_room = USART_FIFO_DEPTH;
    }
    USART1_TDR = data[i];
    hg_uart_room--;
  }
}

void hg_uart_flush(void) {
  (void)hg_wait(&USART1_ISR, USART_ISR_TC, USART_ISR_TC);
}

uint32_t hg_uart_actual_baud(uint32_t baud) {
  if (baud == 0u || baud > HG_CLOCK_HZ / HG_BRR_MIN || hg_uart_divisor(baud) > HG_BRR_MAX) {
    return 0;
  }
  const uint32_t actual = HG_CLOCK_HZ / hg_uart_divisor(baud);
  const uint32_t error = actual > baud ? actual - baud : baud - actual;
  return error <= baud / HG_BAUD_TOLERANCE ? actual : 0u;
}

void hg_uart_set_baud(uint32_t baud) {
  hg_uart_flush();
  hg_uart_start(baud);
}
