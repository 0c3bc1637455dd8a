"""The C on this machine against a board: the firmware as a native process on a pseudo-terminal.

The board's firmware is of a project that was edited, the C that it is held against of the one that
was not.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from hargen.errors import DeviceError, LimitError
from hargen.validate.compare import comparison
from hargen.validate.compare.report import CompareReport, Divergence

from .conftest import Edit, Run

Start = Callable[[Path], str]
WINDOWS = 24
STORED = ["window", "layer 0", "layer 1", "layer 2", "layer 3", "output", "class"]


def first_on_board(report: CompareReport) -> Divergence:
    """Return the board's first divergence; the reference has nothing against the C here."""
    assert report.reference_first is None
    assert report.board_first is not None
    assert report.board_first.link == "board"
    return report.board_first


def seen(report: CompareReport) -> dict[str, int]:
    """Return, of the places that the board stores, how many windows differ."""
    return {p.name: p.board.windows_differ for p in report.places if p.board is not None}


def test_a_clean_board_stores_what_the_c_does(demo: Path, run: Run, start: Start) -> None:
    report = run(demo, port=start(demo), synthetic=WINDOWS)
    assert not report.differs
    assert seen(report) == dict.fromkeys([*STORED, "activity", "settled"], 0)
    assert all(p.board.windows == WINDOWS for p in report.places if p.board is not None)
    assert report.port is not None
    comparison.judge(report)


@pytest.mark.parametrize("stage", ["window", "int8"])
def test_windows_on_a_clean_board(demo: Path, run: Run, start: Start, stage: str) -> None:
    report = run(demo, port=start(demo), synthetic=WINDOWS, stage=stage)
    assert not report.differs
    assert seen(report) == dict.fromkeys(STORED[1:], 0)


def test_progress_is_that_of_reference_and_board(demo: Path, start: Start) -> None:
    told: list[tuple[int, int]] = []
    request = comparison.Request(demo, port=start(demo), synthetic=5)
    comparison.compare(request, lambda done, total: told.append((done, total)), print)
    assert told == [(n, 10) for n in range(1, 11)]


@pytest.mark.parametrize("layer", [0, 1, 2])
@pytest.mark.parametrize("stage", ["raw", "window"])
def test_one_weight(
    edited: Edit, demo: Path, run: Run, start: Start, layer: int, stage: str
) -> None:
    text = (demo / "Model/har_data.c").read_text(encoding="utf-8")
    array = re.search(rf"har_layer_{layer}_weights\[\d+\] = {{\s*(-?\d+)", text)
    assert array is not None
    wrong = array[0][: -len(array[1])] + str(-int(array[1]) - 1)
    folder = edited("Model/har_data.c", array[0], wrong)
    report = run(demo, port=start(folder), synthetic=WINDOWS, stage=stage)
    first = first_on_board(report)
    assert first.place == f"layer {layer}"
    found = seen(report)
    before = [place for place in STORED[: layer + 1] if place in found]
    assert [found[place] for place in before] == [0] * len(before)
    assert isinstance(first.ours, int) and isinstance(first.theirs, int)
    assert first.difference == abs(first.ours - first.theirs) > 0
    assert len(first.element) == len(first.shape)
    # the first weights are those of the first output, or channel
    assert first.element[-1] in (0, 1)
    with pytest.raises(LimitError, match="the board differs from the C on this machine"):
        comparison.judge(report)


def test_a_coefficient_shows_in_the_window(
    edited: Edit, demo: Path, run: Run, start: Start
) -> None:
    """A board stores nothing between counts and window: that is read, value by value."""
    folder = edited("Model/har_stream.c", ".a = {0.17230706f", ".a = {0.17230709f")
    report = run(demo, port=start(folder), synthetic=WINDOWS)
    first = first_on_board(report)
    assert (first.place, first.shape) == ("window", [24, 3])
    assert isinstance(first.ours, float) and isinstance(first.theirs, float)
    assert first.ours != first.theirs
    assert first.ours == pytest.approx(first.theirs, abs=1e-5)
    assert first.limit is not None and first.limit == 0
    assert set(first.steps) == {"unit", "filter", "rotation", "window"}
    assert first.counts is not None


def test_another_quantization_is_told_from_another_layer(
    edited: Edit, demo: Path, run: Run, start: Start
) -> None:
    text = (demo / "Model/har.c").read_text(encoding="utf-8")
    call = re.search(
        r"hg_quantize_product_s8\(input, HAR_INPUT_SIZE, [\d.e+-]+f, ([\d.e+-]+)f", text
    )
    assert call is not None
    folder = edited("Model/har.c", call[0], call[0].replace(call[1], f"1.01f * {call[1]}"))
    report = run(demo, port=start(folder), synthetic=WINDOWS)
    first = first_on_board(report)
    assert first.place == "input"
    assert first.note.startswith("seen by layer 0")
    assert seen(report)["window"] == 0


def test_classes_in_another_order(edited: Edit, demo: Path, run: Run, start: Start) -> None:
    folder = edited("Model/har_data.c", '"stationary",', '"walking",')
    first = first_on_board(run(demo, port=start(folder), synthetic=6))
    assert (first.place, first.element) == ("class names", [0])
    assert (first.ours, first.theirs) == ("stationary", "walking")


def test_a_board_that_is_not_there(demo: Path, run: Run) -> None:
    with pytest.raises(DeviceError, match="there is no such port"):
        run(demo, port="/dev/none", synthetic=3)
