/* A trap: collect the registers, then hand over to the app on a stack that is surely there. */
#include "hg_app.h"
#include "hg_core.h"
#include "hg_handlers.h"
#include "hg_linker.h"
#include "hg_registers.h"

#define HG_FAULT_STACK_SIZE 1024
#define HG_TEXT_OF(NUMBER) #NUMBER
#define HG_TEXT(NUMBER) HG_TEXT_OF(NUMBER)

/* Armv8-M, B3.19: what the core pushes on exception entry, in words. */
enum {
  HG_FRAME_R0 = 0,
  HG_FRAME_R12 = 4,
  HG_FRAME_LR = 5,
  HG_FRAME_PC = 6,
  HG_FRAME_XPSR = 7,
  HG_FRAME_WORDS = 8,
  HG_FRAME_WORDS_FPU = 26,
};
#define HG_EXC_RETURN_NO_FPU (1u << 4) /* EXC_RETURN.FType */
#define HG_XPSR_ALIGNED (1u << 9)      /* one more word was pushed to align the stack */

/* The trap may come from a full stack. Not static: only assembly names it. */
extern _Alignas(8) uint8_t hg_fault_stack[HG_FAULT_STACK_SIZE];
_Alignas(8) uint8_t hg_fault_stack[HG_FAULT_STACK_SIZE];

_Noreturn void hg_fault_report(const uint32_t *frame, uint32_t exc_return);

__attribute__((naked)) void hg_fault_entry(void) {
  __asm volatile(
      "cpsid i\n"
      "tst   lr, #4\n" /* EXC_RETURN.SPSEL: the stack that was in use */
      "ite   eq\n"
      "mrseq r0, msp\n"
      "mrsne r0, psp\n"
      "mov   r1, lr\n"
      "movs  r2, #0\n"
      "msr   msplim, r2\n"
      "ldr   r2, =hg_fault_stack + " HG_TEXT(HG_FAULT_STACK_SIZE) "\n"
      "msr   msp, r2\n"
      "ldr   r2, =hg_fault_report\n"
      "bx    r2\n");
}

__attribute__((used)) _Noreturn void hg_fault_report(const uint32_t *frame, uint32_t exc_return) {
  hg_fault_t fault = {
      .exception = hg_core_exception(),
      .cfsr = SCB_CFSR,
      .hfsr = SCB_HFSR,
      .mmfar = SCB_MMFAR,
      .bfar = SCB_BFAR,
      .sp = (uint32_t)(uintptr_t)frame,
      .exc_return = exc_return,
  };
  /* Where the stack itself was the trouble there is no frame to read. */
  if (frame >= _sstack && frame + HG_FRAME_WORDS <= _estack) {
    const uint32_t words =
        (exc_return & HG_EXC_RETURN_NO_FPU) ? HG_FRAME_WORDS : HG_FRAME_WORDS_FPU;
    for (uint32_t i = 0; i < 4u; i++) {
      fault.r[i] = frame[HG_FRAME_R0 + i];
    }
    fault.r12 = frame[HG_FRAME_R12];
    fault.lr = frame[HG_FRAME_LR];
    fault.pc = frame[HG_FRAME_PC];
    fault.xpsr = frame[HG_FRAME_XPSR];
    fault.sp += 4u * (words + ((fault.xpsr & HG_XPSR_ALIGNED) ? 1u : 0u));
  }
  hg_app_crash(&fault);
}
