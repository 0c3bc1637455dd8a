"""The verdict on runs whose right answer is known by construction."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from hargen.datasets import Windows
from hargen.errors import DeviceError
from hargen.manifest import Footprint, Manifest, Model, Preprocessing, Tensor
from hargen.validate import judge, metrics
from hargen.validate.expected import Expected
from hargen.validate.judge import BoardRun
from hargen.validate.metrics import LEFT_OUT

ZERO = "0" * 64
OUTPUT = Tensor(shape=(3,), dtype="int8", scale=1 / 256, zero_point=-128)
MANIFEST = Manifest(
    hargen="0",
    name="har",
    board="B-U585I-IOT02A",
    optimize="balanced",
    classes=("still", "walking", "running"),
    model=Model(
        file="reference/har.tflite",
        sha256=ZERO,
        format="tflite",
        precision="int8",
        input=Tensor(shape=(4, 3, 1), dtype="float32", scale=1.0, zero_point=0),
        output=OUTPUT,
    ),
    preprocessing=Preprocessing(sha256=ZERO, spec={}),
    plan=Footprint(weights=0, tables=0, activation_ram=0, maccs=0),
    files={},
)
# the answers to five windows; the last has its first two outputs equal
ANSWERS = np.array([[9, 0, 0], [0, 9, 0], [0, 0, 9], [0, 8, 1], [5, 5, 0]], np.int8)
CLASSES = [0, 1, 2, 1, 0]
TRUTH = np.array([0, 1, 1, LEFT_OUT, 0])


def windows(recording: list[int] | None = None) -> Windows:
    return Windows(
        x=np.zeros((5, 4, 3), np.float32),
        y=np.zeros(5, np.int64),
        classes=(),
        source="made by hand",
        recordings=("a", "b", "unused"),
        recording=None if recording is None else np.array(recording),
    )


def run(outputs: np.ndarray = ANSWERS, picked: tuple[int, ...] = (0, 1, 2, 3, 4)) -> BoardRun:
    return BoardRun(
        index=picked,
        outputs=[outputs[i].tobytes() for i in picked],
        classes=[CLASSES[i] for i in picked],
        cycles=[100] * len(picked),
        stack_high_water=300,
    )


def verdict(
    data: Windows, truth: np.ndarray, board: BoardRun, outputs: np.ndarray | None
) -> dict[str, Any]:
    """The verdict where the bits are compared with the reference itself, as of int8 networks."""
    if outputs is None:
        return judge.verdict(MANIFEST, data, truth, board, None, None)
    expected = Expected(outputs, metrics.first_maximum(outputs), "by hand", "1")
    return judge.verdict(MANIFEST, data, truth, board, expected, outputs)


def test_an_equal_board_is_bit_exact() -> None:
    found = verdict(windows(), TRUTH, run(), ANSWERS)
    assert (found["windows"], found["judged"], found["left_out"], found["correct"]) == (5, 4, 1, 3)
    assert found["accuracy"] == found["reference_accuracy"] == 0.75
    assert (found["agreement"], found["bit_exact"], found["mismatches"]) == (1.0, 5, [])
    assert found["confusion"] == [[2, 0, 0], [0, 1, 1], [0, 0, 0]]


def test_one_differing_byte_is_found_and_shown() -> None:
    reference = ANSWERS.copy()
    reference[3] = [0, 8, 2]
    found = verdict(windows(), TRUTH, run(), reference)
    assert found["bit_exact"] == 4
    (mismatch,) = found["mismatches"]
    assert (mismatch.index, mismatch.board, mismatch.reference) == (3, "000801", "000802")
    assert found["agreement"] == 1.0


def test_another_class_lowers_agreement_and_not_the_boards_accuracy() -> None:
    reference = ANSWERS.copy()
    reference[2] = [0, 9, 0]
    found = verdict(windows(), TRUTH, run(), reference)
    assert (found["agreement"], found["accuracy"], found["reference_accuracy"]) == (0.8, 0.75, 1.0)


def test_only_the_first_mismatches_are_shown() -> None:
    outputs = np.tile(np.array([[9, 0, 0]], np.int8), (50, 1))
    board = BoardRun(range(50), [row.tobytes() for row in outputs], [0] * 50, [1] * 50, 0)
    many = Windows(np.zeros((50, 4, 3), np.float32), np.zeros(50, np.int64), (), "made by hand")
    reference = np.tile(np.array([[8, 0, 0]], np.int8), (50, 1))
    found = verdict(many, np.zeros(50, np.int64), board, reference)
    assert found["bit_exact"] == 0
    assert [mismatch.index for mismatch in found["mismatches"]] == list(range(20))


def test_unanswered_windows_count_for_nothing_and_shift_nothing() -> None:
    found = verdict(windows([0, 0, 1, 1, 1]), TRUTH, run(picked=(0, 2, 4)), ANSWERS)
    assert (found["windows"], found["judged"], found["correct"]) == (3, 3, 2)
    assert found["bit_exact"] == 3
    assert [(r.name, r.windows, r.correct) for r in found["per_recording"]] == [
        ("a", 1, 1),
        ("b", 2, 1),
    ]


def test_a_recording_of_left_out_windows_has_no_accuracy() -> None:
    found = verdict(windows([0, 0, 0, 1, 0]), TRUTH, run(), None)
    assert [(r.name, r.windows, r.judged, r.accuracy) for r in found["per_recording"]] == [
        ("a", 4, 4, 0.75),
        ("b", 1, 0, None),
    ]


def test_without_a_reference_nothing_is_claimed_of_it() -> None:
    found = verdict(windows(), TRUTH, run(), None)
    assert found["bit_exact"] is None
    assert found["agreement"] is None
    assert found["reference_accuracy"] is None


def test_a_board_whose_argmax_takes_the_last_of_equals_is_caught() -> None:
    wrong = run()
    wrong = BoardRun(wrong.index, wrong.outputs, [0, 1, 2, 1, 1], wrong.cycles, 0)
    with pytest.raises(DeviceError, match=r"window 4: the board's class 1.*outputs are 5, 5, 0"):
        verdict(windows(), TRUTH, wrong, None)


def test_the_class_of_a_vote_need_not_be_the_largest_output() -> None:
    model = MANIFEST.model.model_copy(update={"classes_by": "votes"})
    voting = MANIFEST.model_copy(update={"model": model})
    board = run()
    board = BoardRun(board.index, board.outputs, [0, 1, 2, 1, 1], board.cycles, 0)
    expected = Expected(ANSWERS, np.array([0, 1, 2, 1, 0]), "by hand", "1")
    found = judge.verdict(voting, windows(), TRUTH, board, expected, ANSWERS)
    assert (found["labels_equal"], found["agreement"], found["bit_exact"]) == (4, 0.8, 5)


def test_bits_are_compared_with_the_twin_and_values_with_the_reference() -> None:
    reference = ANSWERS + np.float32(0.25)
    expected = Expected(reference, metrics.first_maximum(reference), "by hand", "1")
    exact = ANSWERS.copy()
    exact[1] = [0, 8, 0]
    found = judge.verdict(MANIFEST, windows(), TRUTH, run(), expected, exact)
    assert (found["labels_equal"], found["largest_difference"]) == (5, 0.25)
    assert found["bit_exact"] == 4
    found = judge.verdict(MANIFEST, windows(), TRUTH, run(), expected, None)
    assert (found["labels_equal"], found["bit_exact"]) == (5, None)


def test_cycles_become_time_at_the_clock() -> None:
    cycles = judge.counts([160, 320, 480])
    assert cycles is not None
    assert judge.milliseconds(cycles, 160_000_000).model_dump() == {
        "min": 0.001,
        "median": 0.002,
        "p99": 0.003,
        "max": 0.003,
    }
