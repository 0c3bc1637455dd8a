"""The peripherals of the STM32U585 that the board models, one file each (reference: RM0456)."""
