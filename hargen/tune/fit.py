"""The cost model of untuned exports, fitted to what was measured."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import fmean
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hargen.plan.choice import Level
from hargen.plan.combine import Cost
from hargen.plan.costs import ANY, Around, CostModel, Fit
from hargen.plan.features.features import CALLS, Features

_FEW = 3
"""Different layers, of which fewer do not tell what each feature costs."""
_NOTHING = 1e-4
"""A part of what a layer costs that is none."""
_DIGITS = 4  # significant ones, of what is committed
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class LayerRow:
    """A measured layer: its kernel and how it was compiled, what it cost.

    features: of the kernel at this level. of_operator: those that every kernel has.
    """

    kernel: str
    level: Level
    for_size: bool
    features: Features
    of_operator: Features
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
    for layer in _distinct(layers):
        for row in (layer, replace(layer, kernel=ANY, features=layer.of_operator)):
            groups[row.kernel, row.level, row.for_size].append(row)
    sides: dict[tuple[Level, bool], list[AroundRow]] = defaultdict(list)
    for one in dict.fromkeys(around):
        sides[one.level, one.quantizes].append(one)
    return CostModel(
        compiler=compiler,
        fits=tuple(_fit(*key, rows) for key, rows in sorted(groups.items())),
        around=tuple(_around(*key, rows) for key, rows in sorted(sides.items())),
    )


def _distinct(rows: Sequence[LayerRow]) -> Iterator[LayerRow]:
    """Yield rows that say something new: many images have the same layer."""
    known = set()
    for row in rows:
        features = (row.features, row.of_operator)
        values = tuple(v for one in features for v in (*one.time.values(), *one.code.values()))
        key = (row.kernel, row.level, row.for_size, values, row.cost)
        if key not in known:
            known.add(key)
            yield row


def _fit(kernel: str, level: Level, for_size: bool, rows: Sequence[LayerRow]) -> Fit:
    time = [dict(row.features.time) for row in rows]
    code = [dict(row.features.code) for row in rows]
    if len(time[0]) > 1 and len({tuple(one.values()) for one in time}) < _FEW:
        # What is known is put down to the work, which grows with the layer, and code to the call.
        time = [{name: one[name] for name in one if name != CALLS} for one in time]
        code = [{CALLS: one[CALLS]} for one in code]
    return Fit(
        kernel=kernel,
        level=level,
        for_size=for_size,
        instructions=_named(time, [row.cost.instructions for row in rows]),
        cycles=_named(time, [row.cost.cycles for row in rows]),
        code=_named(code, [row.cost.code for row in rows]),
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


def _named(features: Sequence[Mapping[str, float]], wanted: Iterable[float]) -> dict[str, float]:
    """Return the coefficients of features that count for something."""
    names = list(features[0])
    values = np.array([[float(one[name]) for name in names] for one in features])
    target = np.maximum(np.array(list(wanted)), 1.0)
    found = _solve(values, target)
    parts = (values * np.array(found) / target[:, None]).max(axis=0)
    return {
        name: coefficient
        for name, coefficient, part in zip(names, found, parts, strict=True)
        if part > _NOTHING
    }


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
