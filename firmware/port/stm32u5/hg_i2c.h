/* I2C2 on PH4 and PH5, 400 kHz at most: registers of devices with 7-bit addresses, by polling.
 *
 * Every wait is bounded in core cycles: a byte takes 23 us, a call that fails ends within 2 ms of
 * the byte that did not come. Functions return 0 or an hg_i2c_error_t.
 */
#ifndef HG_I2C_H
#define HG_I2C_H

#include <stdint.h>

typedef enum {
  HG_I2C_NO_ANSWER = 1,   /* the address or a byte was not acknowledged */
  HG_I2C_TIMEOUT = 2,     /* a byte or the end of the transfer did not come */
  HG_I2C_ARBITRATION = 3, /* a line was low that should be high */
  HG_I2C_MISPLACED = 4,   /* START or STOP within a byte */
  HG_I2C_BUS_BUSY = 5,    /* a line is held low, or another controller is at work */
  HG_I2C_STUCK = 6,       /* a line stays low after nine clocks */
  HG_I2C_TOO_LONG = 7,    /* more bytes than one transfer takes */
} hg_i2c_error_t;

/* Bytes of one transfer. */
#define HG_I2C_MAX_SIZE 255u

/* Clocks, pins and timing; the bus is cleared should a device hold it. Needs the cycle counter. */
uint32_t hg_i2c_init(void);

/* Reads size registers from the given one on; device is the 7-bit address. */
uint32_t hg_i2c_read(uint8_t device, uint8_t reg, uint8_t *data, uint32_t size);

/* Writes size registers, 254 at most, from the given one on. */
uint32_t hg_i2c_write(uint8_t device, uint8_t reg, const uint8_t *data, uint32_t size);

/* Frees a bus that a device holds: up to nine clocks and a STOP by hand (UM10204, bus clear), then
 * the peripheral anew.
 */
uint32_t hg_i2c_recover(void);

/* What an error of this bus means, for people. */
const char *hg_i2c_text(uint32_t error);

#endif
