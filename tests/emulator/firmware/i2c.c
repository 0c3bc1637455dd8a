/* I2C2 by hand, register by register: what it said after each step, a line each. The test writes
 * the case over the marker, so that one build serves all.
 */
#include "chip.h"

#define I2C_CR1 R(0x40005800u)
#define I2C_CR2 R(0x40005804u)
#define I2C_TIMINGR R(0x40005810u)
#define I2C_ISR R(0x40005818u)
#define I2C_ICR R(0x4000581Cu)
#define I2C_RXDR R(0x40005824u)
#define I2C_TXDR R(0x40005828u)
#define GPIOH_OTYPER R(0x42021C04u)
#define GPIOH_AFRL R(0x42021C20u)
#define RCC_APB1ENR1 R(0x46020C9Cu)

#define TXIS (1u << 1)
#define RXNE_I2C (1u << 2)
#define NACKF (1u << 4)
#define STOPF (1u << 5)
#define TC_I2C (1u << 6)
#define TCR (1u << 7)
#define ARLO (1u << 9)
#define BUSY (1u << 15)
#define START (1u << 13)
#define STOP (1u << 14)
#define READ (1u << 10)
#define AUTOEND (1u << 25)
#define RELOAD (1u << 24)
#define BYTES(N) ((uint32_t)(N) << 16)
#define SENSOR (0x6Bu << 1)
#define WHO_AM_I 0x0Fu

enum scenario {
  CAREFUL,
  NO_ANSWER,
  STUCK,
  SOFTWARE_RESET,
  TIMING_400_KHZ_OF_ST,
  CLOCK_OFF,
  PIN_FUNCTION,
  PIN_PUSH_PULL,
  PIN_DRIVEN_HIGH,
  TIMING_TOO_FAST,
  TIMING_LOW_TOO_SHORT,
  TIMING_RESERVED,
  TIMING_WHILE_ON,
  KERNEL_CLOCK_OFF,
  START_WHILE_OFF,
  START_WHILE_BUSY,
  STOP_TOO_EARLY,
  CR2_WHILE_STARTING,
  RXDR_EMPTY,
  TXDR_FULL,
  ACCESS_SIZE,
  INTERRUPTS,
};

const volatile uint32_t scenario = 0x5CE0A210u; /* the marker */

/* Sending would take longer than what is looked at: it waits until the end. */
static uint32_t notes[32], noted;

static void note(uint32_t value) {
  notes[noted++] = value;
}

static void pins(void) {
  RCC_AHB2ENR1 |= 1u << 7;
  (void)RCC_AHB2ENR1;
  GPIOH_AFRL = 0x440000u;
  GPIOH_OTYPER = scenario == PIN_PUSH_PULL ? 0x10u : 0x30u;
  GPIOH_BSRR = 0x30u;
  GPIOH_MODER = (GPIOH_MODER & ~(0xFu << 8)) | ((scenario == PIN_FUNCTION ? 0xBu : 0xAu) << 8);
}

static uint32_t timing(void) {
  switch (scenario) {
    case TIMING_TOO_FAST:
      return 0x70710411u;
    case TIMING_LOW_TOO_SHORT:
      return 0x70714011u;
    case TIMING_RESERVED:
      return 0x7175111Fu;
    case TIMING_400_KHZ_OF_ST:
      return 0xC0B0090Fu;
    default:
      return 0x7075111Fu;
  }
}

static void i2c(void) {
  if (scenario != CLOCK_OFF) {
    RCC_APB1ENR1 |= 1u << 22;
    (void)RCC_APB1ENR1;
  }
  if (scenario == KERNEL_CLOCK_OFF) {
    RCC_CCIPR1 |= 2u << 12; /* HSI16, which the PLL keeps on; so off by MSIK */
    RCC_CCIPR1 |= 3u << 12;
    RCC_CR &= ~(1u << 4);
  }
  I2C_TIMINGR = timing();
}

__attribute__((noinline)) static void switch_on(void) {
  I2C_CR1 = 1;
}

/* The sensor answers 10 ms after it got power. */
static void sensor_boots(void) {
  for (uint32_t turn = 0; turn < 1000000u; turn++) {
    __asm volatile("");
  }
}

