"""TIM2: 32 bits that count up, freely or to ARR (RM0456, general-purpose timers).

Its prescaler, its period and its update flag; of its channels the first one's compare match, which
is its only interrupt. The match is the moment at which the counter steps onto CCR1: a CCR1 that is
written where the counter stands already waits for the next turn.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from hargen.device.virtual.counter import NEVER
from hargen.device.virtual.registers import ALL, Peripheral, Reporter
from hargen.device.virtual.timeline import Timeline

TIM2_BASE = 0x4000_0000
CR1, CR2, SMCR, DIER, SR, EGR = 0x00, 0x04, 0x08, 0x0C, 0x10, 0x14
CNT, PSC, ARR, CCR1 = 0x24, 0x28, 0x2C, 0x34
CEN, UG, UIF = 1 << 0, 1 << 0, 1 << 0
CC1IE = CC1IF = 1 << 1
TIM2_IRQ = 45


class Tim(Peripheral):
    """One timer.

    Args:
        report: where violations go.
        timeline: the time.
        clock_hz: returns the clock that PSC divides.
    """

    def __init__(self, report: Reporter, timeline: Timeline, clock_hz: Callable[[], int]) -> None:
        super().__init__("TIM2", TIM2_BASE, report)
        self._timeline = timeline
        self._clock_hz = clock_hz
        self._since = 0.0  # cycles: when the counter had the value `_count`
        self._count = 0
        self._divider = 1  # PSC takes effect with an update
        self._tick = 1.0  # cycles that a step takes
        self.define(CR1, "CR1", write=self._write_cr1)
        self.define(CR2, "CR2")
        self.define(SMCR, "SMCR")
        self.define(DIER, "DIER", write=self._write_dier)
        self.define(SR, "SR", read=self._read_sr, write=self._write_sr)
        self.define(EGR, "EGR", write=self._write_egr)
        self.define(CNT, "CNT", read=self._read_cnt, write=self._write_cnt)
        self.define(PSC, "PSC", writable=0xFFFF)
        self.define(ARR, "ARR", reset=ALL, write=self._write_arr)
        self.define(CCR1, "CCR1", write=self._write_ccr1)

    def reset(self) -> None:
        """Stop at 0."""
        super().reset()
        self._count, self._divider = 0, 1

    def retime(self) -> None:
        """Count at the clock in force from now on."""
        self._settle()
        self._tick = self._timeline.hclk_hz * self._divider / self._clock_hz()

    def advance(self) -> None:
        """Let a match happen that is due."""
        if self.values[DIER] & CC1IE:
            self._settle()

    def interrupt_line(self) -> bool:
        """Tell whether the interrupt is asked for."""
        return bool(self.values[DIER] & CC1IE and self.values[SR] & CC1IF)

    def next_interrupt(self) -> int:
        """Return when the match comes that asks for an interrupt, or NEVER."""
        values = self.values
        if not values[DIER] & CC1IE or values[SR] & CC1IF or not values[CR1] & CEN:
            return NEVER
        if values[CCR1] > values[ARR]:
            return NEVER
        return math.ceil(self._since + self._ticks_to_match() * self._tick)

    def _ticks_to_match(self) -> int:
        turn = self.values[ARR] + 1
        return (self.values[CCR1] - self._count) % turn or turn

    def _settle(self) -> None:
        """Bring the counter up to now."""
        now = self._timeline.now
        if not self.values[CR1] & CEN:
            self._since = float(now)
            return
        ticks = int((now - self._since) / self._tick)
        self._since += ticks * self._tick
        self._advance(ticks)

    def _advance(self, ticks: int) -> None:
        if self.values[CCR1] <= self.values[ARR] and ticks >= self._ticks_to_match():
            self.values[SR] |= CC1IF
        turns, self._count = divmod(self._count + ticks, self.values[ARR] + 1)
        if turns:
            self._update()

    def _update(self) -> None:
        self.values[SR] |= UIF
        self._divider = self.values[PSC] + 1
        self._tick = self._timeline.hclk_hz * self._divider / self._clock_hz()

    def _write_cr1(self, value: int) -> None:
        self._settle()
        self.store(CR1, value, CEN, 0)

    def _write_dier(self, value: int) -> None:
        self._settle()
        self.store(DIER, value, CC1IE, 0)
        self._timeline.look_soon()

    def _write_ccr1(self, value: int) -> None:
        self._settle()
        self.values[CCR1] = value
        self._timeline.look_soon()

    def _read_sr(self) -> int:
        self._settle()
        return self.values[SR]

    def _write_sr(self, value: int) -> None:
        self._settle()
        self.values[SR] &= value
        self._timeline.look_soon()

    def _write_egr(self, value: int) -> None:
        self._settle()
        self.store(EGR, value & ~UG, 0, 0)
        if value & UG:
            self._count = 0
            self._update()

    def _read_cnt(self) -> int:
        self._settle()
        return self._count

    def _write_cnt(self, value: int) -> None:
        self._settle()
        self._count = value

    def _write_arr(self, value: int) -> None:
        self._settle()
        self.values[ARR] = value
