"""Reset causes, identity, pins, memories, and the firmware's own programming of the flash."""

from __future__ import annotations

import pytest

from hargen.device.virtual import flash
from hargen.device.virtual.inject import inject
from hargen.device.virtual.memory import FLASH_BASE, FLASH_SIZE
from hargen.device.virtual.violations import Rule

PIN, POWER, SOFTWARE = 1 << 26, 1 << 27, 1 << 28
PAGE = 0x081FE000 - FLASH_BASE


def test_reset_causes_are_told_until_they_are_removed(play):
    outcome = play("reset.c")

    assert outcome.values == [1, POWER | PIN, 0, 0, 2, SOFTWARE | PIN, 0, 0, 0xFF]
    assert outcome.resets == ["power", "software"]
    assert outcome.violations == []


def test_the_reset_pin_starts_the_firmware_anew(play):
    def prepare(board):
        inject(board, {"kind": "reset_after_cycles", "cycles": 10_000})

    outcome = play("hello.c", prepare=prepare, send=[b"x"])

    assert outcome.resets == ["power", "pin"]
    assert outcome.output.startswith(b"hello\n")


@pytest.mark.parametrize("pressed", [False, True])
def test_identity_pins_and_memories(play, pressed):
    outcome = play(
        "peripherals.c",
        prepare=lambda board: board.press_button(pressed=True) if pressed else None,
    )
    values = outcome.values

    assert outcome.violations == []
    assert values[:4] == [0x482, 1, FLASH_SIZE // 1024, 0x410FD214]
    assert values[4] == 0xFFFFFFFF
    assert values[5:10] == [0xC0, 0x80, 0x80, 0xC0, 0x40]
    assert values[10:12] == ([1, 1] if pressed else [0, 1])
    assert values[12:14] == [2, sum(3 * turn for turn in range(1000))]
    assert values[14:17] == [0xF000, 0xF0, 0x1122]
    assert values[17] != 0


def test_code_in_ram_is_counted(play):
    once, again = (play("peripherals.c", python_hook=python) for python in (False, True))

    assert once.work == again.work


def test_what_the_firmware_programs_is_there_at_the_next_power_up(play, tmp_path):
    outcome = play("flash_program.c")

    assert outcome.violations == []
    erased, took, flags, blank, programmed, moved, second, fourth, locked = outcome.values
    assert (erased, took, flags, blank) == (0xFFFFFFFF, 1, 0, 0xFFFFFFFF)
    assert (programmed, moved) == (0, 0x081FE00C)
    assert (second, fourth, locked) == (0x22222222, 0x44444444, 1)
    content = bytearray(flash.read(tmp_path))
    for offset, data in outcome.written:
        content[offset : offset + len(data)] = data
    assert content[PAGE : PAGE + 16] == b"\x11" * 4 + b"\x22" * 4 + b"\x33" * 4 + b"\x44" * 4


@pytest.mark.parametrize(
    ("define", "flag", "words"),
    [
        ("TWICE", 1 << 3, "programmed already"),
        ("HALF", 1 << 6, "words only"),
        ("WITHOUT_PG", 1 << 7, "not set to program"),
    ],
)
def test_programming_otherwise_is_refused_with_its_flag(play, define, flag, words):
    outcome = play("flash_program.c", defines=(define,))

    assert outcome.rules == [Rule.FLASH_PROGRAM]
    assert words in str(outcome.violations[0])
    assert outcome.values[8] == flag
    if define == "TWICE":
        assert outcome.values[9] == 0x22222222, "the first content stays"


def test_a_firmware_that_hangs_on_a_flag_leaves_the_host_its_time(play):
    outcome = play("hang.c")

    assert outcome.output == b""
    assert outcome.state["instructions"] < 10_000
