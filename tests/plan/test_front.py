"""What is chosen among ways whose costs are known."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hargen.errors import LimitError
from hargen.plan.choice import Choice, Optimize
from hargen.plan.front import Limits, Point, front, fronts, pick


def point(instructions: float, flash: int, ram: int = 0, *, light: bool = True) -> Point:
    return Point(Choice("-O2", ()), instructions, instructions / 160, flash, ram, light)


@st.composite
def clouds(draw: st.DrawFn) -> list[Point]:
    return [
        point(
            draw(st.integers(1, 12)),
            draw(st.integers(1, 12)),
            draw(st.integers(1, 3)),
            light=draw(st.booleans()),
        )
        for _ in range(draw(st.integers(1, 30)))
    ]


def beats(a: Point, b: Point) -> bool:
    costs = [(p.instructions, p.flash, p.ram) for p in (a, b)]
    return costs[0] != costs[1] and all(x <= y for x, y in zip(*costs, strict=True))


@given(clouds())
def test_the_front_is_what_none_beats(cloud: list[Point]) -> None:
    kept = front(cloud)
    expected = {
        (p.instructions, p.flash, p.ram)
        for p in cloud
        if not any(beats(other, p) for other in cloud)
    }
    assert {(p.instructions, p.flash, p.ram) for p in kept} == expected
    assert len(kept) == len(expected), "equals are there twice"


@given(clouds())
def test_the_light_ones_have_a_front_of_their_own(cloud: list[Point]) -> None:
    found = fronts(cloud)
    assert set(front(p for p in cloud if p.is_light)) <= set(found)
    assert set(front(cloud)) <= set(found)


@given(clouds(), st.sampled_from(["speed", "size", "balanced"]), st.integers(1, 12))
def test_what_is_picked_keeps_the_limits_or_nothing_does(
    cloud: list[Point], optimize: Optimize, flash: int
) -> None:
    limits = Limits(flash=flash)
    if all(p.flash > flash for p in cloud):
        with pytest.raises(LimitError, match="keeps the limits"):
            pick(cloud, optimize, limits)
    else:
        assert pick(cloud, optimize, limits).flash <= flash


def test_speed_is_instructions_and_a_tenth_of_memory() -> None:
    fastest, smaller, slower = point(1000, 900), point(1009, 800), point(1030, 790)
    assert pick([fastest, smaller, slower], "speed", Limits()) is smaller
    assert pick([fastest, slower], "speed", Limits()) is fastest


def test_ram_is_memory_too() -> None:
    smaller, leaner = point(1000, 900, 400), point(1001, 1000, 100)
    for word in ("speed", "balanced", "size"):
        assert pick([smaller, leaner], word, Limits()) is leaner


def test_size_is_memory_and_a_tenth_of_instructions() -> None:
    smallest, faster, larger = point(900, 1000), point(800, 1009), point(790, 1030)
    assert pick([smallest, faster, larger], "size", Limits()) is faster
    assert pick([smallest, larger], "size", Limits()) is smallest


def test_balanced_takes_the_least_product_of_light_ones() -> None:
    heavy, light, slow = point(10, 10, light=False), point(19, 10), point(100, 9)
    assert pick([heavy, light, slow], "balanced", Limits()) is light
    assert pick([heavy, slow], "balanced", Limits()) is heavy, "it is worth it"
    narrow = point(18, 9, light=False)
    assert pick([narrow, light], "balanced", Limits(flash=9)) is narrow, "no light one fits"


def test_every_limit_counts() -> None:
    points = [point(100, 9, 5), point(200, 5, 9), point(300, 7, 3)]
    assert pick(points, "speed", Limits(ram=4)) is points[2]
    assert pick(points, "size", Limits(us=1.0)) is points[0]
    assert pick(points, "speed", Limits(flash=6)) is points[1]
    with pytest.raises(LimitError, match="at least 5 B of flash, at least 3 B of RAM"):
        pick(points, "speed", Limits(flash=6, ram=4))


def test_limits_are_true_where_there_is_one() -> None:
    assert not Limits()
    assert Limits(us=0.5)
