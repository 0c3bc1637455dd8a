"""DBGMCU: which device this is (RM0456, Debug support)."""

from __future__ import annotations

from hargen.device.virtual.registers import ALL, Peripheral, Reporter

DBGMCU_BASE = 0xE004_4000
IDCODE, CR = 0x00, 0x04
FREEZES = (0x08, 0x0C, 0x10, 0x14, 0x20, 0x28)
DEVICE_STM32U575_U585 = 0x482
REVISION = 0x3001


class Dbgmcu(Peripheral):
    """The identity code; what else it controls matters to a debugger only."""

    def __init__(self, report: Reporter) -> None:
        super().__init__("DBGMCU", DBGMCU_BASE, report)
        identity = REVISION << 16 | DEVICE_STM32U575_U585
        self.define(IDCODE, "IDCODE", reset=identity, read_only=ALL)
        self.define(CR, "CR", writable=ALL)
        for offset in FREEZES:
            self.define(offset, f"FZR_{offset:#x}", writable=ALL)
