/* From reset to main: vector table, FPU, painted stack, .data and .bss. */
#include "hg_core.h"
#include "hg_handlers.h"
#include "hg_linker.h"
#include "hg_registers.h"

#define HG_VECTORS 142u /* 16 of the core, 126 interrupts of the STM32U585 */

typedef union {
  void (*handler)(void);
  const void *stack;
} hg_vector_t;

#define F {hg_fault_entry}
#define F4 F, F, F, F
#define F16 F4, F4, F4, F4

/* VTOR drops the bits below the next power of two of the table's size. */
_Alignas(1024)
    __attribute__((section(".isr_vector"), used)) const hg_vector_t hg_vectors[HG_VECTORS] = {
        {.stack = _estack},
        {Reset_Handler},
        /* NMI, HardFault, MemManage, BusFault, UsageFault, SecureFault and what is reserved */
        F4,
        F4,
        F,
        F,
        /* 12 DebugMonitor, 13 reserved, 14 PendSV */
        F,
        F,
        F,
        {SysTick_Handler},
        /* interrupts 0 to 61 */
        F16,
        F16,
        F4,
        F4,
        F4,
        F,
        {TIM2_IRQHandler},
        F,
        F,
        F4,
        F4,
        F4,
        F,
        {USART1_IRQHandler},
        /* interrupts 62 to 125 */
        F16,
        F16,
        F16,
        F16,
};

int main(void);

void SystemInit(void) {
#if defined(__ARM_FP) /* compiled without: what touches the FPU after all is to trap */
  SCB_CPACR |= SCB_CPACR_FPU_FULL;
#endif
  SCB_VTOR = (uint32_t)(uintptr_t)hg_vectors;
  hg_core_synchronize();
}

/* volatile keeps these loops inline: a call would stand on the stack that is being painted. */
static void hg_fill(volatile uint32_t *first, const volatile uint32_t *end, uint32_t value) {
  while (first < end) {
    *first++ = value;
  }
}

static void hg_copy(volatile uint32_t *first, const volatile uint32_t *end, const uint32_t *from) {
  while (first < end) {
    *first++ = *from++;
  }
}

void Reset_Handler(void) {
  hg_core_set_stack_limit(_sstack);
  SystemInit();
  hg_fill(_sstack, hg_core_stack_pointer(), HG_STACK_PAINT);
  hg_copy(_sdata, _edata, _sidata);
  hg_fill(_sbss, _ebss, 0);
  main();
  hg_fault_entry();
}
