"""The frequencies that follow from the RCC's registers, and what silicon allows of them.

RM0456: RCC clock control register and the PLL1 registers; limits from the chapters on PLLs, voltage
scaling and flash read access latency (the table of ST's stm32u5xx_hal_rcc.c where they differ).
"""

from __future__ import annotations

from dataclasses import dataclass

HSI_HZ = 16_000_000
LSE_HZ = 32_768
MSI_HZ = (
    48_000_000,
    24_000_000,
    16_000_000,
    12_000_000,
    4_000_000,
    2_000_000,
    1_333_333,
    1_000_000,
    3_072_000,
    1_536_000,
    1_024_000,
    768_000,
    400_000,
    200_000,
    133_333,
    100_000,
)

PLL_INPUT_HZ = 4_000_000, 16_000_000
PLL_INPUT_RANGE_HIGH = 3
PLL_VCO_HZ = 128_000_000, 544_000_000
HCLK_MAX_HZ = 160_000_000
BOOSTER_FROM_HZ = 55_000_000

# highest HCLK in MHz by voltage range, for 0, 1, 2 ... wait states
WAIT_STATE_LIMITS_MHZ = {
    1: (32, 64, 96, 128, 160),
    2: (25, 50, 75, 100),
    3: (12.5, 25, 37.5, 50),
    4: (8, 16, 24),
}
BOOSTER_DIVIDERS = (1, 2, 4, 6, 8, 10, 12, 14, 16)


@dataclass(frozen=True, slots=True)
class Pll:
    """PLL1 as its registers say: input, multiplier and divider for SYSCLK.

    Attributes:
        source_hz: the clock that is selected, 0 where none is.
        m, n, r: the divider before the PLL, its multiplier, the divider to SYSCLK.
        input_range: PLL1RGE, 3 for 8 to 16 MHz, else for 4 to 8 MHz.
    """

    source_hz: int
    m: int
    n: int
    r: int
    input_range: int

    @property
    def input_hz(self) -> int:
        """The frequency that the PLL multiplies."""
        return self.source_hz // self.m

    @property
    def vco_hz(self) -> int:
        """The frequency of its oscillator."""
        return self.source_hz * self.n // self.m

    @property
    def output_hz(self) -> int:
        """The frequency that it gives SYSCLK."""
        return self.vco_hz // self.r

    def problem(self) -> str | None:
        """Return why silicon would not run it, or None."""
        if not self.source_hz:
            return "it has no input clock"
        if not PLL_INPUT_HZ[0] <= self.input_hz <= PLL_INPUT_HZ[1]:
            return f"its input is {self.input_hz / 1e6:g} MHz, it needs 4 to 16 MHz"
        low, high = (8, 16) if self.input_range == PLL_INPUT_RANGE_HIGH else (4, 8)
        if not low * 1e6 <= self.input_hz <= high * 1e6:
            return f"its input is {self.input_hz / 1e6:g} MHz, PLL1RGE says {low} to {high} MHz"
        if not PLL_VCO_HZ[0] <= self.vco_hz <= PLL_VCO_HZ[1]:
            return f"its VCO is at {self.vco_hz / 1e6:g} MHz, it needs 128 to 544 MHz"
        if self.output_hz > HCLK_MAX_HZ:
            return f"it gives {self.output_hz / 1e6:g} MHz, the chip runs at 160 MHz at most"
        return None


def highest_hz(voltage_range: int, wait_states: int) -> float:
    """Return the highest HCLK for a voltage range (1 to 4) and flash wait states."""
    limits = WAIT_STATE_LIMITS_MHZ[voltage_range]
    return limits[min(wait_states, len(limits) - 1)] * 1e6


def range_limit_hz(voltage_range: int) -> float:
    """Return the highest HCLK of a voltage range with any wait states."""
    return WAIT_STATE_LIMITS_MHZ[voltage_range][-1] * 1e6


def ahb_divider(field: int) -> int:
    """Return the divider that CFGR2.HPRE means."""
    return 1 if field < 8 else (2, 4, 8, 16, 64, 128, 256, 512)[field - 8]


def apb_divider(field: int) -> int:
    """Return the divider that a PPRE field means."""
    return 1 if field < 4 else 2 << (field - 4)


def prescaler_divider(field: int) -> int:
    """Return the divider that USART_PRESC means."""
    return (1, 2, 4, 6, 8, 10, 12, 16, 32, 64, 128, 256)[min(field, 11)]
