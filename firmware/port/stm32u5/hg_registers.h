/* The registers of the STM32U5 and its Cortex-M33 that this port uses, and no others.
 *
 * Names are those of the manuals: RM0456 (STM32U5 reference manual; the register's section has the
 * title that stands at its block here) and the Armv8-M Architecture Reference Manual (DDI 0553).
 * Addresses are the non-secure ones: TrustZone is off, as the factory leaves it.
 */
#ifndef HG_REGISTERS_H
#define HG_REGISTERS_H

#include <stdint.h>

#define HG_REGISTER(ADDRESS) (*(volatile uint32_t *)(ADDRESS))

/* RCC: Reset and clock control */
#define RCC_CR HG_REGISTER(0x46020C00u) /* clock control register */
#define RCC_CR_HSION (1u << 8)
#define RCC_CR_HSIRDY (1u << 10)
#define RCC_CR_PLL1ON (1u << 24)
#define RCC_CR_PLL1RDY (1u << 25)
#define RCC_CFGR1 HG_REGISTER(0x46020C1Cu) /* clock configuration register 1 */
#define RCC_CFGR1_SW_PLL1 3u
#define RCC_CFGR1_SW_MASK 3u
#define RCC_CFGR1_SWS_PLL1 (3u << 2)
#define RCC_CFGR1_SWS_MASK (3u << 2)
#define RCC_PLL1CFGR HG_REGISTER(0x46020C28u) /* PLL1 configuration register */
#define RCC_PLL1CFGR_SRC_HSI 2u
#define RCC_PLL1CFGR_RGE_8_TO_16_MHZ (3u << 2)
#define RCC_PLL1CFGR_M(DIVISOR) (((DIVISOR) - 1u) << 8)
#define RCC_PLL1CFGR_MBOOST_DIV1 (0u << 12)
#define RCC_PLL1CFGR_REN (1u << 18)
#define RCC_PLL1DIVR HG_REGISTER(0x46020C34u) /* PLL1 dividers register: fields hold value - 1 */
#define RCC_PLL1DIVR_N(FACTOR) (((FACTOR) - 1u) << 0)
#define RCC_PLL1DIVR_P(DIVISOR) (((DIVISOR) - 1u) << 9)
#define RCC_PLL1DIVR_Q(DIVISOR) (((DIVISOR) - 1u) << 16)
#define RCC_PLL1DIVR_R(DIVISOR) (((DIVISOR) - 1u) << 24)
#define RCC_APB2RSTR HG_REGISTER(0x46020C7Cu) /* APB2 peripheral reset register */
#define RCC_AHB2ENR1 HG_REGISTER(0x46020C8Cu) /* AHB2 peripheral clock enable register 1 */
#define RCC_AHB2ENR1_GPIOAEN (1u << 0)
#define RCC_AHB2ENR1_GPIOHEN (1u << 7)
#define RCC_AHB3ENR HG_REGISTER(0x46020C94u) /* AHB3 peripheral clock enable register */
#define RCC_AHB3ENR_PWREN (1u << 2)
#define RCC_APB1ENR1 HG_REGISTER(0x46020C9Cu) /* APB1 peripheral clock enable register 1 */
#define RCC_APB1ENR1_TIM2EN (1u << 0)
#define RCC_APB1ENR1_I2C2EN (1u << 22)
#define RCC_APB2ENR HG_REGISTER(0x46020CA4u) /* APB2 peripheral clock enable register */
#define RCC_APB2_USART1 (1u << 14)           /* the same bit in APB2RSTR and APB2ENR */
#define RCC_CCIPR1 HG_REGISTER(0x46020CE0u)  /* peripherals independent clock configuration 1 */
#define RCC_CCIPR1_USART1SEL_MASK 3u
#define RCC_CCIPR1_USART1SEL_PCLK2 0u
#define RCC_CCIPR1_I2C2SEL_MASK (3u << 12)
#define RCC_CCIPR1_I2C2SEL_PCLK1 (0u << 12)
#define RCC_CSR HG_REGISTER(0x46020CF4u) /* control/status register */
#define RCC_CSR_RMVF (1u << 23)
#define RCC_CSR_OBLRSTF (1u << 25)
#define RCC_CSR_PINRSTF (1u << 26)
#define RCC_CSR_BORRSTF (1u << 27)
#define RCC_CSR_SFTRSTF (1u << 28)
#define RCC_CSR_IWDGRSTF (1u << 29)
#define RCC_CSR_WWDGRSTF (1u << 30)
#define RCC_CSR_LPWRRSTF (1u << 31)

