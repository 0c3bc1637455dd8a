"""Classes of several data sets become those of one network."""

from __future__ import annotations

import pytest

from hargen.errors import DataError, UsageError
from hargen.train.classes import parse_map, unify

MOBILITY = ("mobility_v1", ("Stationary", "Walking", "Jogging", "Biking"))
WISDM = ("wisdm51", ("Jogging", "Stairs", "Stationary", "Walking"))
ST = ("st_har_26hz", ("running", "stationary", "walking"))


def test_all_classes_in_the_order_in_which_they_come() -> None:
    classes, mappings = unify([MOBILITY, WISDM, ST], None, {})
    assert classes == ("Stationary", "Walking", "Jogging", "Biking", "Stairs")
    assert mappings == [(0, 1, 2, 3), (2, 4, 0, 1), (2, 0, 1)]


def test_wanted_classes_leave_the_others_out() -> None:
    classes, mappings = unify([WISDM, ST], ("walking", "resting"), {})
    assert classes == ("walking", "resting")
    assert mappings == [(-1, -1, 1, 0), (-1, 1, 0)]


def test_sitting_and_standing_are_stationary_where_that_is_a_class() -> None:
    classes, mappings = unify([ST, ("own", ("Sitting", "Standing", "Walk"))], None, {})
    assert classes == ("running", "stationary", "walking")
    assert mappings[1] == (1, 1, 2)


def test_two_classes_of_one_set_stay_two() -> None:
    classes, _ = unify([("own", ("Sitting", "Standing"))], None, {})
    assert classes == ("Sitting", "Standing")


def test_a_map_renames_and_leaves_out() -> None:
    renamed = parse_map(["Running = Sprint", "biking="])
    classes, mappings = unify([MOBILITY, ST], None, renamed)
    assert classes == ("Stationary", "Walking", "Jogging", "Sprint")
    assert mappings == [(0, 1, 2, -1), (3, 0, 1)]


@pytest.mark.parametrize(
    ("sets", "wanted", "message"),
    [
        (
            [("own", ("Sitting", "Standing")), ("other", ("Stationary", "Sitting"))],
            None,
            "'Stationary' could be Sitting or Standing",
        ),
        ([ST, ("other", ("eating", "typing"))], None, "no class in common"),
        ([ST, ("other", ("eating", "typing"))], ("walking", "running"), "is one of the network's"),
        ([ST], ("walking", "biking"), "no data has the class 'biking'"),
    ],
)
def test_what_cannot_be_reconciled(sets, wanted, message: str) -> None:
    with pytest.raises(DataError, match=message) as found:
        unify(sets, wanted, {})
    assert "--map" in found.value.hint


@pytest.mark.parametrize("word", ["walking", "=walking", ""])
def test_a_map_has_two_sides(word: str) -> None:
    with pytest.raises(UsageError, match="not OLD=NEW"):
        parse_map([word])


def test_a_map_of_nothing_or_twice() -> None:
    with pytest.raises(UsageError, match="twice"):
        parse_map(["a=b", "A=c"])
    with pytest.raises(UsageError, match="no data has a class 'swimming'"):
        unify([ST], None, {"swimming": "x"})
