/* Waits for a booster that has no clock. */
#include "chip.h"

int main(void) {
  RCC_AHB3ENR |= 1u << 2;
  (void)RCC_AHB3ENR;
  PWR_VOSR = 7u << 16;
  while (!(PWR_VOSR & (1u << 14))) {
  }
  return 0;
}
