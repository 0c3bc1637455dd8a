#include "hg_i2c.h"

#include <stdbool.h>

#include "hg_registers.h"

#define HG_SCL_PIN 4u
#define HG_SDA_PIN 5u
#define HG_I2C2_ALTERNATE 4u

/* RM0456, I2C controller initialization. The kernel clock is PCLK1, which is HCLK: 160 MHz. A step
 * of the timing register is 8 of its periods, 50 ns. Fast mode (UM10204) wants
 *   SCL low 1.3 us, high 0.6 us, 2.5 us together: 1.6 + 0.9, whatever the edges take on top;
 *   SDA set up 100 ns before the rising edge, which may take 300 ns: 400 ns;
 *   SDA held over the falling edge, which may take 300 ns, of which the analog filter (50 ns) and
 *   the synchronizer (3 periods) give some: 231 ns or more, and no more than 900 ns - 300 ns -
 *   260 ns of filter - 4 periods = 315 ns: 250 ns.
 */
#define HG_STEP_NS 50u
#define HG_PRESCALER (HG_CLOCK_HZ / 1000000u * HG_STEP_NS / 1000u)
#define HG_STEPS(NS) ((NS) / HG_STEP_NS)
_Static_assert(HG_PRESCALER * 1000u == HG_CLOCK_HZ / 1000000u * HG_STEP_NS && HG_PRESCALER <= 16u,
               "the prescaler cannot make steps of 50 ns");
#define HG_TIMING                                                          \
  (I2C_TIMINGR_PRESC(HG_PRESCALER) | I2C_TIMINGR_SCLDEL(HG_STEPS(400u)) |  \
   I2C_TIMINGR_SDADEL(HG_STEPS(250u)) | I2C_TIMINGR_SCLH(HG_STEPS(900u)) | \
   I2C_TIMINGR_SCLL(HG_STEPS(1600u)))

/* A device may stretch the clock; this one never does for long. */
#define HG_WAIT_CYCLES (HG_CLOCK_HZ / 500u)
/* The flags are looked at so often before the time is: reading the time costs more. */
#define HG_LOOKS 8u
/* Should the cycle counter stand still, the wait ends all the same. */
#define HG_WAIT_ROUNDS 100000u

#define HG_HALF_BIT_CYCLES (HG_CLOCK_HZ / 200000u)
#define HG_CLEAR_CLOCKS 9u

#define HG_ERRORS (I2C_ISR_NACKF | I2C_ISR_BERR | I2C_ISR_ARLO)
#define HG_CLEAR_ALL (HG_ERRORS | I2C_ISR_STOPF)

static void hg_i2c_pin(uint32_t pin, uint32_t mode) {
  const uint32_t pair = 2u * pin;
  GPIOH_MODER = (GPIOH_MODER & ~(3u << pair)) | mode << pair;
}

static void hg_i2c_pins(void) {
  for (uint32_t pin = HG_SCL_PIN; pin <= HG_SDA_PIN; pin++) {
    const uint32_t pair = 2u * pin;
    const uint32_t nibble = 4u * pin;
    GPIOH_AFRL = (GPIOH_AFRL & ~(15u << nibble)) | HG_I2C2_ALTERNATE << nibble;
    GPIOH_OTYPER |= 1u << pin;
    GPIOH_PUPDR = (GPIOH_PUPDR & ~(3u << pair)) | GPIO_PULL_UP << pair;
    GPIOH_BSRR = 1u << pin;
    hg_i2c_pin(pin, GPIO_MODE_ALTERNATE);
  }
}

static void hg_i2c_start_peripheral(void) {
  I2C2_CR1 = 0; /* ends whatever it was doing; the read lets the three cycles pass that it takes */
  (void)I2C2_CR1;
  I2C2_TIMINGR = HG_TIMING;
  I2C2_CR1 = I2C_CR1_PE;
}

static bool hg_i2c_is_high(uint32_t pin) {
  return (GPIOH_IDR & 1u << pin) != 0u;
}

static void hg_i2c_half_bit(void) {
  const uint32_t start = DWT_CYCCNT;
  for (uint32_t i = 0; i < HG_WAIT_ROUNDS && DWT_CYCCNT - start < HG_HALF_BIT_CYCLES; i++) {
  }
}

static void hg_i2c_drive(uint32_t pin, bool high) {
  GPIOH_BSRR = high ? 1u << pin : 1u << (pin + 16u);
  hg_i2c_half_bit();
}

uint32_t hg_i2c_recover(void) {
  I2C2_CR1 = 0;
  GPIOH_BSRR = 1u << HG_SCL_PIN | 1u << HG_SDA_PIN;
  hg_i2c_pin(HG_SCL_PIN, GPIO_MODE_OUTPUT);
  hg_i2c_pin(HG_SDA_PIN, GPIO_MODE_OUTPUT);
  hg_i2c_half_bit();
  for (uint32_t clock = 0; clock < HG_CLEAR_CLOCKS && !hg_i2c_is_high(HG_SDA_PIN); clock++) {
    hg_i2c_drive(HG_SCL_PIN, false);
    hg_i2c_drive(HG_SCL_PIN, true);
  }
  /* STOP: SDA rises while SCL is high. */
  hg_i2c_drive(HG_SCL_PIN, false);
  hg_i2c_drive(HG_SDA_PIN, false);
  hg_i2c_drive(HG_SCL_PIN, true);
  hg_i2c_drive(HG_SDA_PIN, true);
  const bool is_free = hg_i2c_is_high(HG_SCL_PIN) && hg_i2c_is_high(HG_SDA_PIN);
  hg_i2c_pins();
  hg_i2c_start_peripheral();
  return is_free ? 0u : HG_I2C_STUCK;
}

