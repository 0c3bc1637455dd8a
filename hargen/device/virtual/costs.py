"""What an instruction costs on a Cortex-M33, in cycles: an estimate, within about 30 %.

Arm publishes no instruction timing of the Cortex-M33. The table follows the published one of the
Cortex-M4 (DDI 0439, 3.3.1) except for loads, which cost one cycle here: with that and one cycle for
a taken branch CoreMark gives 3.3 per MHz, between the Cortex-M4's prices (2.6) and ST's claim for
the chip (4.07). Wait states, cache misses, bus contention and load-use stalls are not in it.
"""

from __future__ import annotations

from dataclasses import dataclass

from hargen.device.virtual.decode import Instruction, Kind, walk

PRICES: dict[Kind, int] = {
    Kind.ALU: 1,
    Kind.MULTIPLY: 1,
    Kind.DIVIDE: 7,  # 2 to 12, ending early for small quotients
    Kind.LOAD: 1,
    Kind.STORE: 1,
    Kind.MULTIPLE: 1,  # and one more a word
    Kind.BRANCH: 1,  # and TAKEN_BRANCH where it is taken
    Kind.BARRIER: 3,
    Kind.SYSTEM: 1,
    Kind.FP: 1,
    Kind.FP_MULTIPLY_ADD: 3,
    Kind.FP_DIVIDE: 14,
    Kind.FP_SQUARE_ROOT: 14,
}
TAKEN_BRANCH = 1
EXCEPTION_ENTRY = 12
EXCEPTION_RETURN = 10


@dataclass(frozen=True, slots=True)
class Cost:
    """What a run of instructions costs: how many they are, their cycles, whether one is FP."""

    instructions: int
    cycles: int
    uses_fpu: bool


def price(instruction: Instruction) -> int:
    """Return the cycles of one instruction whose branch, if it is one, is not taken."""
    return PRICES[instruction.kind] + instruction.words


def of_code(code: bytes) -> Cost:
    """Return the cost of all instructions in code, which must start at one."""
    instructions = cycles = 0
    uses_fpu = False
    for _, instruction in walk(code):
        instructions += 1
        cycles += price(instruction)
        uses_fpu = uses_fpu or instruction.uses_fpu
    return Cost(instructions, cycles, uses_fpu)


def first_fpu_offset(code: bytes) -> int:
    """Return the offset of the first FP instruction in code, or its length where there is none."""
    return next((offset for offset, found in walk(code) if found.uses_fpu), len(code))