/* PWR: Power control */
#define PWR_CR3 HG_REGISTER(0x46020808u) /* control register 3 */
#define PWR_CR3_REGSEL_SMPS (1u << 1)
#define PWR_VOSR HG_REGISTER(0x4602080Cu) /* voltage scaling register */
#define PWR_VOSR_BOOSTRDY (1u << 14)
#define PWR_VOSR_VOSRDY (1u << 15)
#define PWR_VOSR_VOS_RANGE1 (3u << 16)
#define PWR_VOSR_BOOSTEN (1u << 18)
#define PWR_SVMSR HG_REGISTER(0x4602083Cu) /* supply voltage monitoring status register */
#define PWR_SVMSR_REGS (1u << 1)
#define PWR_SVMSR_ACTVOSRDY (1u << 15)

/* FLASH: Embedded flash memory */
#define FLASH_ACR HG_REGISTER(0x40022000u) /* access control register */
#define FLASH_ACR_LATENCY_MASK 15u
#define FLASH_ACR_PRFTEN (1u << 8)

/* ICACHE: Instruction cache */
#define ICACHE_CR HG_REGISTER(0x40030400u) /* control register */
#define ICACHE_CR_EN (1u << 0)
#define ICACHE_SR HG_REGISTER(0x40030404u) /* status register */
#define ICACHE_SR_BUSYF (1u << 0)

/* GPIO: General-purpose I/Os; ports A and H */
#define GPIOA_MODER HG_REGISTER(0x42020000u)   /* mode register, 2 bits a pin */
#define GPIOA_OSPEEDR HG_REGISTER(0x42020008u) /* output speed register, 2 bits a pin */
#define GPIOA_PUPDR HG_REGISTER(0x4202000Cu)   /* pull-up/pull-down register, 2 bits a pin */
#define GPIOA_AFRH HG_REGISTER(0x42020024u)    /* alternate function high register, pins 8 to 15 */
#define GPIOH_MODER HG_REGISTER(0x42021C00u)
#define GPIOH_OTYPER HG_REGISTER(0x42021C04u) /* output type register: 1 is open drain */
#define GPIOH_PUPDR HG_REGISTER(0x42021C0Cu)
#define GPIOH_IDR HG_REGISTER(0x42021C10u)  /* input data register */
#define GPIOH_BSRR HG_REGISTER(0x42021C18u) /* bit set/reset register */
#define GPIOH_AFRL HG_REGISTER(0x42021C20u) /* alternate function low register, pins 0 to 7 */
#define GPIO_MODE_OUTPUT 1u
#define GPIO_MODE_ALTERNATE 2u
#define GPIO_PULL_UP 1u
#define GPIO_SPEED_HIGH 2u

/* USART1: Universal synchronous/asynchronous receiver transmitter, FIFO mode */
#define USART1_CR1 HG_REGISTER(0x40013800u) /* control register 1 */
#define USART_CR1_UE (1u << 0)
#define USART_CR1_RE (1u << 2)
#define USART_CR1_TE (1u << 3)
#define USART_CR1_IDLEIE (1u << 4)
#define USART_CR1_FIFOEN (1u << 29)
#define USART1_CR3 HG_REGISTER(0x40013808u) /* control register 3 */
#define USART_CR3_RXFTCFG_3_4 (3u << 25)
#define USART_CR3_RXFTIE (1u << 28)
#define USART1_BRR HG_REGISTER(0x4001380Cu) /* baud rate register */
#define USART1_ISR HG_REGISTER(0x4001381Cu) /* interrupt and status register */
#define USART_ISR_FE (1u << 1)
#define USART_ISR_NE (1u << 2)
#define USART_ISR_ORE (1u << 3)
#define USART_ISR_IDLE (1u << 4)
#define USART_ISR_RXFNE (1u << 5)
#define USART_ISR_TC (1u << 6)
#define USART_ISR_TEACK (1u << 21)
#define USART_ISR_REACK (1u << 22)
#define USART_ISR_TXFE (1u << 23)
#define USART_ISR_RXFT (1u << 26)
#define USART1_ICR HG_REGISTER(0x40013820u) /* interrupt flag clear register: the bits of ISR */
#define USART1_RDR HG_REGISTER(0x40013824u) /* receive data register */
#define USART1_TDR HG_REGISTER(0x40013828u) /* transmit data register */
#define USART1_IRQ 61u
#define USART_FIFO_DEPTH 8u

