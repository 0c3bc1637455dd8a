"""The real OpenOCD, where it is installed: it takes the command, and finds no probe."""

from __future__ import annotations

import shutil

import pytest

from hargen.board import Board
from hargen.device.real import Request, program
from hargen.device.real.openocd import OPENOCD
from hargen.device.real.programmer import Job
from hargen.errors import DeviceError

pytestmark = pytest.mark.skipif(shutil.which("openocd") is None, reason="needs openocd")


def no_probe(target: Board) -> None:
    from hargen.device.real import detect

    if detect.find(target):
        pytest.skip("a probe is plugged in")


@pytest.mark.parametrize("serial_number", ["", "0031003A3133510735383834"])
def test_without_a_probe(target: Board, image, serial_number: str) -> None:
    no_probe(target)
    where = OPENOCD.find()
    assert where is not None
    attempt = OPENOCD.program(where, Job(image, target, serial_number, 20.0))
    assert attempt.problem.startswith("exit code 1")
    # it read every file and command before that, or it would complain of them
    assert "connect_assert_srst" in attempt.output
    assert "invalid command" not in attempt.output
    assert "Can't find" not in attempt.output


def test_the_cause_is_named(target: Board, image) -> None:
    no_probe(target)
    with pytest.raises(DeviceError, match="OpenOCD: no debug probe was found") as caught:
        program(image, target, Request(tool="openocd"))
    assert "--virtual" in caught.value.hint


def test_its_version() -> None:
    where = OPENOCD.find()
    assert where is not None
    assert OPENOCD.version(where)[0].isdigit()
