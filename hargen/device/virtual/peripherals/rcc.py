"""RCC: oscillators, PLL1, the clocks of the core and the buses, peripheral clocks, reset causes.

RM0456, RCC. The board's MSIS, MSIK and HSI16 can run, and PLL1 from them. There is no HSE on the
board, and no PLL2, PLL3, HSI48 or fraction in this model.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hargen.device.virtual.peripherals import clock_tree
from hargen.device.virtual.peripherals.clock_tree import Pll
from hargen.device.virtual.registers import ALL, Bus, Peripheral, Reporter
from hargen.device.virtual.timeline import Timeline
from hargen.device.virtual.violations import Rule

RCC_BASE = 0x4602_0C00
CR, ICSCR1, ICSCR2, ICSCR3 = 0x00, 0x08, 0x0C, 0x10
CFGR1, CFGR2, CFGR3, PLL1CFGR, PLL1DIVR, PLL1FRACR = 0x1C, 0x20, 0x24, 0x28, 0x34, 0x38
CIER, CIFR, CICR = 0x50, 0x54, 0x58
CCIPR1, CCIPR2, CCIPR3, BDCR, CSR = 0xE0, 0xE4, 0xE8, 0xF0, 0xF4
RESETS = {
    "AHB1RSTR": 0x60,
    "AHB2RSTR1": 0x64,
    "AHB2RSTR2": 0x68,
    "AHB3RSTR": 0x6C,
    "APB1RSTR1": 0x74,
    "APB1RSTR2": 0x78,
    "APB2RSTR": 0x7C,
    "APB3RSTR": 0x80,
}
ENABLES = {
    "AHB1ENR": (0x88, 0xD020_0100),
    "AHB2ENR1": (0x8C, 0xC000_0000),
    "AHB2ENR2": (0x90, 0),
    "AHB3ENR": (0x94, 0x8000_0000),
    "APB1ENR1": (0x9C, 0),
    "APB1ENR2": (0xA0, 0),
    "APB2ENR": (0xA4, 0),
    "APB3ENR": (0xA8, 0),
}
SLEEP_ENABLES = {
    "AHB1SMENR": 0xB0,
    "AHB2SMENR1": 0xB4,
    "AHB2SMENR2": 0xB8,
    "AHB3SMENR": 0xBC,
    "APB1SMENR1": 0xC4,
    "APB1SMENR2": 0xC8,
    "APB2SMENR": 0xCC,
    "APB3SMENR": 0xD0,
}

MSIS, MSIK, HSI, PLL1 = "MSIS", "MSIK", "HSI16", "PLL1"
ON_BITS = {MSIS: 1 << 0, MSIK: 1 << 4, HSI: 1 << 8, PLL1: 1 << 24}
READY_BITS = {MSIS: 1 << 2, MSIK: 1 << 5, HSI: 1 << 10, PLL1: 1 << 25}
ALL_READY_BITS = 0x2202_A424
START_SECONDS = {MSIS: 4e-6, MSIK: 4e-6, HSI: 3e-6, PLL1: 40e-6}  # orders of magnitude

CR_RESET = ON_BITS[MSIS] | ON_BITS[MSIK]
HSE = "HSE"  # the board has none: never ready
SYSCLK_SOURCES = (MSIS, HSI, HSE, PLL1)
PLL_SOURCES = ("", MSIS, HSI, HSE)
MSI_RANGE_FROM_ICSCR1 = 1 << 23
PLL1REN = 1 << 18
ICSCR1_RESET, CSR_RANGES_RESET = 0x4400_0000, 0x0000_4400
CSR_RANGES, CSR_FLAGS, RMVF = 0xFF00, 0xFE00_0000, 1 << 23

PIN_RESET, POWER_RESET, SOFTWARE_RESET = 1 << 26, 1 << 27, 1 << 28


@dataclass(frozen=True, slots=True)
class OperatingPoint:
    """What limits the clock: voltage range (1 to 4), booster ready, flash wait states."""

    voltage_range: int
    boosted: bool
    wait_states: int


class Rcc(Peripheral):
    """Clocks and resets.

    Args:
        report: where violations go.
        timeline: the time; told of the core's frequency.
        bus: where peripherals' clocks are switched.
        operating_point: returns what limits the clock.
        on_clock: called after the core's or a peripheral's clock has changed.
    """

    def __init__(
        self,
        report: Reporter,
        timeline: Timeline,
        bus: Bus,
        operating_point: Callable[[], OperatingPoint],
        on_clock: Callable[[], None],
    ) -> None:
        super().__init__("RCC", RCC_BASE, report)
        self._timeline = timeline
        self._bus = bus
        self._operating_point = operating_point
        self._on_clock = on_clock
        self._gates: dict[tuple[int, int], Peripheral] = {}
        self._reset_bits: dict[tuple[int, int], Peripheral] = {}
        self._ready_at = dict.fromkeys(ON_BITS, 0)
        self._define_clocks()
        self._define_switches()

    def _define_clocks(self) -> None:
        on = sum(ON_BITS.values())
        self.define(CR, "CR", reset=CR_RESET, read=self._read_cr, write=self._write_cr)
        self._cr_writable = on
        self.define(ICSCR1, "ICSCR1", reset=ICSCR1_RESET, write=self._write_icscr1)
        self.define(ICSCR2, "ICSCR2", writable=0xF_FFFF)
        self.define(ICSCR3, "ICSCR3", reset=0x10_0000, writable=0x1F_0000, read_only=0xFFF)
        self.define(CFGR1, "CFGR1", read=self._read_cfgr1, write=self._write_cfgr1)
        self.define(CFGR2, "CFGR2", write=self._dividers(CFGR2, 0x77F))
        self.define(CFGR3, "CFGR3", write=self._dividers(CFGR3, 0x70))
        self.define(PLL1CFGR, "PLL1CFGR", write=self._write_pll1cfgr)
        self.define(PLL1DIVR, "PLL1DIVR", reset=0x0101_0280, write=self._write_pll1divr)
        self.define(PLL1FRACR, "PLL1FRACR")
        self.define(CIER, "CIER")
        self.define(CIFR, "CIFR", read_only=ALL)
        self.define(CICR, "CICR", read_only=ALL)
        self.define(CCIPR1, "CCIPR1", write=self._write_ccipr1)
        self.define(CCIPR2, "CCIPR2", writable=ALL)
        self.define(CCIPR3, "CCIPR3", writable=ALL)
        self.define(BDCR, "BDCR")
        self.define(CSR, "CSR", write=self._write_csr)

    def _define_switches(self) -> None:
        for name, offset in RESETS.items():
            self.define(offset, name, write=self._resets(offset))
        for name, (offset, reset) in ENABLES.items():
            self.define(offset, name, reset=reset, write=self._enables(offset))
        for name, offset in SLEEP_ENABLES.items():
            self.define(offset, name, reset=ALL, writable=ALL)

    def gate(self, peripheral: Peripheral, enable: str, bit: int) -> None:
        """Let a bit of an enable register clock a peripheral, and its twin reset it."""
        offset, _ = ENABLES[enable]
        self._gates[offset, bit] = peripheral
        self._reset_bits[RESETS[enable.replace("ENR", "RSTR")], bit] = peripheral

    def reset_by(self, cause: int) -> None:
        """Reset all registers; cause is added to the flags that software has not removed.

        Every reset pulls the chip's reset pin low too, so that its flag is set with each.
        """
        flags = 0 if cause == POWER_RESET else self.values[CSR] & CSR_FLAGS
        self.reset()
        self.values[CSR] = flags | cause | PIN_RESET | CSR_RANGES_RESET
        self._ready_at = dict.fromkeys(ON_BITS, 0)
        for peripheral in self._gates.values():
            self._bus.clock(peripheral, on=False)
        self._update()

    def is_ready(self, source: str) -> bool:
        """Tell whether an oscillator or PLL1 runs and has settled."""
        on = self.values[CR] & ON_BITS.get(source, 0)
        return bool(on) and self._timeline.now >= self._ready_at[source]

    def pll(self) -> Pll:
        """Return PLL1 as its registers describe it."""
        config, dividers = self.values[PLL1CFGR], self.values[PLL1DIVR]
        source = (0, self._msis_hz(), clock_tree.HSI_HZ, 0)[config & 3]
        return Pll(
            source_hz=source,
            m=(config >> 8 & 15) + 1,
            n=(dividers & 0x1FF) + 1,
            r=(dividers >> 24 & 0x7F) + 1,
            input_range=config >> 2 & 3,
        )

    def booster_hz(self) -> int:
        """Return the booster's clock: PLL1's input through its own divider; 0 for none."""
        config = self.values[PLL1CFGR]
        source = PLL_SOURCES[config & 3]
        if not source or not self.is_ready(source):
            return 0
        divider = clock_tree.BOOSTER_DIVIDERS[min(config >> 12 & 15, 8)]
        return self.pll().source_hz // divider

    def usart1_hz(self) -> int:
        """Return the clock from which USART1 makes its baud rate; 0 where it stands still."""
        match self.values[CCIPR1] & 3:
            case 0:
                return self.pclk2_hz()
            case 1:
                return self._sysclk_hz()
            case 2:
                return clock_tree.HSI_HZ if self.is_ready(HSI) else 0
            case _:
                return 0  # LSE is off

    def i2c2_hz(self) -> int:
        """Return the clock that I2C2's timing register divides; 0 where it stands still."""
        match self.values[CCIPR1] >> 12 & 3:
            case 0:
                return self.pclk1_hz()
            case 1:
                return self._sysclk_hz()
            case 2:
                return clock_tree.HSI_HZ if self.is_ready(HSI) else 0
            case _:
                return self._msik_hz() if self.is_ready(MSIK) else 0

    def pclk1_hz(self) -> int:
        """Return the clock of the bus of I2C2 and TIM2."""
        return self._timeline.hclk_hz // clock_tree.apb_divider(self.values[CFGR2] >> 4 & 7)

    def timer1_hz(self) -> int:
        """Return the clock of the timers on that bus: twice its own where that is divided."""
        divider = clock_tree.apb_divider(self.values[CFGR2] >> 4 & 7)
        return self._timeline.hclk_hz // max(1, divider // 2)

    def pclk2_hz(self) -> int:
        """Return the clock of the bus of USART1."""
        return self._timeline.hclk_hz // clock_tree.apb_divider(self.values[CFGR2] >> 8 & 7)

    def check(self, address: int) -> None:
        """Check the clock in force against wait states, voltage and booster."""
        self._check_hclk(self._hclk_hz(), address)

    def _msis_hz(self) -> int:
        if self.values[ICSCR1] & MSI_RANGE_FROM_ICSCR1:
            return clock_tree.MSI_HZ[self.values[ICSCR1] >> 28]
        return clock_tree.MSI_HZ[self.values[CSR] >> 12 & 15]

    def _msik_hz(self) -> int:
        if self.values[ICSCR1] & MSI_RANGE_FROM_ICSCR1:
            return clock_tree.MSI_HZ[self.values[ICSCR1] >> 24 & 15]
        return clock_tree.MSI_HZ[self.values[CSR] >> 8 & 15]

    def _sysclk_hz(self) -> int:
        match SYSCLK_SOURCES[self.values[CFGR1] & 3]:
            case "MSIS":
                return self._msis_hz()
            case "HSI16":
                return clock_tree.HSI_HZ
            case _:
                return self.pll().output_hz

    def _hclk_hz(self) -> int:
        return self._sysclk_hz() // clock_tree.ahb_divider(self.values[CFGR2] & 15)

    def _update(self) -> None:
        self._timeline.hclk_hz = self._hclk_hz()
        self._on_clock()

    def _check_hclk(self, hclk: int, address: int) -> None:
        point = self._operating_point()
        mhz = f"HCLK of {hclk / 1e6:g} MHz"
        if hclk > clock_tree.range_limit_hz(point.voltage_range):
            cause = f"{mhz} in voltage range {point.voltage_range}"
            self.report(Rule.VOLTAGE, cause, address)
        elif hclk > clock_tree.highest_hz(point.voltage_range, point.wait_states):
            cause = f"{mhz} with {point.wait_states} flash wait states"
            cause += f" in voltage range {point.voltage_range}"
            self.report(Rule.WAIT_STATES, cause, address)
        if hclk > clock_tree.BOOSTER_FROM_HZ and not point.boosted:
            cause = f"{mhz} while the booster (PWR_VOSR.BOOSTEN) is not ready"
            self.report(Rule.BOOSTER, cause, address)

    def _read_cr(self) -> int:
        value = self.values[CR]
        for source, bit in ON_BITS.items():
            if value & bit:
                if self.is_ready(source):
                    value |= READY_BITS[source]
                else:
                    self._timeline.polled(self.base + CR, self._ready_at[source])
        return value

    def _write_cr(self, value: int) -> None:
        old = self.values[CR]
        address = self.base + CR
        for source in self._sources_in_use():
            if old & ~value & ON_BITS[source]:
                self.report(Rule.CLOCK_SOURCE, f"{source} switched off while in use", address)
                value |= ON_BITS[source]
        if value & ~old & ON_BITS[PLL1]:
            self._check_pll(address)
        self.store(CR, value, self._cr_writable, ALL_READY_BITS)
        for source, bit in ON_BITS.items():
            if value & ~old & bit:
                settle = self._timeline.cycles_of(START_SECONDS[source])
                self._ready_at[source] = self._timeline.now + settle
        self._on_clock()

    def _sources_in_use(self) -> list[str]:
        sysclk = SYSCLK_SOURCES[self.values[CFGR1] & 3]
        source = PLL_SOURCES[self.values[PLL1CFGR] & 3]
        return [sysclk, source] if sysclk == PLL1 and source else [sysclk]

    def _check_pll(self, address: int) -> None:
        source = PLL_SOURCES[self.values[PLL1CFGR] & 3]
        if source and not self.is_ready(source):
            self.report(Rule.CLOCK_SOURCE, f"PLL1 started from {source}, not ready", address)
        problem = self.pll().problem()
        if problem:
            self.report(Rule.PLL, f"PLL1 cannot run: {problem}", address)

    def _write_icscr1(self, value: int) -> None:
        self.store(ICSCR1, value, 0xFF80_0000, 0x7F_FFFF)
        self._check_hclk(self._hclk_hz(), self.base + ICSCR1)
        self._update()

    def _read_cfgr1(self) -> int:
        value = self.values[CFGR1]
        return value | (value & 3) << 2

    def _write_cfgr1(self, value: int) -> None:
        source = SYSCLK_SOURCES[value & 3]
        address = self.base + CFGR1
        if value & 3 != self.values[CFGR1] & 3:
            if not self.is_ready(source):
                self.report(
                    Rule.CLOCK_SOURCE, f"SYSCLK switched to {source}, which is not ready", address
                )
                return
            if source == PLL1 and not self.values[PLL1CFGR] & PLL1REN:
                self.report(Rule.PLL, "SYSCLK switched to PLL1, whose PLL1REN is off", address)
                return
            hclk = self.pll().output_hz if source == PLL1 else 0
            self._check_hclk(hclk // clock_tree.ahb_divider(self.values[CFGR2] & 15), address)
        self.store(CFGR1, value, 3, 0xC)
        self._update()

    def _dividers(self, offset: int, writable: int) -> Callable[[int], None]:
        def write(value: int) -> None:
            self.store(offset, value, writable, 0)
            self._check_hclk(self._hclk_hz(), self.base + offset)
            self._update()

        return write

    def _write_pll1cfgr(self, value: int) -> None:
        changed = value ^ self.values[PLL1CFGR]
        address = self.base + PLL1CFGR
        if changed & ~(7 << 16) and self.values[CR] & ON_BITS[PLL1]:
            self.report(Rule.LOCKED_REGISTER, "PLL1 is configured while it is on", address)
            return
        if changed & 0xF000 and self._operating_point().boosted:
            self.report(Rule.LOCKED_REGISTER, "PLL1MBOOST written while the booster is on", address)
            return
        self.store(PLL1CFGR, value, 0x7_FF0F, 0)

    def _write_pll1divr(self, value: int) -> None:
        changed = value != self.values[PLL1DIVR]
        if changed and self.values[CR] & ON_BITS[PLL1]:
            cause = "PLL1 is configured while it is on"
            self.report(Rule.LOCKED_REGISTER, cause, self.base + PLL1DIVR)
            return
        self.store(PLL1DIVR, value, 0x7F7F_FFFF, 0)

    def _write_ccipr1(self, value: int) -> None:
        self.store(CCIPR1, value, ALL & ~(3 << 22), 0)
        self._on_clock()

    def _write_csr(self, value: int) -> None:
        if value & RMVF:
            self.values[CSR] &= ~CSR_FLAGS
        self.store(CSR, value, CSR_RANGES, CSR_FLAGS | RMVF)

    def _enables(self, offset: int) -> Callable[[int], None]:
        def write(value: int) -> None:
            self.values[offset] = value
            for (register, bit), peripheral in self._gates.items():
                if register == offset:
                    self._bus.clock(peripheral, on=bool(value >> bit & 1))

        return write

    def _resets(self, offset: int) -> Callable[[int], None]:
        def write(value: int) -> None:
            self.values[offset] = value
            for (register, bit), peripheral in self._reset_bits.items():
                if register == offset and value >> bit & 1:
                    peripheral.reset()

        return write
