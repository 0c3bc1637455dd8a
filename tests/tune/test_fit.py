"""The cost model: what was put in comes out."""

from __future__ import annotations

import random

import pytest

from hargen.plan.combine import Cost
from hargen.plan.features import NAMES, Features
from hargen.tune.fit import AroundRow, LayerRow, fit

TRUE = (50.0, 0.5, 0.0, 2.0, 0.0, 12.0, 3.0)


def layer(values: Features, kernel: str = "hg_some_s8") -> LayerRow:
    instructions = sum(t * v for t, v in zip(TRUE, values, strict=True))
    return LayerRow(kernel, "-O2", False, values, Cost(instructions, 2 * instructions, 300))


GENERATOR = random.Random(3)
ROWS = [layer((1.0, *(float(GENERATOR.randrange(10, 5000)) for _ in range(6)))) for _ in range(20)]
AROUND = [AroundRow("-O2", True, n, 4, Cost(100 + 7 * n, 200 + 9 * n, 800)) for n in (24, 72, 144)]


def test_what_follows_the_model_is_found_again() -> None:
    model = fit(ROWS, AROUND, "12.2.1")
    (own,) = (one for one in model.fits if one.kernel == "hg_some_s8")
    assert own.instructions == pytest.approx(TRUE, rel=1e-2, abs=0.05)
    assert own.cycles == pytest.approx([2 * value for value in TRUE], rel=1e-2, abs=0.1)
    assert own.code == pytest.approx((300, *[0] * 6), abs=1e-6)
    assert len(model.fits) == 2, "and one over all kernels"
    assert model.features == NAMES


def test_nothing_costs_less_than_nothing() -> None:
    falling = [
        LayerRow("k", "-O2", False, (1.0, n, 0.0, 0.0, 0.0, 0.0, 0.0), Cost(1000 - n, 10, 5))
        for n in (1.0, 500.0, 900.0)
    ]
    for one in fit(falling, AROUND, "12.2.1").fits:
        assert min(one.instructions) >= 0
