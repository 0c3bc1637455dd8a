"""The linker's map: which object brought which bytes to which address."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from hargen.errors import ToolError

_START = "Linker script and memory map"
_LINE = re.compile(r"^ (\.\S+|COMMON)\s+0x([0-9a-f]+)\s+0x([0-9a-f]+) (\S.*)$")
_NAME = re.compile(r"^ (\.\S+|COMMON)$")  # a long name stands alone, the rest on the next line
_REST = re.compile(r"^\s+0x([0-9a-f]+)\s+0x([0-9a-f]+) (\S.*)$")
_ARCHIVE = re.compile(r"^(.+)\(([^()]+)\)$")


@dataclass(frozen=True)
class Piece:
    """One input section that is part of the image."""

    section: str
    """Its name in the object, such as .text.main."""
    address: int
    size: int
    file: str
    """The object's path as the linker was told, or the archive's."""
    member: str
    """The object's name in the archive; "" for an object of its own."""

    @property
    def source(self) -> str:
        """The project-relative source file of a project's object; "" for a library's."""
        if self.member:
            return ""
        path = re.sub(r"^(CMakeFiles/[^/]+\.dir/|\./)", "", self.file)
        return re.sub(r"(\.c)?\.(obj|o)$", ".c", path)


def read_map(path: Path) -> list[Piece]:
    """Return the pieces of the image that have an address and a size.

    Raises:
        ToolError: the file cannot be read or is no map.
    """
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise ToolError("cannot read the linker's map", where=str(path), why=str(error)) from error
    _, found, memory = text.partition(_START)
    if not found:
        raise ToolError(
            "the file is not a linker's map", where=str(path), hint="build the project again"
        )
    pieces, name = [], ""
    for line in memory.splitlines():
        if whole := _LINE.match(line):
            section, numbers = whole.group(1), whole.groups()[1:]
        elif name and (rest := _REST.match(line)):
            section, numbers = name, rest.groups()
        else:
            alone = _NAME.match(line)
            name = alone.group(1) if alone else ""
            continue
        name = ""
        address, size, file = int(numbers[0], 16), int(numbers[1], 16), numbers[2]
        if address and size:
            pieces.append(_piece(section, address, size, file))
    return pieces


def _piece(section: str, address: int, size: int, file: str) -> Piece:
    archive = _ARCHIVE.match(file)
    if archive:
        return Piece(section, address, size, archive.group(1), archive.group(2))
    return Piece(section, address, size, file, "")
