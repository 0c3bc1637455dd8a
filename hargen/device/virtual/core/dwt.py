"""The cycle counter of the Data Watchpoint and Trace unit, exact to the instruction.

Armv8-M Architecture Reference Manual (DDI 0553), DWT. The counter stands still while the core
sleeps, as the core's clock does then.
"""

from __future__ import annotations

from collections.abc import Callable

from hargen.device.virtual.core.scb import DEMCR, TRCENA
from hargen.device.virtual.registers import ALL, Peripheral, Reporter
from hargen.device.virtual.timeline import Timeline

DWT_BASE = 0xE000_1000
CTRL, CYCCNT, LAR, LSR = 0x0, 0x4, 0xFB0, 0xFB4
CYCCNTENA = 1
FOUR_COMPARATORS = 4 << 28


class Dwt(Peripheral):
    """DWT_CTRL and DWT_CYCCNT.

    Args:
        report: where violations go.
        scs: the system control space, for DEMCR.TRCENA.
        timeline: the time.
        be_exact: asks that the access be the first of its block, so that the time is exact.
    """

    size = 0x1000

    def __init__(
        self,
        report: Reporter,
        scs: Peripheral,
        timeline: Timeline,
        be_exact: Callable[[], bool],
    ) -> None:
        super().__init__("DWT", DWT_BASE, report)
        self._scs = scs
        self._timeline = timeline
        self._be_exact = be_exact
        self._zero = 0  # the time at which a running counter was 0
        self._held = 0  # the value of a stopped one
        self._running = False
        self._before = (False, 0, 0)  # running, zero, held before an access that is made again
        self.define(
            CTRL,
            "CTRL",
            reset=FOUR_COMPARATORS,
            writable=CYCCNTENA,
            write=self._write_control,
        )
        self.define(CYCCNT, "CYCCNT", read=self._read_count, write=self._write_count)
        self.define(LAR, "LAR", read_only=ALL)  # no lock on this core; old start-up code writes it
        self.define(LSR, "LSR", read_only=ALL)

    def reset(self) -> None:
        """Stop the counter."""
        super().reset()
        self._running = False
        self._held = 0

    def update(self) -> None:
        """Start or stop the counter after a change of its enables."""
        on = bool(self.values[CTRL] & CYCCNTENA and self._scs.values[DEMCR] & TRCENA)
        if on == self._running:
            return
        if on:
            self._zero = self._core_time() - self._held
        else:
            self._held = self._core_time() - self._zero
        self._running = on

    def _core_time(self) -> int:
        return self._timeline.now - self._timeline.asleep

    def _write_control(self, value: int) -> None:
        if self._be_exact():
            self._running, self._zero, self._held = self._before
        else:
            self._before = self._running, self._zero, self._held
        self.store(CTRL, value, CYCCNTENA, 0)
        self.update()

    def _read_count(self) -> int:
        if not self._running:
            return self._held & ALL
        self._be_exact()
        return self._core_time() - self._zero & ALL

    def _write_count(self, value: int) -> None:
        self._be_exact()
        if self._running:
            self._zero = self._core_time() - value
        else:
            self._held = value
