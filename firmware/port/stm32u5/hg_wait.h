/* Bounded waits for hardware: a flag that never comes is a trap or a refusal, not a hang. */
#ifndef HG_WAIT_H
#define HG_WAIT_H

#include <stdbool.h>
#include <stdint.h>

/* More than 30 ms at 160 MHz: longer than any flag here may take. */
#define HG_WAIT_TURNS 1000000u

/* Waits until the bits of mask read value; returns whether they did. */
static inline bool hg_wait(const volatile uint32_t *reg, uint32_t mask, uint32_t value) {
  for (uint32_t turn = 0; turn < HG_WAIT_TURNS; turn++) {
    if ((*reg & mask) == value) {
      return true;
    }
  }
  return false;
}

/* For what the machine cannot run without. */
static inline void hg_require(const volatile uint32_t *reg, uint32_t mask, uint32_t value) {
  if (!hg_wait(reg, mask, value)) {
    __builtin_trap();
  }
}

#endif
