"""Instruction lengths and cost classes, against capstone and the Arm manuals."""

from __future__ import annotations

import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hargen.device.virtual import costs
from hargen.device.virtual.decode import Instruction, Kind, is_wide, walk

# assembler, kind, words moved, uses the FPU, cycles
CASES = [
    ("nop", Kind.ALU, 0, False, 1),
    ("it eq\n moveq r0, r1", Kind.ALU, 0, False, 1),
    ("add.w r0, r1, r2, lsl #3", Kind.ALU, 0, False, 1),
    ("ssat r0, #8, r1, asr #2", Kind.ALU, 0, False, 1),
    ("sxtb16 r0, r1, ror #8", Kind.ALU, 0, False, 1),
    ("muls r0, r1, r0", Kind.MULTIPLY, 0, False, 1),
    ("mla r0, r1, r2, r3", Kind.MULTIPLY, 0, False, 1),
    ("smlad r0, r1, r2, r3", Kind.MULTIPLY, 0, False, 1),
    ("smlal r0, r1, r2, r3", Kind.MULTIPLY, 0, False, 1),
    ("sdiv r0, r1, r2", Kind.DIVIDE, 0, False, 7),
    ("udiv r0, r1, r2", Kind.DIVIDE, 0, False, 7),
    ("ldr r0, [r1, #4]", Kind.LOAD, 0, False, 1),
    ("ldr r0, [pc, #4]", Kind.LOAD, 0, False, 1),
    ("ldrsb r0, [r1, r2]", Kind.LOAD, 0, False, 1),
    ("ldrsh.w r0, [r1], #2", Kind.LOAD, 0, False, 1),
    ("ldrex r0, [r1]", Kind.LOAD, 0, False, 1),
    ("str r0, [r1]", Kind.STORE, 0, False, 1),
    ("strb.w r0, [r1, #-1]!", Kind.STORE, 0, False, 1),
    ("strex r2, r0, [r1]", Kind.STORE, 0, False, 1),
    ("push {r4-r7, lr}", Kind.MULTIPLE, 5, False, 6),
    ("pop.w {r4-r11, pc}", Kind.MULTIPLE, 9, False, 10),
    ("ldmia r0!, {r1, r2, r3}", Kind.MULTIPLE, 3, False, 4),
    ("stmdb r0!, {r4-r9}", Kind.MULTIPLE, 6, False, 7),
    ("ldrd r0, r1, [r2, #8]", Kind.MULTIPLE, 2, False, 3),
    ("strd r0, r1, [r2], #8", Kind.MULTIPLE, 2, False, 3),
    ("b .", Kind.BRANCH, 0, False, 1),
    ("bne.w .", Kind.BRANCH, 0, False, 1),
    ("bl .", Kind.BRANCH, 0, False, 1),
    ("bx lr", Kind.BRANCH, 0, False, 1),
    ("blx r3", Kind.BRANCH, 0, False, 1),
    ("cbz r0, 1f\n nop\n1:", Kind.BRANCH, 0, False, 1),
    ("tbh [pc, r0, lsl #1]", Kind.BRANCH, 0, False, 1),
    ("dsb", Kind.BARRIER, 0, False, 3),
    ("isb", Kind.BARRIER, 0, False, 3),
    ("mrs r0, primask", Kind.SYSTEM, 0, False, 1),
    ("svc #1", Kind.SYSTEM, 0, False, 1),
    ("vmov.f32 s0, #1.0", Kind.FP, 0, True, 1),
    ("vadd.f32 s0, s1, s2", Kind.FP, 0, True, 1),
    ("vmul.f32 s0, s1, s2", Kind.FP, 0, True, 1),
    ("vmaxnm.f32 s0, s1, s2", Kind.FP, 0, True, 1),
    ("vcvt.s32.f32 s0, s1", Kind.FP, 0, True, 1),
    ("vmov r0, s1", Kind.FP, 0, True, 1),
    ("vmov r0, r1, d2", Kind.FP, 0, True, 1),
    ("vmrs apsr_nzcv, fpscr", Kind.FP, 0, True, 1),
    ("vfma.f32 s0, s1, s2", Kind.FP_MULTIPLY_ADD, 0, True, 3),
    ("vmls.f32 s0, s1, s2", Kind.FP_MULTIPLY_ADD, 0, True, 3),
    ("vdiv.f32 s0, s1, s2", Kind.FP_DIVIDE, 0, True, 14),
    ("vsqrt.f32 s0, s1", Kind.FP_SQUARE_ROOT, 0, True, 14),
    ("vldr s0, [r0, #4]", Kind.LOAD, 0, True, 1),
    ("vldr d0, [r0]", Kind.MULTIPLE, 2, True, 3),
    ("vstr s0, [r0]", Kind.STORE, 0, True, 1),
    ("vpush {s16-s31}", Kind.MULTIPLE, 16, True, 17),
    ("vldmia r0!, {d0-d3}", Kind.MULTIPLE, 8, True, 9),
]


