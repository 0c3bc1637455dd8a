"""The same app in the ELF for the board, on the virtual one: port, clock, faults, stack."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Iterator

import pytest
from support import firmware, tally

from hargen.build.compile import Image, build
from hargen.build.toolchain import find_gcc
from hargen.device.virtual.flash import program
from hargen.device.virtual.launch import VirtualBoard
from hargen.errors import DeviceError, ToolError
from hargen.link.client import Client
from hargen.link.messages import Stage

pytest.importorskip("unicorn")


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Image:
    try:
        find_gcc()
    except ToolError as error:
        pytest.skip(f"needs arm-none-eabi-gcc: {error}")
    folder = firmware.assemble_project(tmp_path_factory.mktemp("board"))
    return build(folder, jobs=2, werror=True)


@pytest.fixture
def board(image: Image) -> Iterator[VirtualBoard]:
    folder = image.elf_path.parents[2]
    program(folder, image.elf_path)
    with VirtualBoard(folder) as running:
        yield running


def ports(board: VirtualBoard) -> list[str]:
    return [board.url, *([board.pty] if board.pty else [])]


def run(client: Client, count: int = 60) -> None:
    windows = tally.windows(count, seed=9)
    results = list(client.run(Stage.INT8, [window.tobytes() for window in windows]))
    assert [r.output for r in results] == [tally.run(window).tobytes() for window in windows]


def test_windows_at_both_rates_over_both_ports(board: VirtualBoard, image: Image) -> None:
    for port in ports(board):
        with Client(port) as client:
            hello = client.hello()
            assert hello.build_id == image.build_id
            assert hello.clock_hz == 160_000_000
            assert "power" in hello.reset_cause
            assert hello.uid != bytes(12)
            run(client, 20)
            client.set_baud(921600)
            run(client)
            assert client.selftest().passed
            stats = client.stats()
            assert stats.uart_overruns == stats.uart_noise == stats.ring_overflows == 0
            assert 0 < stats.stack_high_water < hello.stack_size // 2
            assert client.counters.lost == 0
    assert board.violations() == []


def test_cycles_are_those_of_the_model(board: VirtualBoard) -> None:
    with Client(board.url) as client:
        results = list(client.run(Stage.INT8, [w.tobytes() for w in tally.windows(10)]))
        cycles = [result.cycles_inference for result in results]
        # 24 + 96 steps; the first run fills what the others find
        assert 200 < min(cycles) <= max(cycles) < 20_000
        assert sum(client.profile()) <= max(cycles) * 2


def test_the_reset_button_in_the_middle(board: VirtualBoard) -> None:
    windows = tally.windows(60, seed=4)
    with Client(board.url, timeout=1.0) as client:
        client.set_baud(921600)
        results = client.run(Stage.INT8, [window.tobytes() for window in windows])
        found = [next(results) for _ in range(10)]
        board.reset()
        found += results
        assert [r.output for r in found] == [tally.run(window).tobytes() for window in windows]
        assert client.counters.resets >= 1
        assert client.baud == 921600
        assert "pin" in client.hello().reset_cause
    assert board.violations() == []


@pytest.mark.parametrize(
    ("magic", "flag"),
    [(tally.TRAP, 1 << 16), (tally.DIG, 1 << 20)],
    ids=["undefined instruction", "full stack"],
)
def test_a_crash_is_reported_until_the_reset(
    board: VirtualBoard, image: Image, magic: int, flag: int
) -> None:
    with Client(board.url, timeout=1.0) as client:
        client.set_baud(921600)
        for _ in range(2):
            window = bytes([tally.MAGIC, magic, *range(22)])
            with pytest.raises(DeviceError, match="crashed") as caught:
                list(client.run(Stage.INT8, [window]))
            registers = dict(
                word.rstrip(",").split("=") for word in caught.value.why.split() if "=" in word
            )
            assert int(registers["cfsr"], 16) == flag  # CFSR.UNDEFINSTR, CFSR.STKOF
            symbol = image.elf.symbol("tally_set_input_s8")
            if magic == tally.TRAP:
                pc = int(registers["pc"], 16)
                assert symbol.address <= pc | 1 < symbol.address + symbol.size
            with pytest.raises(DeviceError, match="crashed"):
                client.hello()
            client.reset()
            assert "software" in client.hello().reset_cause
            run(client, 5)


def test_a_flood_is_dropped_and_survived(board: VirtualBoard) -> None:
    host, _, port = board.url.removeprefix("socket://").rpartition(":")
    with socket.create_connection((host, int(port)), 5) as wire:
        # each two bytes are refused with some twenty, which takes ten times as long
        wire.sendall(b"\x01\0" * 3000)
        wire.settimeout(1)
        refused = time.monotonic()
        while time.monotonic() < refused + 1:
            # what goes on are lines of text about the sensor, without a zero
            with contextlib.suppress(TimeoutError):
                if b"\0" in wire.recv(4096):
                    refused = time.monotonic()
    with Client(board.url) as client:
        client.hello()
        stats = client.stats()
        assert stats.ring_overflows > 0
        assert stats.frame_errors == stats.naks > 100
        run(client, 20)
    assert board.violations() == []


def test_a_person_may_ask_who_it_is(board: VirtualBoard, image: Image) -> None:
    host, _, port = board.url.removeprefix("socket://").rpartition(":")
    with socket.create_connection((host, int(port)), 5) as wire:
        wire.sendall(b"?\r")
        text = b""
        while b"chip" not in text:
            text += wire.recv(4096)
    assert image.build_id.hex().encode() in text
    assert b"tally" in text
