"""Metrics against cases counted by hand and against definitions computed another way."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from hargen.validate import metrics
from hargen.validate.metrics import LEFT_OUT

# true class of ten windows, and what a board answered; class 3 never occurs, class 2 is never hit
TRUTH = np.array([0, 0, 0, 0, 1, 1, 1, 2, LEFT_OUT, LEFT_OUT])
ANSWER = np.array([0, 0, 0, 1, 1, 1, 0, 1, 0, 3])


def test_the_first_of_equal_outputs_wins() -> None:
    outputs = np.array([[1, 7, 7, 0], [5, 5, 5, 5], [-128, -128, 3, 3]], np.int8)
    assert metrics.first_maximum(outputs).tolist() == [1, 0, 2]


def test_accuracy_leaves_out_classes_that_the_model_lacks() -> None:
    found = metrics.accuracy(TRUTH, ANSWER)
    assert (found.judged, found.correct, found.value) == (8, 5, 0.625)


def test_accuracy_of_nothing_is_unknown() -> None:
    nothing = np.array([LEFT_OUT, LEFT_OUT])
    found = metrics.accuracy(nothing, np.array([0, 1]))
    assert found == metrics.Accuracy(0, 0, None, None)


@pytest.mark.parametrize(
    # Wilson 95 % intervals: Newcombe, Statistics in Medicine 17 (1998), table I, method 3
    ("correct", "total", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0000, 0.1611),
     (1, 29, 0.0061, 0.1718), (29, 29, 0.8830, 1.0000)],
)  # fmt: skip
def test_wilson_interval_is_newcombes(correct: int, total: int, low: float, high: float) -> None:
    assert metrics.wilson(correct, total) == pytest.approx((low, high), abs=5e-5)


@given(st.integers(1, 10**6), st.data())
def test_wilson_ends_are_where_the_score_test_turns(total: int, data: st.DataObject) -> None:
    correct = data.draw(st.integers(0, total))
    share = correct / total
    for end in metrics.wilson(correct, total):
        assert 0.0 <= end <= 1.0
        variance = end * (1 - end) / total
        assert (share - end) ** 2 == pytest.approx(
            1.959963984540054**2 * variance, rel=1e-6, abs=1e-15
        )


@pytest.mark.parametrize(("correct", "total"), [(0, 0), (-1, 5), (6, 5)])
def test_wilson_refuses_what_is_no_proportion(correct: int, total: int) -> None:
    with pytest.raises(ValueError, match="not a proportion"):
        metrics.wilson(correct, total)


def test_confusion_is_true_by_predicted() -> None:
    assert metrics.confusion(TRUTH, ANSWER, 4) == [
        [3, 1, 0, 0],
        [1, 2, 0, 0],
        [0, 1, 0, 0],
        [0, 0, 0, 0],
    ]


def test_scores_by_hand() -> None:
    scores = metrics.class_scores(metrics.confusion(TRUTH, ANSWER, 4))
    assert [score.windows for score in scores] == [4, 3, 1, 0]
    assert [score.recall for score in scores] == [0.75, pytest.approx(2 / 3), 0.0, None]
    # class 0: 3 hits, 4 true, 4 predicted; class 1: 2 hits, 3 true, 4 predicted
    assert [score.f1 for score in scores] == [0.75, pytest.approx(4 / 7), 0.0, None]
    assert metrics.macro_f1(scores) == pytest.approx((0.75 + 4 / 7) / 3)


@given(
    st.integers(1, 6).flatmap(
        lambda n: hnp.arrays(np.int64, (40, 2), elements=st.integers(0, n - 1)).map(
            lambda pairs: (n, pairs)
        )
    )
)
def test_scores_are_precision_and_recall_counted_one_by_one(
    case: tuple[int, np.ndarray],
) -> None:
    classes, pairs = case
    truth, answer = pairs[:, 0], pairs[:, 1]
    scores = metrics.class_scores(metrics.confusion(truth, answer, classes))
    for index, score in enumerate(scores):
        hits = sum(1 for t, a in pairs if t == index and a == index)
        actual = sum(1 for t in truth if t == index)
        claimed = sum(1 for a in answer if a == index)
        recall = Fraction(hits, actual) if actual else None
        precision = Fraction(hits, claimed) if claimed else None
        assert score.recall == (None if recall is None else pytest.approx(float(recall)))
        if recall and precision:
            harmonic = 2 / (1 / recall + 1 / precision)
            assert score.f1 == pytest.approx(float(harmonic))
        else:
            assert not score.f1


def test_macro_f1_of_nothing_is_unknown() -> None:
    assert metrics.macro_f1(metrics.class_scores([[0, 0], [0, 0]])) is None


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([7], (7, 7, 7, 7)),
        ([3, 1], (1, 1, 3, 3)),
        (list(range(1, 101)), (1, 50, 99, 100)),
        (list(range(200, 0, -1)), (1, 100, 198, 200)),
        ([5] * 99 + [9], (5, 5, 5, 9)),
    ],
)
def test_spread_by_hand(values: list[int], expected: tuple[int, ...]) -> None:
    found = metrics.spread(values)
    assert found is not None
    assert (found.min, found.median, found.p99, found.max) == expected


def test_spread_of_nothing_is_unknown() -> None:
    assert metrics.spread([]) is None


@given(st.lists(st.integers(0, 50), min_size=1, max_size=300))
def test_spread_is_the_smallest_value_that_covers_the_share(values: list[int]) -> None:
    found = metrics.spread(values)
    assert found is not None
    for share, value in ((50, found.median), (99, found.p99)):
        covered = sorted(
            candidate
            for candidate in set(values)
            if 100 * sum(other <= candidate for other in values) >= share * len(values)
        )
        assert value == covered[0]
