"""FLASH: wait states, and the firmware's own erasing and programming (RM0456, FLASH).

The flash is two banks of 128 pages of 8 KiB. It is programmed in quad-words of 16 bytes, each once
after an erase. What the firmware writes is kept like what was flashed.
"""

from __future__ import annotations

import struct
from collections.abc import Callable

from hargen.device.virtual.memory import ERASED, FLASH_BASE, FLASH_SIZE, Region
from hargen.device.virtual.registers import ALL, Peripheral, Reporter, Rewind
from hargen.device.virtual.timeline import Timeline
from hargen.device.virtual.violations import Rule

FLASH_REGISTERS_BASE = 0x4002_2000
ACR, NSKEYR, NSSR, NSCR, OPTR = 0x00, 0x08, 0x20, 0x28, 0x40

LATENCY_MASK, PRFTEN = 0xF, 1 << 8
KEYS = 0x4567_0123, 0xCDEF_89AB
PROGERR, PGAERR, SIZERR, PGSERR = 1 << 3, 1 << 5, 1 << 6, 1 << 7
STATUS_FLAGS, BSY, WDW = 0x20FA, 1 << 16, 1 << 17
PG, PER, STRT, LOCK, OPTLOCK = 1 << 0, 1 << 1, 1 << 16, 1 << 31, 1 << 30
PNB_SHIFT, BKER = 3, 1 << 11
SELECT_BITS = PG | PER | 0x7F << PNB_SHIFT | BKER
OPTR_FACTORY = 0x1FEF_F8AA  # TrustZone off, no protection

PAGE_SIZE, BANK_SIZE = 0x2000, FLASH_SIZE // 2
QUAD_WORD = 16
ERASE_SECONDS, PROGRAM_SECONDS = 1.5e-3, 118e-6


class Flash(Peripheral):
    """The flash interface.

    Args:
        report: where violations go.
        timeline: the time.
        memory: the flash itself.
        on_latency: called with the register's address after the wait states were set.
        on_content: called with (address, size) after the flash has changed, to keep it.
    """

    def __init__(
        self,
        report: Reporter,
        timeline: Timeline,
        memory: Region,
        on_latency: Callable[[int], None],
        on_content: Callable[[int, int], None],
    ) -> None:
        super().__init__("FLASH", FLASH_REGISTERS_BASE, report)
        self._timeline = timeline
        self._memory = memory
        self._on_latency = on_latency
        self._on_content = on_content
        self._keys_given = 0
        self._busy_until = 0
        self._quad_word: dict[int, int] = {}  # the words written of the one being filled
        self.define(ACR, "ACR", write=self._write_acr)
        self.define(NSKEYR, "NSKEYR", write=self._write_key)
        self.define(NSSR, "NSSR", read=self._read_status, write=self._write_status)
        self.define(NSCR, "NSCR", reset=LOCK | OPTLOCK, write=self._write_control)
        self.define(OPTR, "OPTR", reset=OPTR_FACTORY, read_only=ALL)
        self.cleared_by_ones.add(NSSR)

    def reset(self) -> None:
        """Lock, and forget a quad-word that was begun."""
        super().reset()
        self._keys_given = 0
        self._busy_until = 0
        self._quad_word.clear()

    def wait_states(self) -> int:
        """Return the wait states in force."""
        return self.values[ACR] & LATENCY_MASK

    def program(self, address: int, size: int, value: int) -> None:
        """Serve a store to the flash; nothing else than whole words of a quad-word is taken."""
        if not self.values[NSCR] & PG:
            rule = Rule.FLASH_LOCKED if self.values[NSCR] & LOCK else Rule.FLASH_PROGRAM
            state = "locked" if self.values[NSCR] & LOCK else "not set to program (NSCR.PG)"
            self._refuse(rule, PGSERR, f"write to the flash while it is {state}", address)
            return
        if size != 4 or address % 4:
            self._refuse(Rule.FLASH_PROGRAM, SIZERR, "the flash takes words only", address)
            return
        begun = next(iter(self._quad_word), address)
        if begun // QUAD_WORD != address // QUAD_WORD:
            cause = "the quad-word that was begun is not complete"
            self._refuse(Rule.FLASH_PROGRAM, PGAERR, cause, address)
            return
        self._quad_word[address] = value
        if len(self._quad_word) == QUAD_WORD // 4:
            words = [word for _, word in sorted(self._quad_word.items())]
            self._quad_word.clear()
            self._program_quad_word(address & ~(QUAD_WORD - 1), struct.pack("<4I", *words))

    def _program_quad_word(self, address: int, data: bytes) -> None:
        offset = address - FLASH_BASE
        content = self._memory.content
        if content[offset : offset + QUAD_WORD] != bytes([ERASED]) * QUAD_WORD:
            cause = "the quad-word is programmed already, its page must be erased first"
            self._refuse(Rule.FLASH_PROGRAM, PROGERR, cause, address)
            return
        content[offset : offset + QUAD_WORD] = data
        self._finish(PROGRAM_SECONDS, address, QUAD_WORD)

    def _erase_page(self) -> None:
        control = self.values[NSCR]
        offset = (control >> PNB_SHIFT & 0x7F) * PAGE_SIZE + (BANK_SIZE if control & BKER else 0)
        self._memory.content[offset : offset + PAGE_SIZE] = bytes([ERASED]) * PAGE_SIZE
        self._finish(ERASE_SECONDS, FLASH_BASE + offset, PAGE_SIZE)

    def _finish(self, seconds: float, address: int, size: int) -> None:
        self._busy_until = self._timeline.now + self._timeline.cycles_of(seconds)
        self._on_content(address, size)

    def _refuse(self, rule: Rule, flag: int, cause: str, address: int) -> None:
        self.values[NSSR] |= flag
        self._quad_word.clear()
        self.report(rule, cause, address)

    def _write_acr(self, value: int) -> None:
        old = self.values[ACR]
        self.store(ACR, value, LATENCY_MASK | PRFTEN, 0)
        try:
            self._on_latency(self.base + ACR)
        except Rewind:
            self.values[ACR] = old
            raise

    def _write_key(self, value: int) -> None:
        expected = KEYS[self._keys_given] if self._keys_given < len(KEYS) else None
        if value != expected:
            self._keys_given = len(KEYS)  # no key is taken before the next reset
            self.report(Rule.FLASH_LOCKED, "wrong key, or key given twice", self.base + NSKEYR)
            return
        self._keys_given += 1
        if self._keys_given == len(KEYS):
            self.values[NSCR] &= ~LOCK

    def _read_status(self) -> int:
        value = self.values[NSSR] | (WDW if self._quad_word else 0)
        if self._timeline.now < self._busy_until:
            self._timeline.polled(self.base + NSSR, self._busy_until)
            return value | BSY
        return value

    def _write_status(self, value: int) -> None:
        self.values[NSSR] &= ~(value & STATUS_FLAGS)

    def _write_control(self, value: int) -> None:
        address = self.base + NSCR
        if self.values[NSCR] & LOCK:
            self.report(Rule.FLASH_LOCKED, "FLASH_NSCR written while it is locked", address)
            return
        if self._timeline.now < self._busy_until:
            self.report(Rule.FLASH_PROGRAM, "FLASH_NSCR written while the flash is busy", address)
            return
        self.store(NSCR, value, SELECT_BITS | LOCK, STRT | OPTLOCK)
        if value & LOCK:
            self._keys_given = 0
        elif value & STRT and value & PER:
            self._erase_page()
