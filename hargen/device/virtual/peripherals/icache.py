"""ICACHE: the instruction cache, on or off (RM0456, ICACHE). It changes no timing here."""

from __future__ import annotations

from hargen.device.virtual.registers import ALL, Peripheral, Reporter

ICACHE_BASE = 0x4003_0400
CR, SR, IER, FCR = 0x00, 0x04, 0x08, 0x0C
EN, CACHEINV, WAYSEL = 1 << 0, 1 << 1, 1 << 2
BSYENDF = 1 << 1


class Icache(Peripheral):
    """The cache's control; invalidation is over at once. Its monitors are not modelled."""

    def __init__(self, report: Reporter) -> None:
        super().__init__("ICACHE", ICACHE_BASE, report)
        self.define(CR, "CR", reset=WAYSEL, write=self._write_cr)
        self.define(SR, "SR", read_only=ALL)
        self.define(IER, "IER")
        self.define(FCR, "FCR", write=self._write_fcr)
        self.cleared_by_ones.add(FCR)

    def _write_cr(self, value: int) -> None:
        self.store(CR, value & ~CACHEINV, EN | WAYSEL, 0)
        if value & CACHEINV:
            self.values[SR] |= BSYENDF

    def _write_fcr(self, value: int) -> None:
        self.values[SR] &= ~(value & BSYENDF)
