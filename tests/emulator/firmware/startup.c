/* Vector table and reset of the test firmwares; -DNO_FPU leaves the FPU off. */
#include "chip.h"

extern uint32_t _estack, _sidata, _sdata, _edata, _sbss, _ebss;
void Reset_Handler(void);
void fault_report(const uint32_t *frame);

static void unexpected(void) {
  sleep_for_ever();
}

#define WEAK __attribute__((weak, alias("unexpected")))
WEAK void USART1_Handler(void);
WEAK void SysTick_Handler(void);
WEAK void SVC_Handler(void);
WEAK void PendSV_Handler(void);
WEAK void EXTI13_Handler(void);
WEAK void IRQ0_Handler(void);
WEAK void IRQ1_Handler(void);
WEAK void BusFault_Handler(void);
WEAK void UsageFault_Handler(void);

typedef void (*vector_t)(void);
__attribute__((section(".isr_vector"), used, aligned(1024))) const vector_t vectors[142] = {
    [0] = (vector_t)(uintptr_t)&_estack,
    [1] = Reset_Handler,
    [2] = unexpected,
    [3] = HardFault_Handler,
    [4] = unexpected,
    [5] = BusFault_Handler,
    [6] = UsageFault_Handler,
    [7 ... 10] = unexpected,
    [11] = SVC_Handler,
    [12 ... 13] = unexpected,
    [14] = PendSV_Handler,
    [15] = SysTick_Handler,
    [16] = IRQ0_Handler,
    [17] = IRQ1_Handler,
    [18 ... 39] = unexpected,
    [40] = EXTI13_Handler,
    [41 ... 76] = unexpected,
    [77] = USART1_Handler,
    [78 ... 141] = unexpected,
};

/* F pc CFSR HFSR BFAR, if the serial port works by then */
__attribute__((used)) void fault_report(const uint32_t *frame) {
  if ((RCC_APB2ENR & (1u << 14)) && (USART1_CR1 & 1u)) {
    send_text("F ");
    send_hex(frame[6]);
    send_byte(' ');
    send_hex(SCB_CFSR);
    send_byte(' ');
    send_hex(SCB_HFSR);
    send_byte(' ');
    send_hex(SCB_BFAR);
    send_byte('\n');
    send_flush();
  }
  sleep_for_ever();
}

__attribute__((weak, naked)) void HardFault_Handler(void) {
  __asm volatile("mrs r0, msp\n movs r1, #0\n msr msplim, r1\n b fault_report");
}

__attribute__((used)) void Reset_Handler(void) {
#ifndef NO_FPU
  SCB_CPACR |= 0xFu << 20;
  __asm volatile("dsb\n isb");
#endif
  const uint32_t *from = &_sidata;
  for (uint32_t *to = &_sdata; to < &_edata;) {
    *to++ = *from++;
  }
  for (uint32_t *to = &_sbss; to < &_ebss;) {
    *to++ = 0;
  }
  send_line((uint32_t)main());
  send_flush();
  sleep_for_ever();
}