@pytest.fixture(scope="module")
def assembled(tmp_path_factory):
    """Return the bytes of each case, from one run of the assembler: each padded to 16 bytes."""
    folder = tmp_path_factory.mktemp("cases")
    source = ".syntax unified\n.thumb\n"
    for text, *_ in CASES:
        source += f"{text}\n.balign 16, 0\n"
    (folder / "cases.s").write_text(source)
    tool = ["arm-none-eabi-as", "-mcpu=cortex-m33", "-mfpu=fpv5-sp-d16"]
    subprocess.run([*tool, "-o", folder / "cases.o", folder / "cases.s"], check=True)
    binary = folder / "cases.bin"
    copy = ["arm-none-eabi-objcopy", "-O", "binary", "-j", ".text"]
    subprocess.run([*copy, folder / "cases.o", binary], check=True)
    code = binary.read_bytes()
    return [code[at : at + 16] for at in range(0, len(code), 16)]


def test_each_class_of_instruction_is_known_with_its_price(assembled):
    for (text, kind, words, uses_fpu, cycles), code in zip(CASES, assembled, strict=True):
        _, found = next(walk(code))
        assert (found.kind, found.words, found.uses_fpu) == (kind, words, uses_fpu), text
        assert costs.price(found) == cycles, text


def test_lengths_are_those_that_capstone_finds(firmware):
    capstone = pytest.importorskip("capstone")
    disassembler = capstone.Cs(
        capstone.CS_ARCH_ARM,
        capstone.CS_MODE_THUMB | capstone.CS_MODE_MCLASS | capstone.CS_MODE_V8,
    )
    from hargen.device.virtual.elf import Elf

    elf = firmware("exceptions.c", "registers.S")
    text = Elf(elf).segments()[0]
    start = Elf(elf).function("kept_across")
    assert start is not None
    code = text.data[start - text.address :][:400]
    expected = [(i.address - start, i.size) for i in disassembler.disasm(code, start)]
    found = [(offset, instruction.size) for offset, instruction in walk(code)]
    assert len(expected) > 100
    assert found[: len(expected)] == expected


@given(st.binary(max_size=64))
def test_any_bytes_are_walked_to_their_end(code):
    offset = 0
    for at, found in walk(code):
        assert at == offset
        assert found.size == (4 if is_wide(code[at] | code[at + 1] << 8) else 2)
        assert costs.price(found) >= 1
        offset += found.size
    assert len(code) - 1 <= offset <= len(code) + 2


def test_the_first_fp_instruction_is_found():
    nop, vadd = b"\x00\xbf", bytes.fromhex("30ee810a")

    assert costs.first_fpu_offset(nop * 3 + vadd) == 6
    assert costs.first_fpu_offset(nop * 3) == 6
    assert costs.of_code(nop * 3 + vadd) == costs.Cost(4, 4, True)
    assert Instruction(2, Kind.ALU) == next(walk(nop))[1]
