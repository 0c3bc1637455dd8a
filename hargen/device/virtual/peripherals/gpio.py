"""GPIO ports A to I: mode, alternate function, output and input levels (RM0456, GPIO)."""

from __future__ import annotations

from collections.abc import Callable

from hargen.device.virtual.registers import ALL, Peripheral, Reporter

GPIO_BASE, GPIO_STRIDE = 0x4202_0000, 0x400
PORTS = "ABCDEFGHI"
MODER, OTYPER, OSPEEDR, PUPDR, IDR, ODR, BSRR = 0x00, 0x04, 0x08, 0x0C, 0x10, 0x14, 0x18
AFRL, AFRH, BRR, HSLVR = 0x20, 0x24, 0x28, 0x2C

MODE_OUTPUT, MODE_ALTERNATE, MODE_ANALOG = 1, 2, 3
MODE_NAMES = ("input", "output", "alternate function", "analog")
PULL_UP = 1
RESETS = {  # the debug port's pins come up connected
    "A": {MODER: 0xABFF_FFFF, OSPEEDR: 0x0C00_0000, PUPDR: 0x6400_0000},
    "B": {MODER: 0xFFFF_FEBF, PUPDR: 0x0000_0100},
}
PIN_BITS = 0xFFFF
OUTPUTS = MODER, OTYPER, ODR


class Gpio(Peripheral):
    """One port.

    Attributes:
        driven: pins that something outside drives, with their level.
        on_output: called when what the pins drive may have changed.
    """

    def __init__(self, port: str, report: Reporter) -> None:
        base = GPIO_BASE + GPIO_STRIDE * PORTS.index(port)
        super().__init__(f"GPIO{port}", base, report)
        self.driven: dict[int, bool] = {}
        self.on_output: Callable[[], None] = lambda: None
        resets = {MODER: ALL} | RESETS.get(port, {})
        for offset, name, bits in (
            (MODER, "MODER", ALL),
            (OTYPER, "OTYPER", PIN_BITS),
            (OSPEEDR, "OSPEEDR", ALL),
            (PUPDR, "PUPDR", ALL),
            (ODR, "ODR", PIN_BITS),
            (AFRL, "AFRL", ALL),
            (AFRH, "AFRH", ALL),
            (HSLVR, "HSLVR", PIN_BITS),
        ):
            self.define(
                offset,
                name,
                reset=resets.get(offset, 0),
                writable=bits,
                read_only=ALL,
                write=self._write_output(offset, bits) if offset in OUTPUTS else None,
            )
        self.define(IDR, "IDR", read=self._read_idr, read_only=ALL)
        self.define(BSRR, "BSRR", write=self._write_bsrr)
        self.define(BRR, "BRR", write=self._write_brr)

    def function(self, pin: int) -> tuple[int, int]:
        """Return a pin's mode (index of MODE_NAMES) and its alternate function."""
        mode = self.values[MODER] >> 2 * pin & 3
        alternate = self.values[AFRH if pin >= 8 else AFRL] >> 4 * (pin & 7) & 15
        return mode, alternate

    def describe(self, pin: int) -> str:
        """Return a pin's function in words."""
        mode, alternate = self.function(pin)
        suffix = f" {alternate}" if mode == MODE_ALTERNATE else ""
        return f"P{self.name[-1]}{pin} is {MODE_NAMES[mode]}{suffix}"

    def is_open_drain(self, pin: int) -> bool:
        """Tell whether a pin only pulls its line low, and lets it go else."""
        return bool(self.values[OTYPER] >> pin & 1)

    def drives(self, pin: int) -> bool | None:
        """Return the level that a pin puts on its line as an output, None where it puts none."""
        mode, _ = self.function(pin)
        if mode != MODE_OUTPUT:
            return None
        level = bool(self.values[ODR] >> pin & 1)
        return None if level and self.is_open_drain(pin) else level

    def reset(self) -> None:
        """Let go of all pins."""
        super().reset()
        self.on_output()

    def _read_idr(self) -> int:
        levels = 0
        for pin in range(16):
            level = self.drives(pin)
            if self.function(pin)[0] == MODE_ANALOG:
                level = False  # nothing is read of it
            elif level is None:
                pulled_up = self.values[PUPDR] >> 2 * pin & 3 == PULL_UP
                level = self.driven.get(pin, pulled_up)
            levels |= level << pin
        return levels

    def _write_output(self, offset: int, bits: int) -> Callable[[int], None]:
        def write(value: int) -> None:
            self.store(offset, value, bits, ALL)
            self.on_output()

        return write

    def _write_bsrr(self, value: int) -> None:
        self.values[ODR] = self.values[ODR] & ~(value >> 16) | value & PIN_BITS
        self.on_output()

    def _write_brr(self, value: int) -> None:
        self.values[ODR] &= ~(value & PIN_BITS)
        self.on_output()
