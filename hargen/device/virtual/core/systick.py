"""SysTick: a 24-bit down-counter of the core clock, and its exception.

Armv8-M Architecture Reference Manual (DDI 0553), B11; the external reference is HCLK/8 (RM0456,
RCC, SYSTICKSEL 0).
"""

from __future__ import annotations

from collections.abc import Callable

from hargen.device.virtual.core.nvic import SYS_TICK, Nvic
from hargen.device.virtual.counter import NEVER
from hargen.device.virtual.registers import ALL, Peripheral
from hargen.device.virtual.timeline import Timeline

CSR, RVR, CVR, CALIB = 0x10, 0x14, 0x18, 0x1C
ENABLE, TICKINT, CLKSOURCE, COUNTFLAG = 1, 1 << 1, 1 << 2, 1 << 16
RELOAD_MASK = 0xFF_FFFF
EXTERNAL_DIVIDER = 8


class SysTick:
    """The counter, kept as the time of its next wrap.

    Args:
        scs: the system control space, in which the registers appear.
        nvic: where the exception becomes pending.
        timeline: the time.
        be_exact: asks that the access be the first of its block, so that the time is exact.
    """

    def __init__(
        self, scs: Peripheral, nvic: Nvic, timeline: Timeline, be_exact: Callable[[], bool]
    ) -> None:
        self._scs = scs
        self._nvic = nvic
        self._timeline = timeline
        self._be_exact = be_exact
        self._wrap = NEVER  # when the counter next reaches 0
        self._wrapped = False
        scs.define(CSR, "SYST_CSR", read=self._read_control, write=self._write_control)
        scs.define(RVR, "SYST_RVR", writable=RELOAD_MASK)
        scs.define(CVR, "SYST_CVR", read=self._read_current, write=self._write_current)
        scs.define(CALIB, "SYST_CALIB", read_only=ALL)

    def reset(self) -> None:
        """Stop the counter."""
        self._wrap = NEVER
        self._wrapped = False

    def advance(self, now: int) -> None:
        """Wrap as often as the time asks, and make the exception pending."""
        if now < self._wrap:
            return
        period = self._period()
        self._wrap = now + period - (now - self._wrap) % period if period else NEVER
        self._wrapped = True
        if self._scs.values[CSR] & TICKINT:
            self._nvic.pend(SYS_TICK)

    def next_interrupt(self) -> int:
        """Return when the exception next becomes pending, or NEVER."""
        return self._wrap if self._scs.values[CSR] & TICKINT else NEVER

    def _tick(self) -> int:
        return 1 if self._scs.values[CSR] & CLKSOURCE else EXTERNAL_DIVIDER

    def _period(self) -> int:
        reload = self._scs.values[RVR]
        return (reload + 1) * self._tick() if reload else 0

    def _read_control(self) -> int:
        self.advance(self._timeline.now)
        value = self._scs.values[CSR] | (COUNTFLAG if self._wrapped else 0)
        self._wrapped = False
        if not value & COUNTFLAG:
            self._timeline.polled(self._scs.base + CSR, self._wrap)
        return value

    def _write_control(self, value: int) -> None:
        was_on = self._scs.values[CSR] & ENABLE
        self._scs.values[CSR] = value & (ENABLE | TICKINT | CLKSOURCE)
        if not value & ENABLE:
            self._wrap = NEVER
        elif not was_on:
            self._restart()
        self._timeline.look_soon()

    def _read_current(self) -> int:
        self._be_exact()
        if self._wrap == NEVER:
            return self._scs.values[CVR]
        now = self._timeline.now
        self.advance(now)
        return (self._wrap - now) // self._tick() & RELOAD_MASK

    def _write_current(self, _value: int) -> None:
        self._scs.values[CVR] = 0
        self._wrapped = False
        if self._scs.values[CSR] & ENABLE:
            self._restart()
            self._timeline.look_soon()

    def _restart(self) -> None:
        # from 0 the counter first loads RVR, then counts it down
        period = self._period()
        self._wrap = self._timeline.now + period if period else NEVER
