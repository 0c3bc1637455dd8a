"""The cost model: what was put in comes out."""

from __future__ import annotations

import random

import pytest

from hargen.plan.combine import Cost
from hargen.plan.costs import ANY
from hargen.plan.features.features import Features
from hargen.tune.fit import AroundRow, LayerRow, fit

TIME = {"calls": 50.0, "products": 0.5, "turns": 0.0, "fills": 2.0, "outputs": 12.0}
CODE = {"calls": 90.0, "forms": 130.0}
OF_OPERATOR = {"calls": 1.0, "multiply_accumulates": 9.0}


def layer(time: dict[str, float], code: dict[str, float], kernel: str = "hg_some_s8") -> LayerRow:
    instructions = sum(TIME[name] * value for name, value in time.items())
    size = sum(CODE[name] * value for name, value in code.items())
    return LayerRow(
        kernel,
        "-O2",
        False,
        Features(time, code),
        Features(OF_OPERATOR, {"calls": 1.0}),
        Cost(instructions, 2 * instructions, size),
    )


GENERATOR = random.Random(3)
ROWS = [
    layer(
        {name: float(GENERATOR.randrange(10, 5000)) for name in TIME} | {"calls": 1.0},
        {"calls": 1.0, "forms": float(GENERATOR.randrange(1, 4))},
    )
    for _ in range(20)
]
AROUND = [AroundRow("-O2", True, n, 4, Cost(100 + 7 * n, 200 + 9 * n, 800)) for n in (24, 72, 144)]


def test_what_follows_the_model_is_found_again() -> None:
    model = fit(ROWS, AROUND, "12.2.1")
    own, general = sorted(model.fits, key=lambda one: one.kernel == ANY)
    expected = {name: value for name, value in TIME.items() if value}
    assert own.instructions == pytest.approx(expected, rel=1e-2, abs=0.05)
    doubled = {name: 2 * value for name, value in expected.items()}
    assert own.cycles == pytest.approx(doubled, rel=1e-2, abs=0.1)
    assert own.code == pytest.approx(CODE, rel=1e-2)
    assert set(general.instructions) <= set(OF_OPERATOR), "of all kernels: by their operators"


def test_what_is_measured_twice_counts_once() -> None:
    one, other = (
        LayerRow("k", "-O2", False, features, features, Cost(cost, cost, 5))
        for features, cost in (
            (Features({"calls": 1.0}, {"calls": 1.0}), 100.0),
            (Features({"calls": 2.0}, {"calls": 1.0}), 300.0),
        )
    )
    assert fit([one, other], AROUND, "") == fit([one, other, other, other], AROUND, "")


def test_of_few_layers_what_grows_is_the_work() -> None:
    features = Features({"calls": 1.0, "outputs": 40.0}, {"calls": 1.0, "forms": 2.0})
    rows = [LayerRow("k", "-O2", False, features, features, Cost(400, 500, 120))]
    own = next(one for one in fit(rows, AROUND, "").fits if one.kernel == "k")
    assert own.instructions == pytest.approx({"outputs": 10.0})
    assert own.code == pytest.approx({"calls": 120.0})


def test_nothing_costs_less_than_nothing() -> None:
    falling = [
        LayerRow(
            "k",
            "-O2",
            False,
            Features({"calls": 1.0, "products": n}, {"calls": 1.0}),
            Features({"calls": 1.0, "outputs": n}, {"calls": 1.0}),
            Cost(1000 - n, 10, 5),
        )
        for n in (1.0, 500.0, 900.0)
    ]
    for one in fit(falling, AROUND, "12.2.1").fits:
        assert min(one.instructions.values()) >= 0
