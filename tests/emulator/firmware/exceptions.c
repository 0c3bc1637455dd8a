/* Exceptions as the architecture has them; each line that is sent is one observation. */
#include "chip.h"

uint32_t kept_across(volatile uint32_t *reg, uint32_t value);

static volatile uint32_t exc_return;
static volatile float scratch = 1.5f;
static volatile uint32_t order; /* handlers write their digit from the right */
static volatile uint32_t svc_number;
static volatile uint32_t active;

static void note(uint32_t digit) {
  order = order << 4 | digit;
}

__attribute__((noinline)) static void trash(void) {
  __asm volatile(
      "mov r0, #0\n mov r1, #0\n mov r2, #0\n mov r3, #0\n mov r12, #0\n"
      "msr apsr_nzcvqg, r0\n" ::
          : "r0", "r1", "r2", "r3", "r12", "cc");
  scratch = scratch * scratch + 0.25f; /* S registers, FPSCR */
  __asm volatile(
      "vmov.f32 s0, #1.0\n vmov.f32 s1, #1.0\n vmov.f32 s2, #1.0\n vmov.f32 s14, #1.0\n"
      "vmov.f32 s15, #1.0\n" ::
          : "s0", "s1", "s2", "s14", "s15");
}

/* keeps EXC_RETURN, then goes on as a plain function */
#define ENTER(NAME, BODY)                                                                   \
  __attribute__((used)) void BODY(void);                                                    \
  __attribute__((naked)) void NAME(void) {                                                  \
    __asm volatile("ldr r0, =exc_return_address\n ldr r0, [r0]\n str lr, [r0]\n b " #BODY); \
  }
volatile uint32_t *const exc_return_address __attribute__((used)) = &exc_return;

ENTER(IRQ0_Handler, irq0)
ENTER(SVC_Handler, svc)

void irq0(void) {
  note(0xA);
  active = SCB_ICSR & 0x1FFu;
  trash();
  NVIC_ISPR(0) = 1u << 1; /* more urgent: before this one ends */
  __asm volatile("dsb\n isb");
  note(0xB);
}

void IRQ1_Handler(void) {
  note(1);
  if (order == 0x1u) {
    NVIC_ISPR(0) = 1u << 0; /* less urgent: after this one */
    __asm volatile("dsb\n isb");
    note(2);
  }
}

void PendSV_Handler(void) {
  note(0xE);
}

void svc(void) {
  note(0xC);
  SCB_ICSR = 1u << 28; /* PendSV, the least urgent */
  __asm volatile("dsb\n isb");
  note(0xD);
}

__attribute__((naked)) void BusFault_Handler(void) {
  __asm volatile(
      "ldr r0, [sp, #24]\n adds r0, r0, #2\n str r0, [sp, #24]\n" /* the load has 2 bytes */
      "bx lr\n");
}

static void show(void) {
  send_line(order);
  send_line(exc_return);
  order = 0;
  exc_return = 0;
}

__attribute__((naked, noinline)) static uint32_t call_on_process_stack(void) {
  __asm volatile(
      "push {r4, lr}\n"
      "ldr r0, =process_stack_end\n ldr r0, [r0]\n msr psp, r0\n"
      "movs r0, #2\n msr control, r0\n isb\n"
      "mov r4, sp\n svc #1\n cmp r4, sp\n ite eq\n moveq r4, #1\n movne r4, #0\n"
      "movs r0, #0\n msr control, r0\n isb\n"
      "mov r0, r4\n pop {r4, pc}\n");
}
static uint64_t process_stack[64];
void *const process_stack_end __attribute__((used)) = process_stack + 64;

__attribute__((naked, noinline)) static uint32_t call_unaligned(void) {
  __asm volatile(
      "push {r4, lr}\n sub sp, sp, #4\n mov r4, sp\n svc #2\n"
      "cmp r4, sp\n ite eq\n moveq r0, #1\n movne r0, #0\n add sp, sp, #4\n pop {r4, pc}\n");
}

int main(void) {
  clock_160_mhz();
  uart_init();
  NVIC_PRIORITY(0) = 0x40;
  NVIC_PRIORITY(1) = 0x20;
  SCB_SHPR3 = 0x00F00000u; /* PendSV */
  NVIC_ISER(0) = 3u;

  send_line(kept_across(&NVIC_ISPR(0), 1u << 0)); /* FP context: FP frame */
  send_line(active);
  show();

  __asm volatile("mrs r0, control\n bic r0, r0, #4\n msr control, r0\n isb" ::: "r0");
  NVIC_ISPR(0) = 1u << 0; /* no FP context: basic frame */
  __asm volatile("dsb\n isb");
  show();

  NVIC_ISPR(0) = 1u << 1; /* IRQ1 asks for IRQ0 */
  __asm volatile("dsb\n isb");
  show();

  __asm volatile("cpsid i");
  NVIC_ISPR(0) = 1u << 0;
  __asm volatile("dsb\n isb\n wfi"); /* pending wakes, masked or not */
  note(7);
  __asm volatile("cpsie i\n isb");
  show();

  __asm volatile("msr basepri, %0\n isb" ::"r"(0x30u));
  NVIC_ISPR(0) = 1u << 0;
  __asm volatile("dsb\n isb");
  note(7);
  NVIC_ISPR(0) = 1u << 1;
  __asm volatile("dsb\n isb");
  note(8);
  __asm volatile("msr basepri, %0\n isb" ::"r"(0u));
  show();

  send_line(call_on_process_stack());
  show();
  send_line(call_unaligned());
  show();

  SCB_SHCSR |= 1u << 17;
  uint32_t loaded = 0x600D;
  __asm volatile("ldr %0, [%1]" : "+l"(loaded) : "l"(0x60000000u));
  send_line(loaded);
  send_line(SCB_CFSR);
  send_line(SCB_BFAR);
  SCB_CFSR = SCB_CFSR;
  return (int)SCB_CFSR;
}
