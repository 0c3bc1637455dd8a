"""What I2C_TIMINGR means: how long the clock is low and high, and whether a bus allows that.

RM0456, I2C: controller initialization; timing register. Limits of fast mode: the I2C-bus
specification (UM10204), characteristics of the SDA and SCL lines.
"""

from __future__ import annotations

from dataclasses import dataclass

RESERVED = 0xF << 24
LOW_MIN, HIGH_MIN, SETUP_MIN = 1.3e-6, 0.6e-6, 100e-9
SCL_MAX_HZ = 400e3
ANALOG_FILTER = 50e-9  # at least, on each edge that the controller looks at
SYNCHRONIZER_CLOCKS = 2  # at least, likewise
RISE = 300e-9  # the slowest edge that fast mode allows; falling ones are taken for instantaneous


@dataclass(frozen=True, slots=True)
class Timing:
    """TIMINGR at a kernel clock.

    Attributes:
        register: its value.
        kernel_hz: the clock that it divides, not 0.
        filtered: whether the analog filter is on.
    """

    register: int
    kernel_hz: int
    filtered: bool

    @property
    def _unit(self) -> float:
        return ((self.register >> 28) + 1) / self.kernel_hz

    @property
    def low(self) -> float:
        """Seconds for which the controller holds SCL low after it saw it fall."""
        return ((self.register & 0xFF) + 1) * self._unit

    @property
    def high(self) -> float:
        """Seconds for which it leaves SCL high after it saw it rise."""
        return ((self.register >> 8 & 0xFF) + 1) * self._unit

    @property
    def setup(self) -> float:
        """Seconds from SDA to the rising edge of SCL."""
        return ((self.register >> 20 & 0xF) + 1) * self._unit

    @property
    def period(self) -> float:
        """Seconds that a bit takes on a bus with slow edges."""
        seen = SYNCHRONIZER_CLOCKS / self.kernel_hz + (ANALOG_FILTER if self.filtered else 0)
        return self.low + self.high + 2 * seen + RISE

    def problem(self) -> str | None:
        """Return why a bus in fast mode would not stand it, or None."""
        if self.register & RESERVED:
            return f"I2C2_TIMINGR is {self.register:#010x}: bits 24 to 27 must be kept 0"
        if 1 / self.period > SCL_MAX_HZ:
            return f"SCL is at {1e-3 / self.period:.0f} kHz, fast mode ends at 400 kHz"
        for name, seconds, least in (
            ("low", self.low, LOW_MIN),
            ("high", self.high, HIGH_MIN),
        ):
            if seconds < least:
                needed = f"fast mode needs {least * 1e9:.0f}"
                return f"SCL is {name} for {seconds * 1e9:.0f} ns, {needed}"
        if self.setup < SETUP_MIN:
            return f"SDA is set up {self.setup * 1e9:.0f} ns before SCL rises, fast mode needs 100"
        return None
