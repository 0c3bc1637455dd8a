"""The preprocessing in integers, once more: Python's whole numbers, which cannot overflow.

It is written by what docs/numerics.md says of every step and shares no line with the C. Where the C
has 32 or 64 bits, it asserts that they are enough.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from hargen.preprocessing import Preprocessing
from hargen.preprocessing.integers import IntegerPlan

DIRECTION = 29


def word(value: int) -> int:
    assert -(2**31) <= value < 2**31, value
    return value


def long(value: int) -> int:
    assert -(2**63) <= value < 2**63, value
    return value


def inverse_root(x: int) -> tuple[int, int]:
    """Return the mantissa (30 bits behind the point) and the doublings of 1 / sqrt(x)."""
    assert 0 < x < 2**62
    doublings = (64 - x.bit_length()) // 2
    t = (x * 4**doublings) // 2**32
    inner = 3527650590 - (t * 3518821694 // 2**32) // 2
    r = 2867798755 - t * inner // 2**32
    for _ in range(3):
        rest = 2**29 - t * (r * r // 2**31) // 2**32
        r += rest * (r // 2) // 2**29
        assert 0 < r < 2**32
    return min(r, 2**31 - 1), doublings


def rounded(total: int) -> int:
    long(total + 2 ** (DIRECTION - 1))
    return word((total + 2 ** (DIRECTION - 1)) // 2**DIRECTION)


def turned(sample: list[int], dynamic: list[int]) -> list[int]:
    gravity = [word(s - d) for s, d in zip(sample, dynamic, strict=True)]
    square = sum(g * g for g in gravity)
    if square == 0:
        return dynamic
    dx, dy, dz = dynamic

    def direction(component: int, root: tuple[int, int]) -> int:
        return word(word(component * 2 ** (root[1] - 1)) * root[0] // 2**32)

    nx, ny, nz = (direction(g, inverse_root(square)) for g in gravity)
    ux = uy = 0
    if gravity[0] or gravity[1]:
        flat = inverse_root(gravity[0] ** 2 + gravity[1] ** 2)
        ux, uy = -direction(gravity[1], flat), direction(gravity[0], flat)
    along = rounded(rounded(ux * dx + uy * dy) * (2**DIRECTION + nz))
    return [
        rounded(-nz * dx + nx * dz + ux * along),
        rounded(-nz * dy + ny * dz + uy * along),
        rounded(-nz * dz - nx * dx - ny * dy),
    ]


class Filter:
    """The sections of one axis."""

    def __init__(self, spec: Preprocessing, plan: IntegerPlan, first: int) -> None:
        assert spec.filter is not None
        history = {"zero": 0, "settled": first, "settled-or-one": first or plan.one}
        start = history[spec.filter.initial]
        self.plan = plan
        self.states = [[section.settled[i] * start for i in (0, 1)] for section in plan.sections]

    def __call__(self, x: int) -> int:
        one = 2**self.plan.bits
        for section, state in zip(self.plan.sections, self.states, strict=True):
            s0, s1 = state
            y = word((s0 + section.b[0] * x + one // 2) // one)
            state[0] = long(s0 + s1 + section.b[1] * x + section.minus_a[0] * y)
            state[1] = long(s1 + section.b[2] * x + section.minus_a[1] * y)
            x = y
        return x


class Stream:
    """Values of samples, one after the other."""

    def __init__(self, spec: Preprocessing, plan: IntegerPlan) -> None:
        self.spec, self.plan = spec, plan
        self.filters: list[Filter] = []

    def __call__(self, sample: list[int]) -> list[int]:
        if self.spec.filter is None:
            return sample
        if not self.filters:
            self.filters = [Filter(self.spec, self.plan, first) for first in sample]
        dynamic = [run(x) for run, x in zip(self.filters, sample, strict=True)]
        return turned(sample, dynamic) if self.spec.gravity_rotation else dynamic


def normalized(values: list[int], plan: IntegerPlan) -> list[int]:
    total = sum(values)
    mean = abs(total) // len(values) * (1 if total >= 0 else -1)
    centered = [word(value - mean) for value in values]
    square = sum((value >> plan.drop) ** 2 for value in centered)
    mantissa, doublings = inverse_root(max(square, plan.least_square))
    return [word(value * mantissa >> (33 + plan.drop - doublings)) for value in centered]


def windows(stream: np.ndarray, spec: Preprocessing, plan: IntegerPlan) -> Iterator[list[int]]:
    """Yield the windows of a stream of counts, flat."""
    source = ["xyz".index(axis[-1]) for axis in spec.axes]
    samples = [
        [word(int(row[s]) * scale) for s, scale in zip(source, plan.scale, strict=True)]
        for row in stream
    ]
    by_window = spec.filter_state == "window"
    if not by_window:
        run = Stream(spec, plan)
        samples = [run(sample) for sample in samples]
    for start in range(0, len(samples) - spec.window + 1, spec.hop):
        window = samples[start : start + spec.window]
        if by_window:
            run = Stream(spec, plan)
            window = [run(sample) for sample in window]
        if spec.normalization is not None and spec.normalization.kind == "window":
            columns = [normalized(list(column), plan) for column in zip(*window, strict=True)]
            window = [list(row) for row in zip(*columns, strict=True)]
        yield [value for row in window for value in row]


def quantized(window: list[int], plan: IntegerPlan) -> list[int]:
    """Return a window as the network's int8."""
    axes = len(plan.scale)
    steps = []
    for i, value in enumerate(window):
        total = value * plan.window.multiplier[i % axes] + plan.window.addend[i % axes]
        steps.append(min(max(long(total) // 2**plan.window.shift, -128), 127))
    return steps
