"""Bytes go wrong on the wire, power is cut: every window is answered once, and right."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import firmware, tally
from support.wire import DropFrame, Faults, FaultyBoard

from hargen.errors import DeviceError
from hargen.link.client import Client
from hargen.link.messages import Stage

COUNT = 150
QUICK = 0.25  # seconds of patience: the native firmware answers in microseconds


def run_all(client: Client, seed: int = 5) -> None:
    """Run windows and check that each is answered once, in order, and right."""
    windows = tally.windows(COUNT, seed)
    results = list(client.run(Stage.INT8, (window.tobytes() for window in windows)))
    assert [result.index for result in results] == list(range(COUNT))
    for result, window in zip(results, windows, strict=True):
        assert result.output == tally.run(window).tobytes()
    assert client.counters.lost == 0


@pytest.mark.parametrize(
    "faults",
    [
        Faults(drop=0.002),
        Faults(flip=0.002),
        Faults(duplicate=0.002),
        Faults(insert=0.002),
        Faults(delay=0.002),
        Faults(drop=0.001, flip=0.001, duplicate=0.001, insert=0.001, delay=0.001),
    ],
    ids=["drop", "flip", "duplicate", "insert", "delay", "all"],
)
@pytest.mark.parametrize("direction", ["to board", "to host", "both"])
def test_no_window_is_lost_or_wrong(board: FaultyBoard, faults: Faults, direction: str) -> None:
    with Client(board.port, timeout=QUICK, retries=8) as client:
        client.hello()
        if direction != "to host":
            board.to_board = faults
        if direction != "to board":
            board.to_host = faults
        run_all(client)
        if faults.drop + faults.flip + faults.duplicate + faults.insert:
            assert client.counters.resent > 0
        board.to_board = board.to_host = Faults()
        # a window whose reply was lost was not run again
        assert client.stats().runs <= COUNT + client.counters.resets


@pytest.mark.parametrize("direction", ["to board", "to host"])
def test_a_lost_frame_is_asked_for_again_without_waiting(
    board: FaultyBoard, direction: str
) -> None:
    with Client(board.port, timeout=60) as client:
        client.hello()
        if direction == "to board":
            board.to_board = DropFrame(20)
        else:
            board.to_host = DropFrame(20)
        run_all(client)
        assert client.counters.resent >= 1
        assert client.counters.retries == 0


@pytest.mark.parametrize("fast", [False, True], ids=["first rate", "fast rate"])
def test_a_cut_of_power_in_the_middle_of_a_frame_is_survived(
    board: FaultyBoard, fast: bool
) -> None:
    with Client(board.port, timeout=QUICK) as client:
        client.hello()
        if fast:
            client.set_baud(921600)
        board.cut_after = lambda sent: sent > 2000 and board.power_cuts < 3
        run_all(client)
        assert board.power_cuts == 3
        assert client.counters.resets == 3
        assert client.baud == (921600 if fast else 115200)


def test_another_firmware_after_a_reset_is_noticed(board: FaultyBoard, tmp_path: Path) -> None:
    other = firmware.compile_host(tmp_path, flags=("-DTALLY_OTHER_MODEL",))
    with Client(board.port, timeout=QUICK) as client:
        client.hello()
        board.replace(other)
        board.cut_after = lambda sent: sent > 2000 and not board.power_cuts
        with pytest.raises(DeviceError, match="another firmware answers now") as caught:
            run_all(client)
        assert "'tally'" in caught.value.why and "'other'" in caught.value.why
        assert client.counters.lost > 0


def test_a_device_that_falls_silent_is_given_up(board: FaultyBoard) -> None:
    with Client(board.port, timeout=QUICK, retries=1) as client:
        slots = client.hello().slots
        board.to_host = Faults(drop=1.0)
        with pytest.raises(DeviceError, match="no answer") as caught:
            run_all(client)
        assert "115200" in caught.value.why
        assert client.counters.lost == slots


def test_a_wrong_answer_in_the_image_is_found(tmp_path: Path) -> None:
    program = firmware.compile_host(tmp_path, flags=("-DTALLY_WRONG=1",))
    with FaultyBoard(program) as board, Client(board.port) as client:
        report = client.selftest()
    assert not report.passed
    assert (report.count, report.failures, report.first_failure) == (2, 1, 1)
    assert (report.first_offset, report.expected - report.actual) == (2, 1)
