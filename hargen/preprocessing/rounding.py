"""How far the firmware may be from float64, step by step: what rounding alone explains.

Every step is held against float64 on the very values that the firmware had in front of it, so that
only its own roundings count. docs/numerics.md has the rules in words.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from hargen.preprocessing.integers import IntegerPlan
from hargen.preprocessing.reference import initial_scale
from hargen.preprocessing.second_order import second_order
from hargen.preprocessing.spec import Filter
from hargen.preprocessing.stream import DeltaSection, delta, settling_samples

Float64 = NDArray[np.float64]

_U = 2.0**-24  # largest relative error of one rounding to float32
_TINY = 1e-30  # of underflow, and of limits that would be 0 where nothing moves
_SECOND_ORDER = 1.05
_SETTLINGS = 4  # after so many nothing of an impulse is left that would count


class Rounding(Protocol):
    """Limits of the differences between the firmware's steps and float64's, in the spec's unit."""

    def of_unit(self, exact: Float64) -> Float64:
        """Return the limit of counts in the unit."""

    def of_filter(self, x: Float64, filter_: Filter) -> Float64:
        """Return the limit of the filter's output, (axes,): one for a whole stream.

        Args:
            x: (n, axes) the filter's input.
            filter_: the filter; its state begins with the first sample.
        """

    def of_rotation(self, dynamic: Float64) -> Float64:
        """Return the limit of turned samples, (n, 1), from the dynamic part (n, 3)."""

    def of_fixed(self, value: Float64, mean: Float64, std: Float64) -> Float64:
        """Return the limit of (value - mean) / std."""

    def of_window(self, window: Float64, exact: Float64, least_std: float) -> Float64:
        """Return the limit of windows (n, window, axes) normalized by their own mean and std."""


class FloatRounding:
    """float32: an operation is off by at most 2^-24 of its result, and so is a constant.

    Higham, "Accuracy and Stability of Numerical Algorithms", chapter 2. Terms of the second order
    are covered by a few percent.
    """

    def of_unit(self, exact: Float64) -> Float64:
        """See Rounding. The scale is rounded, and the product."""
        return 2.0 * _SECOND_ORDER * _U * np.abs(exact) + _TINY

    def of_filter(self, x: Float64, filter_: Filter) -> Float64:
        """See Rounding. At every sample a section rounds its output and both states."""
        # the states at the beginning are products, each of a rounded number
        return _of_filter(x, filter_, self._injected, lambda state: 2.0 * _U * np.abs(state))

    def of_rotation(self, dynamic: Float64) -> Float64:
        """See Rounding. Sine and cosine are quotients of lengths, each right to a few roundings.

        So the error is a share of the sample's own size, however gravity lies.
        """
        size: Float64 = np.abs(dynamic).sum(axis=-1, keepdims=True)
        return 64.0 * _U * size + _TINY

    def of_fixed(self, value: Float64, mean: Float64, std: Float64) -> Float64:
        """See Rounding. Both constants, difference and quotient are rounded."""
        return 4.0 * _SECOND_ORDER * _U * (np.abs(value) + np.abs(mean)) / std + _TINY

    def of_window(self, window: Float64, exact: Float64, least_std: float) -> Float64:
        """See Rounding. A sum of n terms is off by at most n roundings of the terms' sizes."""
        n = window.shape[1] + 4
        largest = np.abs(window).max(axis=1, keepdims=True)
        size: Float64 = 1.0 + np.abs(exact)
        limit: Float64 = 2.0 * n * _U * size * (largest / _std(window, least_std) + 1.0) + _TINY
        return limit

    def _injected(self, form: DeltaSection, x: Float64, y: Float64) -> list[Float64]:
        """Return the largest errors, (axes,) each, of output, first and second state of a sample.

        The states follow from input and output: y = b0 x + s0, and s0 moves by b1 x - a0 y + s1.
        """
        output = np.abs(y) + np.abs(form.b[0] * x)
        s0 = y - form.b[0] * x
        moved, x, y, s0 = np.diff(s0, axis=0), x[:-1], y[:-1], s0[1:]
        s1 = moved - form.b[1] * x + form.a[0] * y
        errors = [output]
        for b, a, after in ((form.b[1], form.a[0], moved), (form.b[2], form.a[1], None)):
            inner = s1 - a * y
            outer = inner + b * x if after is None else after
            errors.append(np.abs(inner) + np.abs(a * y) + np.abs(outer) + np.abs(b * x))
        errors[1] += np.abs(s0)
        return [_U * error.max(axis=0, initial=0.0) for error in errors]


