"""The picture, without a terminal: what is in it, in which order, and in which characters."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from hargen.cli import big_letters
from hargen.cli.monitor_screen import Screen
from hargen.monitor.events import Disconnected, Sensor
from hargen.monitor.labels import Labels
from hargen.monitor.recorder import Recorder
from hargen.monitor.state import State

from .conftest import connected, result, samples

WAVE = [(8000 * (n % 2), 0, 8197) for n in range(26)]


@pytest.fixture
def state() -> State:
    found = State()
    found.take(connected())
    found.take(Sensor(0.0, "", 26.042))
    for second in range(1, 12):
        found.take(samples(float(second), WAVE))
    found.take(result(11.0, window=10, activity=1))
    return found


def draw(
    state: State,
    *,
    encoding: str = "utf-8",
    width: int = 80,
    height: int = 40,
    recorder: Recorder | None = None,
) -> str:
    """Return what a terminal would show."""
    raw = io.BytesIO()
    file = io.TextIOWrapper(raw, encoding=encoding)
    console = Console(file=file, width=width, height=height, color_system=None)
    labels = Labels(()) if recorder is None else recorder.labels
    console.print(Screen(console, estimated=True).picture(state, labels, recorder))
    file.flush()
    return raw.getvalue().decode(encoding)


def test_everything_is_there(state: State) -> None:
    shown = draw(state)
    for line in big_letters.write("walking", 80):
        assert line in shown
    assert "settled\n" in shown
    assert "walking    ████████████████████████████" in shown
    assert "70.0 %" in shown
    assert "26.00 Hz by this machine's clock, 26.04 Hz by the board's, the model's is 26" in shown
    assert "window 10: 1.000 ms, 160000 cycles, estimated, 2400 to preprocess" in shown
    assert "286 samples, 0 lost" in shown
    assert "x +0.98 g" in shown
    assert "⣿" in shown, "a wave of one sample up, one down, fills its rows"


def test_a_terminal_without_unicode_gets_none(state: State) -> None:
    shown = draw(state, encoding="ascii")
    assert "WALKING" in shown
    assert "#" * 28 in shown
    assert "*" in shown


def test_an_unsettled_result_says_so(state: State) -> None:
    state.take(result(12.0, window=11, settled=False))
    assert "unsettled: the filter is still finding its level" in draw(state)


def test_before_the_first_window_it_says_what_it_waits_for() -> None:
    found = State()
    found.take(connected())
    assert "waiting for the first window" in draw(found)


def test_outputs_that_are_no_probabilities_are_numbers(state: State) -> None:
    state.take(result(12.0, window=11, outputs=(-3.25, 8.5, 0.5)))
    shown = draw(state)
    assert "-3.25" in shown
    assert "█████" not in shown
    assert "%" not in shown


def test_warnings_come_first(state: State) -> None:
    state.take(Sensor(12.0, "a transfer failed: NACK", 26.0))
    assert draw(state).startswith("sensor: a transfer failed: NACK\n")
    state.take(Disconnected(13.0, "/dev/ttyACM0: there is no such port"))
    assert draw(state).startswith("/dev/ttyACM0: there is no such port; waiting for it\n")


def test_text_of_the_board_cannot_move_the_cursor(state: State) -> None:
    state.take(Sensor(12.0, "\x1b[2J\x07", 26.0))
    shown = draw(state)
    assert "\x1b" not in shown
    assert "\x07" not in shown


@pytest.mark.parametrize(("width", "height"), [(80, 24), (100, 30), (60, 40), (200, 60)])
def test_it_fits_the_terminal(state: State, tmp_path: Path, width: int, height: int) -> None:
    path = tmp_path / ("long" * 30 + ".csv")
    recorder = Recorder(path, Labels(("stationary", "walking", "running"), "walking"), force=False)
    shown = draw(state, width=width, height=height, recorder=recorder).splitlines()
    assert len(shown) < height
    assert all(len(line) <= width for line in shown)
    assert "label: walking" in "\n".join(shown)
    assert "0 of them labelled" in "\n".join(shown)


def test_long_names_are_written_small() -> None:
    assert big_letters.write("walking", 28) != ["WALKING"]
    assert big_letters.write("walking", 27) == ["WALKING"]
    assert big_letters.write("gehen & laufen", 100) == ["GEHEN & LAUFEN"]


def test_every_letter_has_five_rows_of_three() -> None:
    for text in ("abcdefghijklm", "nopqrstuvwxyz", "0123456789", " -_./"):
        lines = big_letters.write(text, 100)
        assert [len(line) for line in lines] == [4 * len(text) - 1] * 3
