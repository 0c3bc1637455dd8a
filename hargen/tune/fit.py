"""The cost model of untuned exports, fitted to what was measured."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hargen.plan.choice import Level
from hargen.plan.combine import Cost
from hargen.plan.costs import ANY, Around, CostModel, Fit
from hargen.plan.features import NAMES, Features

_OF_CODE = np.array([name in ("calls", "taps") for name in NAMES])
"""How much code a kernel is hardly depends on how often it runs."""
_DIGITS = 4  # significant ones, of what is committed
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class LayerRow:
    """A measured layer: its kernel and how it was compiled, its features, what it cost."""

    kernel: str
    level: Level
    for_size: bool
    features: Features
    cost: Cost


@dataclass(frozen=True)
class AroundRow:
    """What a measured network cost beside its layers; elements of its input and output."""

    level: Level
    quantizes: bool
    inputs: int
    outputs: int
    cost: Cost


def fit(layers: Sequence[LayerRow], around: Sequence[AroundRow], compiler: str) -> CostModel:
    """Return the model whose relative errors are least in the sense of least squares.

    No coefficient is negative: more work never costs less.
    """
    groups: dict[tuple[str, Level, bool], list[LayerRow]] = defaultdict(list)
    for row in layers:
        groups[row.kernel, row.level, row.for_size].append(row)
        groups[ANY, row.level, row.for_size].append(row)
    sides: dict[tuple[Level, bool], list[AroundRow]] = defaultdict(list)
    for one in around:
        sides[one.level, one.quantizes].append(one)
    return CostModel(
        compiler=compiler,
        features=NAMES,
        fits=tuple(_fit(*key, rows) for key, rows in sorted(groups.items())),
        around=tuple(_around(*key, rows) for key, rows in sorted(sides.items())),
    )


def _fit(kernel: str, level: Level, for_size: bool, rows: Sequence[LayerRow]) -> Fit:
    values = np.array([row.features for row in rows])
    return Fit(
        kernel=kernel,
        level=level,
        for_size=for_size,
        instructions=_solve(values, [row.cost.instructions for row in rows]),
        cycles=_solve(values, [row.cost.cycles for row in rows]),
        code=_solve(values * _OF_CODE, [row.cost.code for row in rows]),
    )


def _around(level: Level, quantizes: bool, rows: Sequence[AroundRow]) -> Around:
    values = np.array([(row.inputs, row.outputs, 1.0) for row in rows])
    return Around(
        level=level,
        quantizes=quantizes,
        instructions=_solve(values, [row.cost.instructions for row in rows]),
        cycles=_solve(values, [row.cost.cycles for row in rows]),
        code=_rounded(fmean(row.cost.code for row in rows)),
    )


def _solve(values: Floats, wanted: Iterable[float]) -> Any:
    from scipy.optimize import nnls

    target = np.maximum(np.array(list(wanted)), 1.0)
    shares = values / target[:, None]
    sizes = np.linalg.norm(shares, axis=0)
    sizes[sizes == 0] = 1.0
    found, _ = nnls(shares / sizes, np.ones(len(target)))  # it wants columns of about one size
    return tuple(_rounded(one) for one in found / sizes)


def _rounded(value: float) -> float:
    return float(f"{value:.{_DIGITS}g}")