@dataclass(frozen=True)
class IntegerRounding:
    """Integers: values have a last place, coefficients another, and states keep every bit.

    count: one count of the sensor in the spec's unit.
    """

    plan: IntegerPlan
    count: float

    @property
    def last_place(self) -> float:
        """Of a value."""
        return self.count * 2.0**-self.plan.fraction

    def of_unit(self, exact: Float64) -> Float64:
        """See Rounding. Nothing is rounded but here on the host, by float64."""
        return 2.0**-48 * np.abs(exact) + _TINY

    def of_filter(self, x: Float64, filter_: Filter) -> Float64:
        """See Rounding. A section rounds its output; its coefficients were."""
        half = 2.0 ** -(self.plan.bits + 1)

        def injected(_: DeltaSection, x: Float64, y: Float64) -> list[Float64]:
            of_x, of_y = (half * np.abs(v).max(axis=0, initial=0.0) for v in (x, y))
            return [0.5 * self.last_place + of_x, of_x + of_y, of_x + of_y]

        history = np.abs(x[0])
        return _of_filter(x, filter_, injected, lambda _: half * np.stack([history, history]))

    def of_rotation(self, dynamic: Float64) -> Float64:
        """See Rounding. Directions have 29 bits, and the last few of an inverse root are off."""
        size: Float64 = np.abs(dynamic).sum(axis=-1, keepdims=True)
        return 2.0**-24 * size + 4.0 * self.last_place

    def of_fixed(self, value: Float64, mean: Float64, std: Float64) -> Float64:
        """See Rounding. It is part of the quantization: the host works it out, in float64."""
        return 2.0**-48 * (np.abs(value) + np.abs(mean)) / std + _TINY

    def of_window(self, window: Float64, exact: Float64, least_std: float) -> Float64:
        """See Rounding. Values lose bits before they are squared, and the mean is cut off."""
        share = self.last_place / _std(window, least_std)
        lost: Float64 = 2.0 ** (self.plan.drop + 1) * share
        root = 2.0**-26 + 0.5 / self.plan.least_square
        least = float(np.sqrt(window.shape[1])) * 2.0**-28
        limit: Float64 = 2.0 * share + np.abs(exact) * (lost + root) + least
        return limit


def _std(window: Float64, least: float) -> Float64:
    std: Float64 = np.maximum(window.std(axis=1, keepdims=True), least)
    return std


def _of_filter(
    x: Float64,
    filter_: Filter,
    injected: Callable[[DeltaSection, Float64, Float64], list[Float64]],
    at_first: Callable[[Float64], Float64],
) -> Float64:
    """Return the most that the errors of every sample make of the output, (axes,).

    What one error becomes on its way to the output is an impulse response; the sum of its absolute
    values times the largest error is the most that all of them make together.

    Args:
        x: (n, axes) the filter's input.
        filter_: the filter.
        injected: gives the largest errors of output and states from a section's input and output.
        at_first: gives the errors of the states (2, axes) at the beginning from the states.
    """
    from scipy.signal import lfilter

    sections = second_order(filter_)
    length = _SETTLINGS * settling_samples(sections) + 8
    history = np.array([initial_scale(filter_, first) for first in x[0]])
    error = np.full(x.shape[1], _TINY)
    for section in sections:
        form = delta(section)
        b, a = _padded(section.b), _padded(section.a)
        start = np.outer(_padded(section.settled)[:2], history)
        y, _ = lfilter(b, a, x, axis=0, zi=start)
        gains = _gains(form, length)
        first = at_first(np.outer(form.settled, history))
        own = sum(gain * each for gain, each in zip(gains, injected(form, x, y), strict=True))
        own += gains[1] * first[0] + gains[2] * first[1]
        through = float(np.abs(_response(b, a, length)).sum())
        error = _SECOND_ORDER * (through * error + own)
        x = y
    return error


def _gains(form: DeltaSection, length: int) -> tuple[float, float, float]:
    """Return what an error of output, first and second state adds up to in the output at most.

    y = (D^2 e + D e0 + e1) / (D^2 + a0 D + a1) with D = z - 1.
    """
    a = [1.0, form.a[0] - 2.0, 1.0 - form.a[0] + form.a[1]]
    numerators = ([1.0, -2.0, 1.0], [0.0, 1.0, -1.0], [0.0, 0.0, 1.0])
    output, first, second = (float(np.abs(_response(b, a, length)).sum()) for b in numerators)
    return output, first, second


def _response(b: Sequence[float], a: Sequence[float], length: int) -> Float64:
    from scipy.signal import lfilter

    impulse = np.zeros(length)
    impulse[0] = 1.0
    response: Float64 = lfilter(b, a, impulse)
    return response


def _padded(values: Sequence[float]) -> list[float]:
    return [*values, *([0.0] * (3 - len(values)))]