uint32_t hg_i2c_init(void) {
  RCC_AHB2ENR1 |= RCC_AHB2ENR1_GPIOHEN;
  RCC_APB1ENR1 |= RCC_APB1ENR1_I2C2EN;
  (void)RCC_APB1ENR1;
  RCC_CCIPR1 = (RCC_CCIPR1 & ~RCC_CCIPR1_I2C2SEL_MASK) | RCC_CCIPR1_I2C2SEL_PCLK1;
  hg_i2c_pins();
  hg_i2c_start_peripheral();
  return hg_i2c_is_high(HG_SCL_PIN) && hg_i2c_is_high(HG_SDA_PIN) ? 0u : hg_i2c_recover();
}

static uint32_t hg_i2c_failure(uint32_t status) {
  if (status & I2C_ISR_NACKF) {
    return HG_I2C_NO_ANSWER;
  }
  if (status & I2C_ISR_ARLO) {
    return HG_I2C_ARBITRATION;
  }
  return (status & I2C_ISR_BERR) ? HG_I2C_MISPLACED : 0u;
}

/* Waits for one of the flags; an error ends the wait too. */
static uint32_t hg_i2c_wait(uint32_t flags) {
  uint32_t start = 0;
  for (uint32_t round = 0; round < HG_WAIT_ROUNDS; round++) {
    for (uint32_t look = 0; look < HG_LOOKS; look++) {
      const uint32_t status = I2C2_ISR;
      if (status & HG_ERRORS) {
        return hg_i2c_failure(status);
      }
      if (status & flags) {
        return 0;
      }
    }
    if (round == 0u) {
      start = DWT_CYCCNT;
    } else if (DWT_CYCCNT - start > HG_WAIT_CYCLES) {
      break;
    }
  }
  return HG_I2C_TIMEOUT;
}

/* Leaves the peripheral ready for the next transfer, after whatever this one came to. */
static uint32_t hg_i2c_finish(uint32_t error) {
  if (error == HG_I2C_NO_ANSWER) {
    /* The STOP comes by itself; a byte that waits in TXDR would go first in the next transfer. */
    I2C2_ICR = I2C_ISR_NACKF;
    if (hg_i2c_wait(I2C_ISR_STOPF) != 0u) {
      error = HG_I2C_TIMEOUT;
    }
    I2C2_ISR = I2C_ISR_TXE;
  } else if (error == 0u) {
    error = hg_i2c_wait(I2C_ISR_STOPF);
  }
  I2C2_ICR = HG_CLEAR_ALL;
  if (error != 0u && error != HG_I2C_NO_ANSWER) {
    hg_i2c_start_peripheral();
  }
  return error;
}

/* After a transfer of ours the bus is free once its STOP was seen. */
static uint32_t hg_i2c_check_free(void) {
  return (I2C2_ISR & I2C_ISR_BUSY) ? HG_I2C_BUS_BUSY : 0u;
}

static void hg_i2c_begin(uint8_t device, uint32_t size, uint32_t options) {
  I2C2_CR2 = I2C_CR2_SADD(device) | I2C_CR2_NBYTES(size) | options | I2C_CR2_START;
}

static uint32_t hg_i2c_put(uint8_t byte) {
  const uint32_t error = hg_i2c_wait(I2C_ISR_TXIS);
  if (error == 0u) {
    I2C2_TXDR = byte;
  }
  return error;
}

uint32_t hg_i2c_read(uint8_t device, uint8_t reg, uint8_t *data, uint32_t size) {
  if (size == 0u || size > HG_I2C_MAX_SIZE) {
    return HG_I2C_TOO_LONG;
  }
  uint32_t error = hg_i2c_check_free();
  if (error == 0u) {
    hg_i2c_begin(device, 1u, 0u);
    error = hg_i2c_put(reg);
  }
  error = error ? error : hg_i2c_wait(I2C_ISR_TC);
  if (error == 0u) {
    hg_i2c_begin(device, size, I2C_CR2_RD_WRN | I2C_CR2_AUTOEND);
  }
  for (uint32_t i = 0; error == 0u && i < size; i++) {
    error = hg_i2c_wait(I2C_ISR_RXNE);
    if (error == 0u) {
      data[i] = (uint8_t)I2C2_RXDR;
    }
  }
  return hg_i2c_finish(error);
}

uint32_t hg_i2c_write(uint8_t device, uint8_t reg, const uint8_t *data, uint32_t size) {
  if (size >= HG_I2C_MAX_SIZE) {
    return HG_I2C_TOO_LONG;
  }
  uint32_t error = hg_i2c_check_free();
  if (error == 0u) {
    hg_i2c_begin(device, size + 1u, I2C_CR2_AUTOEND);
    error = hg_i2c_put(reg);
  }
  for (uint32_t i = 0; error == 0u && i < size; i++) {
    error = hg_i2c_put(data[i]);
  }
  return hg_i2c_finish(error);
}

const char *hg_i2c_text(uint32_t error) {
  switch (error) {
    case 0u:
      return "fine";
    case HG_I2C_NO_ANSWER:
      return "no answer";
    case HG_I2C_TIMEOUT:
      return "timed out";
    case HG_I2C_ARBITRATION:
      return "a line was low that should be high";
    case HG_I2C_MISPLACED:
      return "START or STOP within a byte";
    case HG_I2C_BUS_BUSY:
      return "the bus is busy or held";
    case HG_I2C_STUCK:
      return "a line stays low";
    case HG_I2C_TOO_LONG:
      return "too many bytes for one transfer";
    default:
      return "unknown";
  }
}
