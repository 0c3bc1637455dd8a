"""What the firmware is told of a spec: sections of second order in delta form, within bounds."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import signal

from hargen.errors import DataError
from hargen.preprocessing import Preprocessing, Section, preset
from hargen.preprocessing.design import butterworth_highpass, settled_states
from hargen.preprocessing.presets import ZOO_SECOND_ORDER, ZOO_SECTION
from hargen.preprocessing.second_order import multiplied, second_order
from hargen.preprocessing.stream import delta, plan

NEAR = 1 - 6e-5
"""A double pole at minus this keeps float64 stable and not float32."""


def with_filter(sections: list[Section], **changes: object) -> Preprocessing:
    order = sum(len(section.a) - 1 for section in sections)
    filter_ = {"order": order, "cutoff_hz": 0.5, "sections": [s.model_dump() for s in sections]}
    return Preprocessing.from_table(
        preset("none", window=24).to_table() | {"filter": filter_} | changes
    )


def section(b: object, a: object) -> Section:
    b, a = np.asarray(b).tolist(), np.asarray(a).tolist()
    return Section(b=tuple(b), a=tuple(a), settled=tuple(settled_states([(b, a)])[0]))


def test_the_zoos_two_sections_are_its_one() -> None:
    b, a = multiplied(ZOO_SECOND_ORDER)
    np.testing.assert_allclose(b, ZOO_SECTION.b, rtol=0, atol=2e-14)
    np.testing.assert_allclose(a, ZOO_SECTION.a, rtol=0, atol=2e-14)
    states = settled_states([(s.b, s.a) for s in ZOO_SECOND_ORDER])
    for got, written in zip(states, ZOO_SECOND_ORDER, strict=True):
        np.testing.assert_allclose(got, written.settled, atol=1e-7)


@pytest.mark.parametrize("order", [3, 4, 5, 6])
def test_other_orders_are_factored(order: int) -> None:
    b, a = signal.butter(order, 0.8, "highpass", fs=26.0)
    whole = section(b, a)
    found = second_order(with_filter([whole]).filter)  # type: ignore[arg-type]
    assert [len(s.a) - 1 for s in found].count(2) == order // 2
    noise = np.random.default_rng(0).normal(size=400)
    expected = signal.lfilter(b, a, noise)
    for one in found:
        noise = signal.lfilter(one.b, one.a, noise)
    np.testing.assert_allclose(noise, expected, atol=1e-7)


def test_sections_of_second_order_stay_as_they_are() -> None:
    filter_ = preset("default", window=24).filter
    assert filter_ is not None
    assert second_order(filter_) == filter_.sections


def test_delta_form_is_the_same_filter() -> None:
    filter_ = butterworth_highpass(3, 0.7, 26.0)
    noise = np.random.default_rng(1).normal(size=300) + 9.8
    for one in filter_.sections:
        expected, _ = signal.lfilter(one.b, one.a, noise, zi=np.array(one.settled) * noise[0])
        d = delta(one)
        s0, s1 = (value * noise[0] for value in d.settled)
        for x, wanted in zip(noise, expected, strict=True):
            y = d.b[0] * x + s0
            s0, s1 = s0 + d.b[1] * x - d.a[0] * y + s1, s1 + d.b[2] * x - d.a[1] * y
            assert y == pytest.approx(wanted, abs=1e-9)


def test_settling_is_that_of_the_slowest_pole() -> None:
    for name, samples in (("default", 125), ("st-zoo", 239), ("none", 0)):
        spec = preset(name, window=24)
        assert plan(spec).settle == samples
        if spec.filter is None:
            continue
        _, a = multiplied(second_order(spec.filter))
        radius = np.abs(np.roots(a)).max()
        assert radius**samples <= 0.0101 < radius ** (samples - 2)


def test_a_filter_by_window_has_nothing_to_settle() -> None:
    table = preset("default", window=24).to_table() | {"filter_state": "window"}
    assert plan(Preprocessing.from_table(table)).settle == 0


def test_axes_and_counts() -> None:
    table = preset("default", window=24).to_table() | {"axes": ["-z", "x", "y"], "unit": "mg"}
    found = plan(Preprocessing.from_table(table | {"mg_per_count": 0.5}))
    assert (found.source, found.scale) == ((2, 0, 1), (-0.5, 0.5, 0.5))


@pytest.mark.parametrize(
    ("sections", "why"),
    [
        ([section([1.0, -2.0, 1.0], [1.0, 2 * NEAR, NEAR**2])], "not inside the unit circle"),
        ([section([1.0, -1.0], [1.0, -(1 - 1e-9)])], "samples to settle"),
        ([section([1.0, -1.0], [1.0, -0.99999])], "samples to settle"),
        ([section([1e13, -1e13], [1.0, -0.5])], "too large for float32"),
        ([section([0.0, 1.0, 0.0, 0.0], [1.0, -0.5, 0.2, 0.1])], "b[0] is 0"),
        (
            [Section(b=ZOO_SECTION.b, a=ZOO_SECTION.a, settled=(1.0, 2.0, 3.0, 4.0))],
            "settled is not its state at rest",
        ),
    ],
)
def test_filters_that_the_board_cannot_run_are_refused(sections: list[Section], why: str) -> None:
    with pytest.raises(DataError) as caught:
        plan(with_filter(sections))
    assert why in caught.value.why
    assert caught.value.hint
