"""The parts of an ELF file that flashing and counting need, read without trusting any of it.

System V ABI, ELF-32 little-endian; ELF for the Arm Architecture.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hargen.errors import DeviceError

HEADER = struct.Struct("<16sHHIIIIIHHHHHH")
PROGRAM_HEADER = struct.Struct("<8I")
SECTION_HEADER = struct.Struct("<10I")
SYMBOL = struct.Struct("<IIIBBH")

MAGIC = b"\x7fELF"
CLASS_32, LITTLE_ENDIAN = 1, 1
EXECUTABLE, MACHINE_ARM = 2, 40
LOAD, SYMBOL_TABLE, FUNCTION = 1, 2, 2
LARGEST = 64 << 20  # bytes: more than any debug information of a firmware for 2 MiB of flash

HINT = "flash the .elf that `hargen build` made for this board"


@dataclass(frozen=True, slots=True)
class Segment:
    """Bytes to be loaded, at their physical address."""

    address: int
    data: bytes


class Elf:
    """An executable for Arm.

    Args:
        path: the file.

    Raises:
        DeviceError: it cannot be read, or is no executable for Arm.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            if path.stat().st_size > LARGEST:
                raise self._error(f"it is larger than {LARGEST >> 20} MiB")
            self.content = path.read_bytes()
        except OSError as error:
            raise self._error(error.strerror or str(error)) from error
        if self.content[:4] != MAGIC:
            raise self._error("it does not begin as an ELF file does")
        fields = self._unpack(HEADER, 0, "header")
        identity, kind, machine, _, self.entry = fields[:5]
        if identity[4] != CLASS_32 or identity[5] != LITTLE_ENDIAN or machine != MACHINE_ARM:
            raise self._error("it is not for a 32-bit little-endian Arm core")
        if kind != EXECUTABLE:
            raise self._error("it is not linked: an object or a library")
        self._program_headers = fields[5], fields[9], fields[10]  # offset, size of one, count
        self._section_headers = fields[6], fields[11], fields[12]

    def segments(self) -> list[Segment]:
        """Return what is to be loaded (PT_LOAD with content), in the file's order."""
        found = []
        for at in self._table(self._program_headers, PROGRAM_HEADER, "program header"):
            kind, offset, _, physical, size, *_ = self._unpack(PROGRAM_HEADER, at, "segment")
            if kind == LOAD and size:
                found.append(Segment(physical, self._slice(offset, size, "segment")))
        return found

    def function(self, name: str) -> int | None:
        """Return the address of a function's first instruction, None where there is none."""
        wanted = name.encode()
        sections = [
            self._unpack(SECTION_HEADER, at, "section")
            for at in self._table(self._section_headers, SECTION_HEADER, "section header")
        ]
        for section in sections:
            _, kind, _, _, offset, size, link, _, _, _ = section
            if kind != SYMBOL_TABLE or link >= len(sections):
                continue
            strings = self._slice(sections[link][4], sections[link][5], "string table")
            table = self._slice(offset, size - size % SYMBOL.size, "symbol table")
            for label, value, _, info, _, _ in SYMBOL.iter_unpack(table):
                if info & 15 == FUNCTION and _string(strings, label) == wanted:
                    return int(value) & ~1
        return None

    def _table(self, where: tuple[int, int, int], entry: struct.Struct, what: str) -> range:
        offset, size, count = where
        if count and size < entry.size:
            raise self._error(f"its {what}s are {size} bytes long, not {entry.size}")
        return range(offset, offset + size * count, max(size, 1))

    def _unpack(self, layout: struct.Struct, at: int, what: str) -> tuple[Any, ...]:
        return layout.unpack(self._slice(at, layout.size, what))

    def _slice(self, offset: int, size: int, what: str) -> bytes:
        if offset + size > len(self.content):
            raise self._error(f"a {what} at {offset:#x} reaches beyond its end")
        return self.content[offset : offset + size]

    def _error(self, why: str) -> DeviceError:
        return DeviceError("cannot read the firmware", where=str(self._path), why=why, hint=HINT)


def _string(table: bytes, at: int) -> bytes:
    end = table.find(b"\0", at)
    return table[at : end if end >= 0 else len(table)]
