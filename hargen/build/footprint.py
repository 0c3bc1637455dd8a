"""What an image needs, by symbol: the definitions are those of the field's tables.

The linker's map says which object brought which bytes; every function and every constant has a
section of its own (-ffunction-sections, -fdata-sections), whose name is the symbol's.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hargen.build.elf import Elf
from hargen.build.library import members_needed
from hargen.build.map_file import Piece, read_map

_WEIGHTS = re.compile(r"_(weights|bias)$")
_CODE = (".text",)
_CONSTANTS = (".rodata",)


@dataclass(frozen=True)
class Footprint:
    """Bytes on the target. weights + tables + code + other_flash = image."""

    weights: int
    """Flash: weights and biases."""
    tables: int
    """Flash: the network's other constants: multipliers, shifts, look-up tables, parameters."""
    code: int
    """Flash: the network's functions, its kernels, and what of the C library they need."""
    other_flash: int
    """Flash: everything else: link, app, startup, vectors, names, known answers, padding."""
    image: int
    """Flash: the whole image, from its first to its last byte."""
    activation_ram: int
    """RAM: the arena, int8 input and output in it."""
    other_ram: int
    """RAM: all other variables, the link's buffers among them; without the stack."""
    stack_reserve: int
    """RAM: what the linker script sets aside for the stack."""


def measure(elf: Elf, map_path: Path) -> Footprint:
    """Return what an image needs; the objects must still lie where the map says.

    Raises:
        ToolError: a file cannot be read or does not belong to a hargen image.
    """
    name = elf.info.name
    image = elf.flash_image()[1]
    pieces = read_map(map_path)
    network = {f"Model/{name}.c", f"Model/{name}_data.c"}

    def is_network(piece: Piece) -> bool:
        return piece.source in network or piece.source.startswith("Runtime/")

    def is_weight(piece: Piece) -> bool:
        return is_network(piece) and bool(_WEIGHTS.search(piece.section))

    # What the image says of the model is for the host, not for the network.
    description = {f".rodata.{name}_class_names", f".rodata.{name}_layer_info", ".rodata.hg_info"}

    def is_name(piece: Piece) -> bool:
        # Strings have no section of their own: of the data's constants they alone are nameless.
        return piece.section.startswith(".rodata.str") or (
            piece.section == ".rodata" and piece.source == f"Model/{name}_data.c"
        )

    def is_table(piece: Piece) -> bool:
        return (
            is_network(piece)
            and piece.section.startswith(_CONSTANTS)
            and not is_name(piece)
            and piece.section not in description
            and not is_weight(piece)
        )

    objects = {map_path.parent / piece.file for piece in pieces if is_network(piece)}
    library = members_needed(objects, pieces)

    def is_code(piece: Piece) -> bool:
        if (piece.file, piece.member) in library:
            return piece.section.startswith(_CODE + _CONSTANTS)
        return is_network(piece) and piece.section.startswith(_CODE)

    def total(belongs: Callable[[Piece], bool]) -> int:
        return sum(piece.size for piece in pieces if belongs(piece))

    weights, tables, code = total(is_weight), total(is_table), total(is_code)
    arena = elf.symbol("hg_model_arena").size
    ram = sum(s.memory_size for s in elf.segments if s.address != s.load_address or not s.data)
    return Footprint(
        weights=weights,
        tables=tables,
        code=code,
        other_flash=len(image) - weights - tables - code,
        image=len(image),
        activation_ram=arena,
        other_ram=ram - arena,
        stack_reserve=elf.symbol("_estack").address - elf.symbol("_sstack").address,
    )
