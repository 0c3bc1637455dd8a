"""A stream of samples through the tiny model's own preprocessing: in order, each window once."""

from __future__ import annotations

import zlib

import numpy as np
import pytest
from support import tally
from support.wire import Faults, FaultyBoard

from hargen.errors import DeviceError
from hargen.link import stream
from hargen.link.client import Client
from hargen.link.exchange import OutOfOrderError

QUICK = 0.25
WINDOW, HOP = 8, 3


def samples(count: int, seed: int = 3) -> np.ndarray:
    return np.random.default_rng(seed).integers(-40, 40, (count, 3)).astype("<i2")


def expected(counts: np.ndarray) -> list[np.ndarray]:
    """Return the windows that the tiny model makes of counts, written a second time."""
    memory, rows = np.zeros(3), []
    for sample in counts:
        memory = sample + np.trunc(memory / 3)
        rows.append(0.25 * memory)
    starts = range(0, len(rows) - WINDOW + 1, HOP)
    return [np.array(rows[s : s + WINDOW], np.float32).ravel() for s in starts]


def check(client: Client, counts: np.ndarray) -> None:
    answers = list(stream.send(client, counts.tobytes(), window=WINDOW, hop=HOP))
    windows = expected(counts)
    assert [answer.window.window for answer in answers] == list(range(len(windows)))
    for number, (answer, window) in enumerate(zip(answers, windows, strict=True)):
        assert answer.window.window_crc == zlib.crc32(window.tobytes())
        output = tally.run_float(window)
        assert answer.window.run.output == output.tobytes()
        assert answer.window.run.class_index == answer.window.activity == int(output.argmax())
        assert answer.window.settled == (number * HOP + WINDOW >= 2 * WINDOW)


@pytest.mark.parametrize("count", [0, 7, 8, 10, 11, 300])
def test_every_window_comes_once_and_right(board: FaultyBoard, count: int) -> None:
    with Client(board.port) as client:
        check(client, samples(count))
        check(client, samples(count + 1, seed=4))  # another stream begins anew


@pytest.mark.parametrize("direction", ["to board", "to host", "both"])
def test_no_window_is_lost_or_wrong_on_a_bad_wire(board: FaultyBoard, direction: str) -> None:
    faults = Faults(drop=0.0015, flip=0.0015, duplicate=0.001, insert=0.001)
    with Client(board.port, timeout=QUICK, retries=8) as client:
        client.hello()
        if direction != "to host":
            board.to_board = faults
        if direction != "to board":
            board.to_host = faults
        check(client, samples(240))
        assert client.counters.resent > 0


def test_a_reset_in_the_middle_begins_the_stream_again(board: FaultyBoard) -> None:
    with Client(board.port, timeout=QUICK) as client:
        client.hello()
        board.cut_after = lambda sent: board.power_cuts < 2 and sent > 3000
        check(client, samples(300))
        assert board.power_cuts == 2
        assert client.counters.resets >= 1


def test_a_sample_that_is_not_the_next_is_refused(board: FaultyBoard) -> None:
    with Client(board.port) as client:
        client.run_samples(0, samples(3).tobytes())
        for first in (2, 4, 9):
            with pytest.raises(OutOfOrderError, match="the next is 3"):
                client.run_samples(first, samples(1).tobytes())
        client.run_samples(3, samples(3).tobytes())
        with pytest.raises(DeviceError, match="wrong size"):
            client.run_samples(6, samples(4).tobytes())  # more than a hop
        with pytest.raises(DeviceError, match="wrong size"):
            client.run_samples(6, b"\0" * 7)


def test_a_window_in_between_does_not_disturb_the_stream(board: FaultyBoard) -> None:
    from hargen.link.messages import Stage

    counts = samples(60)
    with Client(board.port) as client:
        answers = []
        for answer in stream.send(client, counts.tobytes(), window=WINDOW, hop=HOP):
            answers.append(answer.window.window_crc)
            list(client.run(Stage.INT8, [tally.windows(1)[0].tobytes()]))
    assert answers == [zlib.crc32(window.tobytes()) for window in expected(counts)]
