/* The few instructions that C cannot say. */
#ifndef HG_CORE_H
#define HG_CORE_H

#include <stdint.h>

static inline void hg_core_interrupts_off(void) {
  __asm volatile("cpsid i" ::: "memory");
}

static inline void hg_core_interrupts_on(void) {
  __asm volatile("cpsie i" ::: "memory");
}

/* Returns at once if an interrupt is pending, masked or not. */
static inline void hg_core_wait_for_interrupt(void) {
  __asm volatile("dsb\n wfi" ::: "memory");
}

static inline void hg_core_synchronize(void) {
  __asm volatile("dsb\n isb" ::: "memory");
}

/* Keeps the compiler from moving accesses to memory across: an interrupt may come in between. */
static inline void hg_core_order(void) {
  __asm volatile("" ::: "memory");
}

/* A stack that would grow below the limit traps instead (UsageFault, STKOF). */
static inline void hg_core_set_stack_limit(const uint32_t *limit) {
  __asm volatile("msr msplim, %0" ::"r"(limit));
}

static inline uint32_t *hg_core_stack_pointer(void) {
  uint32_t *pointer;
  __asm volatile("mov %0, sp" : "=r"(pointer));
  return pointer;
}

/* The number of the exception that is being handled. */
static inline uint32_t hg_core_exception(void) {
  uint32_t number;
  __asm volatile("mrs %0, ipsr" : "=r"(number));
  return number;
}

#endif
