"""The virtual flash on disk: written whole or not at all, from ELF files that are not trusted."""

from __future__ import annotations

import struct

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hargen.device.virtual import flash
from hargen.device.virtual.elf import Elf
from hargen.device.virtual.memory import FLASH_SIZE
from hargen.errors import DeviceError

HEADER_SIZE = 52


def make_elf(*segments, machine=40, kind=2, magic=b"\x7fELF\x01\x01\x01"):
    """Return an ELF file of (physical address, data) segments."""
    offset = HEADER_SIZE + 32 * len(segments)
    headers, content = b"", b""
    for address, data in segments:
        place = offset + len(content)
        size = len(data)
        headers += struct.pack("<8I", 1, place, address, address, size, size, 5, 4)
        content += data
    header = struct.pack(
        *("<16sHHIIIIIHHHHHH", magic, kind, machine, 1, 0x08000001, HEADER_SIZE, 0, 0),
        *(HEADER_SIZE, 32, len(segments), 40, 0, 0),
    )
    return header + headers + content


def test_segments_go_to_their_physical_addresses(tmp_path):
    elf = tmp_path / "two.elf"
    elf.write_bytes(make_elf((0x08000000, b"vectors!"), (0x081FFFF0, b"x" * 16)))

    result = flash.program(tmp_path, elf)

    content = flash.read(tmp_path)
    assert (result.written, result.segments) == (24, 2)
    assert result.path == tmp_path / ".hargen/virtual/flash.bin"
    assert content == b"vectors!" + b"\xff" * (FLASH_SIZE - 24) + b"x" * 16
    assert (tmp_path / ".hargen/virtual/firmware.elf").read_bytes() == elf.read_bytes()


def test_flashing_again_erases_what_was_there(tmp_path):
    first, second = tmp_path / "first.elf", tmp_path / "second.elf"
    first.write_bytes(make_elf((0x08000000, b"a" * 100)))
    second.write_bytes(make_elf((0x08000000, b"b" * 10)))

    flash.program(tmp_path, first)
    flash.program(tmp_path, second)

    assert flash.read(tmp_path) == b"b" * 10 + b"\xff" * (FLASH_SIZE - 10)


GOOD = make_elf((0x08000000, b"vectors!"))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "does not begin as an ELF"),
        (b"PK\x03\x04 a zip file", "does not begin as an ELF"),
        (GOOD[:40], "reaches beyond its end"),
        (GOOD[:-3], "reaches beyond its end"),
        (make_elf((0x08000000, b"x"), machine=62), "not for a 32-bit little-endian Arm"),
        (make_elf((0x08000000, b"x"), magic=b"\x7fELF\x02\x01\x01"), "32-bit little-endian Arm"),
        (make_elf((0x08000000, b"x"), magic=b"\x7fELF\x01\x02\x01"), "32-bit little-endian Arm"),
        (make_elf((0x08000000, b"x"), kind=1), "not linked"),
        (make_elf((0x20000000, b"x")), "0x20000000..0x20000001"),
        (make_elf((0x081FFFFF, b"xy")), "0x081fffff..0x08200001"),
        (make_elf((0x07FFFFFF, b"xy")), "0x07ffffff..0x08000001"),
        (make_elf(), "empty"),
    ],
)
def test_what_is_no_firmware_for_the_board_is_refused(tmp_path, content, words):
    good, bad = tmp_path / "good.elf", tmp_path / "bad.elf"
    good.write_bytes(GOOD)
    bad.write_bytes(content)
    flash.program(tmp_path, good)

    with pytest.raises(DeviceError, match=words) as caught:
        flash.program(tmp_path, bad)

    assert caught.value.hint
    assert flash.read(tmp_path)[:8] == b"vectors!", "the flash is as it was"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(at=st.integers(0, len(GOOD) - 1), byte=st.integers(0, 255), cut=st.integers(0, len(GOOD)))
def test_a_damaged_elf_gives_one_clear_error_or_none(tmp_path, at, byte, cut):
    damaged = bytearray(GOOD)
    damaged[at] = byte
    path = tmp_path / "damaged.elf"
    path.write_bytes(bytes(damaged[: len(GOOD) - cut // 4]))

    try:
        elf = Elf(path)
        elf.segments()
        elf.function("main")
    except DeviceError as error:
        assert str(path) in str(error)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100)
@given(data=st.data())
def test_a_damaged_symbol_table_gives_one_clear_error_or_none(tmp_path, firmware, data):
    content = bytearray(firmware("hello.c").read_bytes())
    for _ in range(4):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path / "damaged.elf"
    path.write_bytes(bytes(content))

    try:
        Elf(path).function("main")
    except DeviceError as error:
        assert str(path) in str(error)


def test_functions_are_found_by_symbol(firmware):
    elf = Elf(firmware("hello.c"))

    main = elf.function("main")
    assert main is not None
    assert main % 2 == 0
    assert 0x08000000 < main < 0x08010000
    assert elf.function("no_such_function") is None


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(DeviceError, match=r"nowhere\.elf: cannot read the firmware: No such file"):
        flash.program(tmp_path, tmp_path / "nowhere.elf")


def test_a_blank_flash_says_so(tmp_path):
    with pytest.raises(DeviceError, match="blank") as caught:
        flash.read(tmp_path)

    assert "hargen flash" in caught.value.hint


def test_a_damaged_flash_says_so(tmp_path):
    elf = tmp_path / "good.elf"
    elf.write_bytes(GOOD)
    flash.program(tmp_path, elf).path.write_bytes(b"short")

    with pytest.raises(DeviceError, match="damaged"):
        flash.read(tmp_path)


def test_a_folder_that_cannot_be_written_leaves_nothing(tmp_path):
    elf = tmp_path / "good.elf"
    elf.write_bytes(GOOD)
    (tmp_path / ".hargen").write_text("a file where the folder should be")

    with pytest.raises(DeviceError, match="cannot write the virtual flash"):
        flash.program(tmp_path, elf)


def test_a_running_board_is_not_flashed(tmp_path):
    elf = tmp_path / "good.elf"
    elf.write_bytes(GOOD)
    flash.program(tmp_path, elf)

    with (
        flash.locked(tmp_path, exclusive=False),
        flash.locked(tmp_path, exclusive=False),
        pytest.raises(DeviceError, match="is running"),
    ):
        flash.program(tmp_path, elf)

    flash.program(tmp_path, elf)


def test_calls_are_counted_only_of_the_firmware_that_is_in_the_flash(tmp_path, firmware):
    flash.program(tmp_path, firmware("hello.c"))
    content = bytearray(flash.read(tmp_path))
    (address,) = flash.function_addresses(tmp_path, ["main"], bytes(content))
    assert address % 2 == 0

    with pytest.raises(DeviceError, match="no function nonsense"):
        flash.function_addresses(tmp_path, ["main", "nonsense"], bytes(content))

    content[100] ^= 1
    with pytest.raises(DeviceError, match="not the firmware that the virtual flash holds"):
        flash.function_addresses(tmp_path, ["main"], bytes(content))
