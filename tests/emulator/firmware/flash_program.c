/* Erases and programs the last page of bank 2, as a firmware keeps its settings. */
#include "chip.h"

#define PAGE 127u
#define ADDRESS 0x081FE000u

static void unlock(void) {
  FLASH_NSKEYR = 0x45670123u;
  FLASH_NSKEYR = 0xCDEF89ABu;
}

static void wait_idle(void) {
  while (FLASH_NSSR & (1u << 16)) {
  }
}

static uint32_t status(void) {
  const uint32_t flags = FLASH_NSSR & 0xFFu;
  FLASH_NSSR = flags;
  return flags;
}

int main(void) {
  clock_160_mhz();
  uart_init();
  cycle_counter_start();
  send_line(R(ADDRESS + 4u)); /* what an earlier start left */

  unlock();
  FLASH_NSCR = 1u << 1 | PAGE << 3 | 1u << 11;
  const uint32_t before = DWT_CYCCNT;
  FLASH_NSCR |= 1u << 16;
  wait_idle();
  send_line(DWT_CYCCNT - before > 160000u); /* an erase takes more than a millisecond */
  send_line(status());
  send_line(R(ADDRESS + 4u));

  FLASH_NSCR = 1; /* PG */
  const uint32_t words[4] = {0x11111111u, 0x22222222u, 0x33333333u, 0x44444444u};
  R(ADDRESS) = words[0];
  /* the forms that compilers use: one word, two, with the address moved on */
  __asm volatile("strd %1, %2, [%0, #4]\n" ::"r"(ADDRESS), "r"(words[1]), "r"(words[2]) : "memory");
  volatile uint32_t *last = (volatile uint32_t *)(ADDRESS + 8u);
  __asm volatile("str %1, [%0, #4]!\n" : "+r"(last) : "r"(words[3]) : "memory");
  wait_idle();
  send_line(status());
  send_line((uint32_t)(uintptr_t)last);
  send_line(R(ADDRESS + 4u));
  send_line(R(ADDRESS + 12u));
#ifdef TWICE
  for (uint32_t i = 0; i < 4u; i++) {
    R(ADDRESS + 4u * i) = 0;
  }
  send_line(status());
  send_line(R(ADDRESS + 4u));
#endif
#ifdef HALF
  *(volatile uint16_t *)(ADDRESS + 16u) = 1;
  send_line(status());
#endif
#ifdef WITHOUT_PG
  FLASH_NSCR = 0;
  R(ADDRESS + 16u) = 1;
  send_line(status());
#endif
  FLASH_NSCR = 1u << 31;
  return (int)(FLASH_NSCR >> 31);
}