/* Returns the status when one of the flags is up, or at last. */
static uint32_t until(uint32_t flags) {
  uint32_t status = 0;
  for (uint32_t turn = 0; turn < 200u && !(status & flags); turn++) {
    status = I2C_ISR;
  }
  return status;
}

static void select_register(uint32_t reg) {
  I2C_CR2 = SENSOR | BYTES(1) | START;
  note(until(TXIS));
  I2C_TXDR = reg;
  note(until(TC_I2C));
}

static void careful(void) {
  cycle_counter_start();
  const uint32_t before = DWT_CYCCNT;
  select_register(WHO_AM_I);
  note(DWT_CYCCNT - before);
  I2C_CR2 = SENSOR | BYTES(3) | READ | AUTOEND | START; /* a repeated START */
  for (uint32_t i = 0; i < 3u; i++) {
    note(until(RXNE_I2C));
    note(I2C_RXDR);
  }
  note(until(STOPF));
  I2C_ICR = STOPF;
  note(I2C_ISR);

  /* one byte, then more by RELOAD, ended by software */
  select_register(WHO_AM_I);
  I2C_CR2 = SENSOR | BYTES(1) | READ | RELOAD | START;
  note(until(TCR));
  note(I2C_RXDR);
  I2C_CR2 = SENSOR | BYTES(1) | READ;
  note(until(TC_I2C));
  note(I2C_RXDR);
  I2C_CR2 = SENSOR | READ | STOP;
  note(until(STOPF));
}

int main(void) {
  clock_160_mhz();
  uart_init();
  pins();
  i2c();
  if (scenario != START_WHILE_OFF) {
    switch_on();
  }
  sensor_boots();
  switch (scenario) {
    case CAREFUL:
    case TIMING_400_KHZ_OF_ST:
      careful();
      break;
    case NO_ANSWER:
      I2C_CR2 = (0x55u << 1) | BYTES(1) | START;
      note(until(STOPF));
      break;
    case STUCK:
      note(I2C_ISR);
      I2C_CR2 = SENSOR | BYTES(1) | START;
      note(until(TXIS));
      break;
    case SOFTWARE_RESET: /* in the middle of a byte whose bits are all 0 */
      select_register(0x28u);
      I2C_CR2 = SENSOR | BYTES(9) | READ | AUTOEND | START;
      (void)until(RXNE_I2C);
      I2C_CR1 = 0;
      (void)I2C_CR1;
      I2C_CR1 = 1;
      note(I2C_ISR);
      note(GPIOH_IDR & 0x30u);
      GPIOH_MODER = (GPIOH_MODER & ~(0xFu << 8)) | (5u << 8);
      uint32_t clocks = 0;
      for (; clocks < 20u && !(GPIOH_IDR & 0x20u); clocks++) {
        GPIOH_BSRR = 0x10u << 16;
        GPIOH_BSRR = 0x10u;
      }
      note(clocks);
      break;
    case PIN_DRIVEN_HIGH:
      GPIOH_OTYPER = 0;
      GPIOH_MODER = (GPIOH_MODER & ~(0xFu << 8)) | (5u << 8);
      break;
    case TIMING_WHILE_ON:
      I2C_TIMINGR = 0;
      break;
    case START_WHILE_BUSY:
      I2C_CR2 = SENSOR | BYTES(1) | START;
      (void)until(TXIS);
      I2C_CR2 = SENSOR | BYTES(1) | START;
      break;
    case STOP_TOO_EARLY:
      I2C_CR2 = SENSOR | STOP;
      break;
    case CR2_WHILE_STARTING:
      I2C_CR2 = SENSOR | BYTES(1) | START;
      I2C_CR2 = SENSOR | BYTES(2) | START;
      break;
    case RXDR_EMPTY:
      (void)I2C_RXDR;
      break;
    case TXDR_FULL:
      I2C_TXDR = 1;
      I2C_TXDR = 2;
      break;
    case ACCESS_SIZE:
      *(volatile uint8_t *)0x40005828u = 1;
      break;
    case INTERRUPTS:
      I2C_CR1 |= 1u << 1;
      break;
    default:
      I2C_CR2 = SENSOR | BYTES(1) | START;
      (void)until(TXIS);
      break;
  }
  for (uint32_t i = 0; i < noted; i++) {
    send_line(notes[i]);
  }
  return 0x600D;
}
