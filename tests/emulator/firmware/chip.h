/* What the test firmwares share: registers of the STM32U585 and a few lines to reach the host. */
#ifndef CHIP_H
#define CHIP_H

#include <stdint.h>

#define R(ADDRESS) (*(volatile uint32_t *)(ADDRESS))

#define RCC_CR R(0x46020C00u)
#define RCC_CFGR1 R(0x46020C1Cu)
#define RCC_CFGR2 R(0x46020C20u)
#define RCC_PLL1CFGR R(0x46020C28u)
#define RCC_PLL1DIVR R(0x46020C34u)
#define RCC_APB2RSTR R(0x46020C7Cu)
#define RCC_AHB2ENR1 R(0x46020C8Cu)
#define RCC_AHB3ENR R(0x46020C94u)
#define RCC_APB2ENR R(0x46020CA4u)
#define RCC_CCIPR1 R(0x46020CE0u)
#define RCC_CSR R(0x46020CF4u)
#define PWR_CR3 R(0x46020808u)
#define PWR_VOSR R(0x4602080Cu)
#define PWR_SVMSR R(0x4602083Cu)
#define FLASH_ACR R(0x40022000u)
#define FLASH_NSKEYR R(0x40022008u)
#define FLASH_NSSR R(0x40022020u)
#define FLASH_NSCR R(0x40022028u)
#define ICACHE_CR R(0x40030400u)
#define ICACHE_SR R(0x40030404u)
#define GPIOA_MODER R(0x42020000u)
#define GPIOA_AFRH R(0x42020024u)
#define GPIOC_IDR R(0x42020810u)
#define GPIOH_MODER R(0x42021C00u)
#define GPIOH_IDR R(0x42021C10u)
#define GPIOH_ODR R(0x42021C14u)
#define GPIOH_BSRR R(0x42021C18u)
#define USART1_CR1 R(0x40013800u)
#define USART1_CR2 R(0x40013804u)
#define USART1_CR3 R(0x40013808u)
#define USART1_BRR R(0x4001380Cu)
#define USART1_RTOR R(0x40013814u)
#define USART1_RQR R(0x40013818u)
#define USART1_ISR R(0x4001381Cu)
#define USART1_ICR R(0x40013820u)
#define USART1_RDR R(0x40013824u)
#define USART1_TDR R(0x40013828u)
#define DBGMCU_IDCODE R(0xE0044000u)
#define SYST_CSR R(0xE000E010u)
#define SYST_RVR R(0xE000E014u)
#define SYST_CVR R(0xE000E018u)
#define NVIC_ISER(N) R(0xE000E100u + 4u * (N))
#define NVIC_ICER(N) R(0xE000E180u + 4u * (N))
#define NVIC_ISPR(N) R(0xE000E200u + 4u * (N))
#define NVIC_PRIORITY(IRQ) (*(volatile uint8_t *)(0xE000E400u + (IRQ)))
#define SCB_ICSR R(0xE000ED04u)
#define SCB_VTOR R(0xE000ED08u)
#define SCB_AIRCR R(0xE000ED0Cu)
#define SCB_SHPR3 R(0xE000ED20u)
#define SCB_SHCSR R(0xE000ED24u)
#define SCB_CFSR R(0xE000ED28u)
#define SCB_HFSR R(0xE000ED2Cu)
#define SCB_BFAR R(0xE000ED38u)
#define SCB_CPACR R(0xE000ED88u)
#define SCB_DEMCR R(0xE000EDFCu)
#define DWT_CTRL R(0xE0001000u)
#define DWT_CYCCNT R(0xE0001004u)

#define TXFNF (1u << 7)
#define TC (1u << 6)
#define RXFNE (1u << 5)
#define IDLE (1u << 4)
#define ORE (1u << 3)
#define FIFO_UE_RE_TE ((1u << 29) | 1u | (1u << 2) | (1u << 3))
#define USART1_IRQ 61u

/* Each test firmware has one of these; what it returns is sent as a line, then the core sleeps. */
int main(void);

/* system.c */
void clock_160_mhz(void);
void uart_pins(void);
void uart_start(uint32_t divisor);
void uart_init(void); /* pins and 115200 baud at 160 MHz */
void cycle_counter_start(void);
void send_byte(uint8_t byte);
void send_text(const char *text);
void send_hex(uint32_t value); /* 8 digits */
void send_line(uint32_t value);
void send_flush(void);
uint8_t receive_byte(void);

/* startup.c: weak, so that a firmware can bring its own */
void USART1_Handler(void);
void SysTick_Handler(void);
void SVC_Handler(void);
void PendSV_Handler(void);
void EXTI13_Handler(void);
void IRQ0_Handler(void);
void IRQ1_Handler(void);
void HardFault_Handler(void);
void BusFault_Handler(void);
void UsageFault_Handler(void);

static inline void sleep_for_ever(void) {
  for (;;) {
    __asm volatile("wfi");
  }
}

#endif
