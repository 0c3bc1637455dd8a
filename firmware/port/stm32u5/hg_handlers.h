/* Entries of the vector table. */
#ifndef HG_HANDLERS_H
#define HG_HANDLERS_H

void SystemInit(void);
void Reset_Handler(void);
void SysTick_Handler(void);
void TIM2_IRQHandler(void);
void USART1_IRQHandler(void);

/* Every fault, and every interrupt that has no handler. */
void hg_fault_entry(void);

#endif