/* I2C2: Inter-integrated circuit interface, as controller */
#define I2C2_CR1 HG_REGISTER(0x40005800u) /* control register 1 */
#define I2C_CR1_PE (1u << 0)
#define I2C2_CR2 HG_REGISTER(0x40005804u) /* control register 2 */
#define I2C_CR2_SADD(ADDRESS) ((uint32_t)(ADDRESS) << 1)
#define I2C_CR2_RD_WRN (1u << 10)
#define I2C_CR2_START (1u << 13)
#define I2C_CR2_NBYTES(COUNT) ((uint32_t)(COUNT) << 16)
#define I2C_CR2_AUTOEND (1u << 25)
#define I2C2_TIMINGR HG_REGISTER(0x40005810u) /* timing register: fields hold value - 1 */
#define I2C_TIMINGR_SCLL(STEPS) (((STEPS) - 1u) << 0)
#define I2C_TIMINGR_SCLH(STEPS) (((STEPS) - 1u) << 8)
#define I2C_TIMINGR_SDADEL(STEPS) ((STEPS) << 16) /* but this one */
#define I2C_TIMINGR_SCLDEL(STEPS) (((STEPS) - 1u) << 20)
#define I2C_TIMINGR_PRESC(DIVISOR) (((DIVISOR) - 1u) << 28)
#define I2C2_ISR HG_REGISTER(0x40005818u) /* interrupt and status register */
#define I2C_ISR_TXE (1u << 0)
#define I2C_ISR_TXIS (1u << 1)
#define I2C_ISR_RXNE (1u << 2)
#define I2C_ISR_NACKF (1u << 4)
#define I2C_ISR_STOPF (1u << 5)
#define I2C_ISR_TC (1u << 6)
#define I2C_ISR_BERR (1u << 8)
#define I2C_ISR_ARLO (1u << 9)
#define I2C_ISR_BUSY (1u << 15)
#define I2C2_ICR HG_REGISTER(0x4000581Cu)  /* interrupt clear register: the bits of ISR */
#define I2C2_RXDR HG_REGISTER(0x40005824u) /* receive data register */
#define I2C2_TXDR HG_REGISTER(0x40005828u) /* transmit data register */

/* TIM2: General-purpose timers */
#define TIM2_CR1 HG_REGISTER(0x40000000u) /* control register 1 */
#define TIM_CR1_CEN (1u << 0)
#define TIM2_DIER HG_REGISTER(0x4000000Cu) /* DMA/interrupt enable register */
#define TIM_DIER_CC1IE (1u << 1)
#define TIM2_SR HG_REGISTER(0x40000010u) /* status register: writing a 0 clears a flag */
#define TIM_SR_CC1IF (1u << 1)
#define TIM2_EGR HG_REGISTER(0x40000014u) /* event generation register */
#define TIM_EGR_UG (1u << 0)
#define TIM2_CNT HG_REGISTER(0x40000024u)  /* counter */
#define TIM2_PSC HG_REGISTER(0x40000028u)  /* prescaler */
#define TIM2_CCR1 HG_REGISTER(0x40000034u) /* capture/compare register 1 */
#define TIM2_IRQ 45u

/* Device electronic signature: Unique device ID, 96 bits */
#define UID_WORD(INDEX) HG_REGISTER(0x0BFA0700u + 4u * (INDEX))

/* Armv8-M, B11 and D1.2: SysTick, NVIC, System Control Block, DWT */
#define SYST_CSR HG_REGISTER(0xE000E010u) /* SysTick control and status */
#define SYST_CSR_ENABLE (1u << 0)
#define SYST_CSR_TICKINT (1u << 1)
#define SYST_CSR_CLKSOURCE_CORE (1u << 2)
#define SYST_RVR HG_REGISTER(0xE000E014u) /* reload value */
#define SYST_CVR HG_REGISTER(0xE000E018u) /* current value */
#define NVIC_ISER(IRQ) HG_REGISTER(0xE000E100u + (IRQ) / 32u * 4u)
#define SCB_VTOR HG_REGISTER(0xE000ED08u)
#define SCB_AIRCR HG_REGISTER(0xE000ED0Cu)
#define SCB_AIRCR_SYSRESETREQ (0x05FA0000u | 1u << 2)
#define SCB_CFSR HG_REGISTER(0xE000ED28u)
#define SCB_HFSR HG_REGISTER(0xE000ED2Cu)
#define SCB_MMFAR HG_REGISTER(0xE000ED34u)
#define SCB_BFAR HG_REGISTER(0xE000ED38u)
#define SCB_CPACR HG_REGISTER(0xE000ED88u)
#define SCB_CPACR_FPU_FULL (0xFu << 20)
#define SCB_DEMCR HG_REGISTER(0xE000EDFCu)
#define SCB_DEMCR_TRCENA (1u << 24)
#define DWT_CTRL HG_REGISTER(0xE0001000u)
#define DWT_CTRL_CYCCNTENA (1u << 0)
#define DWT_CYCCNT HG_REGISTER(0xE0001004u)

#endif
