"""Curves in characters."""

from __future__ import annotations

import pytest

from hargen.monitor.traces import plot

BLANK = " "


def dots(lines: list[str]) -> set[tuple[int, int]]:
    """Return column and row of every dot, by Unicode's table of braille patterns."""
    numbered = {
        0: (0, 0),
        1: (0, 1),
        2: (0, 2),
        3: (1, 0),
        4: (1, 1),
        5: (1, 2),
        6: (0, 3),
        7: (1, 3),
    }
    found = set()
    for line_number, line in enumerate(lines):
        for column, char in enumerate(line):
            pattern = 0 if char == BLANK else ord(char) - 0x2800
            assert 0 <= pattern < 256
            for bit, (x, y) in numbered.items():
                if pattern >> bit & 1:
                    found.add((2 * column + x, 4 * line_number + y))
    return found


def test_a_straight_line_goes_from_edge_to_edge() -> None:
    values = [float(value) for value in range(8)]
    assert dots(plot(values, width=4, height=2, low=0, high=7)) >= {(n, 7 - n) for n in range(8)}


def test_a_constant_is_one_row() -> None:
    assert dots(plot([0.0] * 20, width=5, height=1, low=0, high=1)) == {(n, 3) for n in range(10)}
    assert dots(plot([1.0] * 20, width=5, height=1, low=0, high=1)) == {(n, 0) for n in range(10)}


def test_what_lies_beyond_an_edge_is_on_it() -> None:
    assert dots(plot([-9.0, 9.0], width=1, height=1, low=0, high=1)) >= {(0, 3), (1, 0)}


def test_a_spike_among_many_samples_is_seen() -> None:
    values = [0.0] * 260
    values[111] = 1.0
    found = dots(plot(values, width=10, height=2, low=0, high=1))
    assert {(111 * 20 // 260, y) for y in range(8)} <= found


def test_jumps_are_joined_and_gaps_are_not() -> None:
    joined = dots(plot([0.0, 1.0], width=1, height=1, low=0, high=1))
    assert joined == {(0, 3), (1, 3), (1, 2), (1, 1), (1, 0)}
    apart = dots(plot([0.0, None, None, 1.0], width=2, height=1, low=0, high=1))
    assert apart == {(0, 3), (3, 0)}


@pytest.mark.parametrize("values", [[], [None, None]])
def test_nothing_is_blank(values: list[float | None]) -> None:
    assert plot(values, width=3, height=2, low=0, high=1) == [BLANK * 3] * 2


def test_equal_edges_are_no_division_by_zero() -> None:
    assert dots(plot([1.0, 1.0], width=1, height=1, low=1, high=1)) == {(0, 3), (1, 3)}


def test_fewer_values_than_columns_are_spread() -> None:
    found = dots(plot([0.0, 1.0], width=4, height=1, low=0, high=1))
    assert {x for x, _ in found} == set(range(8))


def test_without_unicode_there_are_stars() -> None:
    lines = plot([0.0, 0.0, 1.0, 1.0], width=2, height=2, low=0, high=1, ascii_only=True)
    assert lines == [" *", "**"]
