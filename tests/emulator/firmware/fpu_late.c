/* Switches the FPU on in the very block that uses it. */
#include "chip.h"

int main(void) {
  clock_160_mhz();
  uart_init();
  uint32_t result;
  __asm volatile(
      "ldr r1, [%1]\n"
      "orr r1, r1, #0xF00000\n"
      "str r1, [%1]\n"
      "vmov.f32 s0, #2.0\n"
      "vadd.f32 s0, s0, s0\n"
      "vmov %0, s0\n"
      : "=r"(result)
      : "r"(&SCB_CPACR)
      : "r1", "s0", "memory");
  return (int)result;
}
