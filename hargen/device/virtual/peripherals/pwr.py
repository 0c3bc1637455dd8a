"""PWR: the core's voltage range, the booster that high clocks need, the supply (RM0456, PWR)."""

from __future__ import annotations

from collections.abc import Callable

from hargen.device.virtual.registers import ALL, Peripheral, Reporter, Rewind
from hargen.device.virtual.timeline import Timeline
from hargen.device.virtual.violations import Rule

PWR_BASE = 0x4602_0800
CR3, VOSR, SVMCR, DBPR, UCPDR, SVMSR = 0x08, 0x0C, 0x10, 0x28, 0x2C, 0x3C

VOS_SHIFT, VOS_MASK = 16, 3 << 16
BOOSTEN, BOOSTRDY, VOSRDY = 1 << 18, 1 << 14, 1 << 15
REGSEL, FSTEN = 1 << 1, 1 << 2
REGS, ACTVOSRDY = 1 << 1, 1 << 15
IO2SV = 1 << 29

# orders of magnitude, so that a wait that is left out shows
SCALING_SECONDS = 20e-6
BOOSTER_SECONDS = 50e-6
REGULATOR_SECONDS = 10e-6

BOOSTER_MIN_HZ, BOOSTER_MAX_HZ = 4_000_000, 16_000_000


class Pwr(Peripheral):
    """Voltage scaling and supply.

    Args:
        report: where violations go.
        timeline: the time.
        booster_clock: returns the booster's clock in Hz, 0 where it has none.
        on_change: called with the register's address after a change, to check the clock.
    """

    def __init__(
        self,
        report: Reporter,
        timeline: Timeline,
        booster_clock: Callable[[], int],
        on_change: Callable[[int], None],
    ) -> None:
        super().__init__("PWR", PWR_BASE, report)
        self._timeline = timeline
        self._booster_clock = booster_clock
        self._on_change = on_change
        self._scaled = 0  # when the voltage that was asked for is there
        self._range_before = 4
        self._boosted = 0
        self._regulated = 0
        self.define(VOSR, "VOSR", read=self._read_vosr, write=self._write_vosr)
        self.define(CR3, "CR3", write=self._write_cr3)
        self.define(SVMCR, "SVMCR", writable=IO2SV)
        self.define(DBPR, "DBPR", writable=1)
        self.define(UCPDR, "UCPDR", writable=3)
        self.define(SVMSR, "SVMSR", read_only=ALL, read=self._read_svmsr)

    def reset(self) -> None:
        """Back to range 4 without booster, supplied by the linear regulator."""
        super().reset()
        self._scaled = self._boosted = self._regulated = 0

    def voltage_range(self) -> int:
        """Return the voltage range in force, 1 (highest) to 4; during a change the lower one."""
        wanted = _range_of(self.values[VOSR])
        return wanted if self._timeline.now >= self._scaled else max(wanted, self._range_before)

    def is_boosted(self) -> bool:
        """Tell whether the booster is on and ready."""
        if not self.values[VOSR] & BOOSTEN or self._timeline.now < self._boosted:
            return False
        clock = self._booster_clock()
        return self.voltage_range() <= 2 and BOOSTER_MIN_HZ <= clock <= BOOSTER_MAX_HZ

    def _read_vosr(self) -> int:
        value = self.values[VOSR]
        if self._timeline.now >= self._scaled:
            value |= VOSRDY
        else:
            self._timeline.polled(self.base + VOSR, self._scaled)
        if self.is_boosted():
            value |= BOOSTRDY
        elif value & BOOSTEN:
            self._timeline.polled(self.base + VOSR, self._boosted)
        return value

    def _write_vosr(self, value: int) -> None:
        old = self.values[VOSR]
        starts_booster = value & BOOSTEN and not old & BOOSTEN
        if starts_booster:
            self._check_booster_clock()
        self.store(VOSR, value, VOS_MASK | BOOSTEN, BOOSTRDY | VOSRDY)
        now = self._timeline.now
        if (old ^ value) & VOS_MASK:
            self._range_before = _range_of(old)
            self._scaled = now + self._timeline.cycles_of(SCALING_SECONDS)
        if starts_booster:
            self._boosted = now + self._timeline.cycles_of(BOOSTER_SECONDS)
        try:
            self._on_change(self.base + VOSR)
        except Rewind:
            self.values[VOSR] = old
            raise

    def _check_booster_clock(self) -> None:
        clock = self._booster_clock()
        if clock and not BOOSTER_MIN_HZ <= clock <= BOOSTER_MAX_HZ:
            cause = f"the booster's clock is {clock / 1e6:g} MHz, it needs 4 to 16 MHz"
            self.report(Rule.BOOSTER, cause, self.base + VOSR)

    def _write_cr3(self, value: int) -> None:
        if (self.values[CR3] ^ value) & REGSEL:
            self._regulated = self._timeline.now + self._timeline.cycles_of(REGULATOR_SECONDS)
        self.store(CR3, value, REGSEL | FSTEN, 0)

    def _read_svmsr(self) -> int:
        now = self._timeline.now
        value = 4 - self.voltage_range() << VOS_SHIFT
        value |= ACTVOSRDY if now >= self._scaled else 0
        regulator = REGS if self.values[CR3] & REGSEL else 0
        value |= regulator if now >= self._regulated else regulator ^ REGS
        ready = max(self._scaled, self._regulated)
        if now < ready:
            self._timeline.polled(self.base + SVMSR, ready)
        return value


def _range_of(vosr: int) -> int:
    return 4 - (vosr >> VOS_SHIFT & 3)
