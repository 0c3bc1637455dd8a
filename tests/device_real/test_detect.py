"""Which probe is meant."""

from __future__ import annotations

import pytest

from hargen.board import Board
from hargen.device.real import detect
from hargen.device.real.detect import Probe
from hargen.errors import DeviceError, UsageError

FIRST = Probe("0031003A3133510735383834", "/dev/ttyACM0", 0x374E)
SECOND = Probe("002F00463133510735383834", "/dev/ttyACM1", 0x374E)


def test_probes_are_known_by_their_usb_ids(target: Board, plug) -> None:
    plug(
        ("/dev/ttyACM3", "AB12", 0x0483, 0x374E),
        ("/dev/ttyACM2", "CUBE", 0x0483, 0x5740),  # a user's own USB device class
        ("/dev/ttyS0", None, None, None),
        ("/dev/ttyUSB0", "FT1", 0x0403, 0x6001),
        ("/dev/ttyACM1", None, 0x0483, 0x374F),
        ("/dev/ttyACM4", "AB12", 0x0483, 0x374E),  # the same probe, listed twice
    )
    assert detect.find(target) == [
        Probe("", "/dev/ttyACM1", 0x374F),
        Probe("AB12", "/dev/ttyACM3", 0x374E),
    ]


def test_one_probe_needs_no_choice_and_none_is_none() -> None:
    assert detect.choose([FIRST]) == FIRST
    assert detect.choose([]) is None


def test_two_probes_and_no_choice_are_listed() -> None:
    with pytest.raises(UsageError) as caught:
        detect.choose([FIRST, SECOND])
    for words in (FIRST.serial_number, SECOND.serial_number, "/dev/ttyACM0", "/dev/ttyACM1"):
        assert words in str(caught.value)
    assert "--probe" in caught.value.hint


@pytest.mark.parametrize(
    ("options", "chosen"),
    [
        ({"probe": "2F0046"}, SECOND),
        ({"probe": "2f0046"}, SECOND),
        ({"probe": "/dev/ttyACM0"}, FIRST),
        ({"serial_number": SECOND.serial_number.lower()}, SECOND),
        ({"serial_number": "303030"}, Probe("303030", "")),  # one without a serial port
        ({"port": "/dev/ttyACM1"}, SECOND),
    ],
)
def test_a_choice(options: dict[str, str], chosen: Probe) -> None:
    assert detect.choose([FIRST, SECOND], **options) == chosen


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"probe": "3133510735383834"}, UsageError, "fits 2 probes"),
        ({"probe": "nothing"}, DeviceError, "there is no probe 'nothing'"),
        ({"probe": ""}, DeviceError, "there is no probe ''"),
        ({"probe": "a", "serial_number": "b"}, UsageError, "give one of"),
        ({"serial_number": "1; shutdown"}, UsageError, "no serial number"),
        ({"serial_number": "[exec rm]"}, UsageError, "no serial number"),
        ({"serial_number": ""}, UsageError, "no serial number"),
        ({"port": "socket://127.0.0.1:1"}, UsageError, "none is chosen"),
    ],
)
def test_a_choice_that_is_none(options: dict[str, str], error: type, words: str) -> None:
    with pytest.raises(error, match=words):
        detect.choose([FIRST, SECOND], **options)


def test_a_part_of_a_number_says_what_is_plugged_in() -> None:
    with pytest.raises(DeviceError, match="plugged in: 0031003A3133510735383834 on /dev/ttyACM0"):
        detect.choose([FIRST], probe="99")
    with pytest.raises(DeviceError, match="no probe of this board"):
        detect.choose([], probe="99")
