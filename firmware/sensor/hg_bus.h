/* What a driver of a sensor needs of the bus that it is on, and of time. */
#ifndef HG_BUS_H
#define HG_BUS_H

#include <stdint.h>

/* Functions that transfer return 0, or a code that only the bus knows: the driver keeps it for who
 * wants to say what went wrong. All end in bounded time.
 */
typedef struct {
  /* Reads or writes size registers, at most 252, of a device from the given one on. */
  uint32_t (*read)(uint8_t device, uint8_t reg, uint8_t *data, uint32_t size);
  uint32_t (*write)(uint8_t device, uint8_t reg, const uint8_t *data, uint32_t size);
  /* Frees the bus from a device that holds it. */
  uint32_t (*recover)(void);
  /* Microseconds modulo 2^32, asleep or awake. */
  uint32_t (*time_us)(void);
  /* What a code of the above means, for people. */
  const char *(*text)(uint32_t error);
} hg_bus_t;

#endif
