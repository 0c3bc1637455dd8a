"""Which members of the C library a set of objects pulls into an image."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

from hargen.build.map_file import Piece
from hargen.errors import ToolError

_MAGIC = b"!<arch>\n"
_HEADER_SIZE = 60

Member = tuple[str, str]
"""An archive's path and the member's name."""


def members_needed(objects: Iterable[Path], pieces: Iterable[Piece]) -> set[Member]:
    """Return the linked members that those objects need, by name or through other members.

    Args:
        objects: object files whose undefined names count.
        pieces: the image's pieces; members that are not among them were not linked.

    Raises:
        ToolError: an object or archive cannot be read.
    """
    linked = {(piece.file, piece.member) for piece in pieces if piece.member}
    defined: dict[str, Member] = {}
    undefined: dict[Member, set[str]] = {}
    for archive in sorted({path for path, _ in linked}):
        for name, content in _members(Path(archive)):
            member = (archive, name)
            if member in linked:
                own, undefined[member] = _names(io.BytesIO(content))
                defined.update(dict.fromkeys(own, member))
    wanted: set[str] = set()
    for path in objects:
        try:
            with path.open("rb") as file:
                wanted |= _names(file)[1]
        except OSError as error:
            raise ToolError(
                "cannot read the object file", where=str(path), why=str(error)
            ) from error
    needed: set[Member] = set()
    while wanted:
        found = {defined[name] for name in wanted if name in defined} - needed
        needed |= found
        wanted = set().union(*(undefined[member] for member in found))
    return needed


def _names(file: IO[bytes]) -> tuple[set[str], set[str]]:
    """Return the names that an object defines for others, and those that it needs of them."""
    from elftools.elf.elffile import ELFFile

    table = ELFFile(file).get_section_by_name(".symtab")
    defined: set[str] = set()
    undefined: set[str] = set()
    for symbol in table.iter_symbols() if table else ():
        if symbol["st_info"]["bind"] != "STB_LOCAL":
            (undefined if symbol["st_shndx"] == "SHN_UNDEF" else defined).add(symbol.name)
    return defined, undefined


def _members(path: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the objects in an archive (ar's format, GNU's long names)."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ToolError("cannot read the library", where=str(path), why=str(error)) from error
    if not data.startswith(_MAGIC):
        raise ToolError("the library is not an archive", where=str(path))
    position, long_names = len(_MAGIC), b""
    while position + _HEADER_SIZE <= len(data):
        header = data[position : position + _HEADER_SIZE]
        name, size = header[:16].decode("ascii", "replace").rstrip(), int(header[48:58])
        content = data[position + _HEADER_SIZE : position + _HEADER_SIZE + size]
        position += _HEADER_SIZE + size + size % 2
        if name == "//":
            long_names = content
        elif name not in ("/", "/SYM64/"):
            if name.startswith("/"):
                name = long_names[int(name[1:]) :].split(b"\n")[0].decode("ascii", "replace")
            yield name.rstrip("/"), content
