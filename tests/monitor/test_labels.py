"""Keys and labels."""

from __future__ import annotations

import pytest

from hargen.errors import DataError, UsageError
from hargen.monitor.labels import NONE, Labels, check


@pytest.fixture
def labels() -> Labels:
    return Labels(("sitting", "walking"))


def test_keys_choose_labels_and_end_them(labels: Labels) -> None:
    assert labels.current == NONE
    for time, key, now in [
        (1, "1", "sitting"),
        (2, "2", "walking"),
        (3, "0", ""),
        (4, "1", "sitting"),
    ]:
        assert labels.press(time, key)
        assert labels.current == now
    assert labels.press(5, " ")
    assert labels.current == NONE


@pytest.mark.parametrize("key", ["3", "9", "x", "\x1b", "²", "٣", ""])
def test_other_keys_mean_nothing(labels: Labels, key: str) -> None:
    labels.press(1, "1")
    assert not labels.press(2, key)
    assert labels.current == "sitting"


def test_a_label_is_on_from_its_key_on(labels: Labels) -> None:
    labels.press(10.0, "1")
    labels.press(20.0, "0")
    labels.press(30.0, "2")
    told = {9.9: "", 10.0: "sitting", 19.9: "sitting", 20.0: "", 29.9: "", 30.0: "walking"}
    for _ in range(2):  # blocks that come in a burst go back in time
        assert {time: labels.at(time) for time in told} == told


def test_a_key_that_was_pressed_after_the_samples_does_not_label_them(labels: Labels) -> None:
    labels.press(10.0, "1")
    assert labels.at(9.5) == NONE
    assert labels.at(10.5) == "sitting"


def test_the_first_label_is_on_from_the_beginning() -> None:
    labels = Labels(("a", "b"), "b")
    assert (labels.current, labels.at(0.0)) == ("b", "b")


def test_there_are_nine_keys() -> None:
    labels = Labels([f"c{n}" for n in range(1, 13)])
    assert len(labels.names) == 9
    assert labels.press(0, "9")
    assert labels.current == "c9"


@pytest.mark.parametrize("name", ["0", "12", "1.5", "nan"])
def test_a_number_is_no_label(name: str) -> None:
    with pytest.raises(UsageError) as caught:
        check(["walking", name], "--labels")
    assert "is a number" in str(caught.value)
    assert "--labels" in caught.value.hint


@pytest.mark.parametrize("name", ["", " ", "a\nb", "x" * 65, "\x1b[31m"])
def test_what_cannot_be_printed_is_no_label(name: str) -> None:
    with pytest.raises(DataError):
        check(["walking", name], "--labels")


def test_the_same_label_twice_is_refused() -> None:
    with pytest.raises(UsageError, match="twice"):
        check(["a", "b", "a"], "--labels")


def test_names_that_are_right_come_back() -> None:
    assert check(["gehen", "treppe auf, ab"], "--labels") == ("gehen", "treppe auf, ab")
