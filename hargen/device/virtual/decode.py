"""Thumb-2 instructions as far as counting needs them: length, cost class, use of the FPU.

A block that the emulator runs holds code from its first to its last byte (a literal pool is never
inside one), so a linear walk over a block's bytes finds its instructions without any symbols.
Encodings: Armv8-M Architecture Reference Manual (DDI 0553), C2.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto


class Kind(Enum):
    """A class of instructions that the cost table gives one price."""

    ALU = auto()
    MULTIPLY = auto()
    DIVIDE = auto()
    LOAD = auto()
    STORE = auto()
    MULTIPLE = auto()
    BRANCH = auto()
    BARRIER = auto()
    SYSTEM = auto()
    FP = auto()
    FP_MULTIPLY_ADD = auto()
    FP_DIVIDE = auto()
    FP_SQUARE_ROOT = auto()


@dataclass(frozen=True, slots=True)
class Instruction:
    """One decoded instruction.

    Attributes:
        size: bytes, 2 or 4.
        kind: its cost class.
        words: words that it moves to or from memory, for Kind.MULTIPLE.
        uses_fpu: it needs CP10 and CP11 to be on (CPACR).
    """

    size: int
    kind: Kind
    words: int = 0
    uses_fpu: bool = False


def is_wide(halfword: int) -> bool:
    """Tell whether a first halfword begins a 32-bit instruction."""
    return halfword >> 11 >= 0b11101


def walk(code: bytes) -> Iterator[tuple[int, Instruction]]:
    """Yield (offset, instruction) over code, which must start at an instruction."""
    offset = 0
    while offset + 1 < len(code):
        first = code[offset] | code[offset + 1] << 8
        second = int.from_bytes(code[offset + 2 : offset + 4], "little")
        found = _wide(first, second) if is_wide(first) else _narrow(first)
        yield offset, found
        offset += found.size


def _narrow(h: int) -> Instruction:
    kind, words = Kind.ALU, 0
    match h >> 12:
        case 0b0100:
            if h & 0x0800:
                kind = Kind.LOAD
            elif h >> 8 == 0x47:
                kind = Kind.BRANCH
            elif h >> 6 == 0b0100_0011_01:
                kind = Kind.MULTIPLY
        case 0b0101:
            kind = Kind.LOAD if h >> 9 & 7 >= 3 else Kind.STORE
        case 0b0110 | 0b0111 | 0b1000 | 0b1001:
            kind = Kind.LOAD if h & 0x0800 else Kind.STORE
        case 0b1011:
            if h & 0xF600 == 0xB400:
                kind, words = Kind.MULTIPLE, (h & 0x1FF).bit_count()
            elif h & 0xF500 == 0xB100:
                kind = Kind.BRANCH
            elif h & 0xFF00 == 0xBE00:
                kind = Kind.SYSTEM
        case 0b1100:
            kind, words = Kind.MULTIPLE, (h & 0xFF).bit_count()
        case 0b1101:
            kind = Kind.SYSTEM if h & 0x0E00 == 0x0E00 else Kind.BRANCH
        case 0b1110:
            kind = Kind.BRANCH
    return Instruction(2, kind, words)


def _wide(a: int, b: int) -> Instruction:
    if a & 0xEC00 == 0xEC00:
        return _coprocessor(a, b)
    match a >> 11 & 3:
        case 0b01:
            return _multiple_or_shifted(a, b)
        case 0b10:
            return Instruction(4, _branch_or_control(a, b))
        case _:
            return Instruction(4, _single_or_register(a, b))


def _multiple_or_shifted(a: int, b: int) -> Instruction:
    if a & 0x0200:
        return Instruction(4, Kind.ALU)
    if not a & 0x0040:
        return Instruction(4, Kind.MULTIPLE, b.bit_count())
    if a & 0xFFF0 == 0xE8D0 and b & 0xFFE0 == 0xF000:
        return Instruction(4, Kind.BRANCH)  # TBB, TBH
    if a & 0x0120:
        return Instruction(4, Kind.MULTIPLE, 2)  # LDRD, STRD
    return Instruction(4, Kind.LOAD if a & 0x0010 else Kind.STORE)  # exclusive, acquire, release


def _branch_or_control(a: int, b: int) -> Kind:
    if not b & 0x8000:
        return Kind.ALU
    if b & 0x5000 or a & 0x0380 != 0x0380:
        return Kind.BRANCH
    return Kind.BARRIER if a & 0xFFF0 == 0xF3B0 else Kind.SYSTEM


def _single_or_register(a: int, b: int) -> Kind:
    if not a & 0x0200:
        return Kind.LOAD if a & 0x0010 else Kind.STORE
    if not a & 0x0100:
        return Kind.ALU
    if a & 0x0080 and a & 0x0050 == 0x0010 and b & 0x00F0 == 0x00F0:
        return Kind.DIVIDE
    return Kind.MULTIPLY


def _coprocessor(a: int, b: int) -> Instruction:
    if b & 0x0E00 != 0x0A00:
        return Instruction(4, Kind.SYSTEM)  # not CP10 or CP11: no such coprocessor
    if a & 0xEF00 == 0xEE00:
        if a & 0x1000 or b & 0x0010:
            return Instruction(4, Kind.FP, uses_fpu=True)
        return Instruction(4, _fp_arithmetic(a, b), uses_fpu=True)
    if a & 0xFFE0 == 0xEC40:
        return Instruction(4, Kind.FP, uses_fpu=True)  # VMOV of two registers
    if a & 0xFF20 == 0xED00:
        kind = Kind.LOAD if a & 0x0010 else Kind.STORE
        words = 2 if b & 0x0100 else 1
        if words == 2:
            return Instruction(4, Kind.MULTIPLE, words, uses_fpu=True)
        return Instruction(4, kind, uses_fpu=True)
    return Instruction(4, Kind.MULTIPLE, b & 0xFF, uses_fpu=True)


def _fp_arithmetic(a: int, b: int) -> Kind:
    opcode = a >> 4 & 0xB
    if opcode in (0x0, 0x1, 0x9, 0xA):
        return Kind.FP_MULTIPLY_ADD
    if opcode == 0x8:
        return Kind.FP_DIVIDE
    if opcode == 0xB and a & 0xF == 1 and b & 0x00C0 == 0x00C0:
        return Kind.FP_SQUARE_ROOT
    return Kind.FP
