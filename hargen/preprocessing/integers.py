"""What the firmware computes of a spec in integers, on cores without an FPU.

The kernels are firmware/preprocess/*_s32.h. Here the bits behind the point of everything are
chosen: as many as no sequence of int16 counts can make overflow.

A value is counts of the sensor with `fraction` bits behind the point, in 32 bits. A coefficient of
a filter has `bits`, and a state in 64 bits as many as both together. What all of them may reach
comes from the filter's impulse response and from what its initial state leaves behind.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from hargen.errors import DataError
from hargen.preprocessing.spec import Preprocessing, is_stable
from hargen.preprocessing.stream import FULL_SCALE, DeltaSection, StreamPlan, refused

_MOST_FRACTION = 14
"""A count and its sign take 17 bits; more behind the point than these would be lost in noise."""

_MOST_BITS = 30
_FEWEST_LEVELS = 4096
"""Of the smallest coefficient of a pole: it moves by 1/8192 at most when it is rounded."""

_MARGIN = 1.01
"""Over the bounds of a filter, for what rounding adds, and for the tail of its responses."""

_NORMALIZED_BITS = 29
_ROOT_OF_3, _ROOT_OF_8 = math.sqrt(3.0), math.sqrt(8.0)


@dataclass(frozen=True)
class IntegerSection:
    """A section of the filter, as hg_section_s32_t."""

    b: tuple[int, int, int]
    minus_a: tuple[int, int]
    settled: tuple[int, int]


@dataclass(frozen=True)
class IntegerWindow:
    """How a value w of the window becomes real, and int8: by axis.

    real = scale w + offset, in the network's terms; int8 = (multiplier w + addend) >> shift,
    saturated.
    """

    scale: tuple[float, ...]
    offset: tuple[float, ...]
    multiplier: tuple[int, ...]
    addend: tuple[int, ...]
    shift: int


@dataclass(frozen=True)
class IntegerPlan:
    """Parameters of the firmware's preprocessing in integers.

    fraction: bits of a value behind the point. scale: one count as a value, by axis, with its sign.
    bits: of a coefficient behind the point. one: 1 in the network's unit, as a value. drop and
    least_square: of a normalization by window, as hg_normalize_window_s32_t.
    """

    fraction: int
    scale: tuple[int, ...]
    bits: int
    sections: tuple[IntegerSection, ...]
    one: int
    drop: int
    least_square: int
    window: IntegerWindow


def plan(
    spec: Preprocessing, numbers: StreamPlan, *, input_scale: float, zero_point: int
) -> IntegerPlan:
    """Return the integers of a spec's preprocessing.

    Args:
        spec: the preprocessing.
        numbers: its parameters as real numbers.
        input_scale: of the network's int8 input.
        zero_point: of the same.

    Raises:
        DataError: the filter or the input's steps are nothing for 32 bits.
    """
    count = abs(numbers.scale[0])
    starts_at_one = spec.filter is not None and spec.filter.initial == "settled-or-one"
    one = 1.0 / count if starts_at_one else 0.0
    # the settling time is 0 where the filter starts anew in every window
    reach = _reach(numbers.sections, one, 3 * numbers.settle or spec.window)
    by_window = spec.normalization is not None and spec.normalization.kind == "window"
    largest = max(reach.value, one)
    if spec.gravity_rotation:
        # the length of gravity, and what the turn passes through on its way
        largest = max(_ROOT_OF_3 * (reach.value + FULL_SCALE), _ROOT_OF_8 * reach.value, one)
    least = numbers.least_std / count if by_window else 0.0
    if by_window:
        largest = max(2.0 * largest, least)  # a value less the mean of its window
    fraction = min(_MOST_FRACTION, _bits_left(31, largest))
    if fraction < 0:
        raise refused(f"its values reach {largest:.3g} counts, too many for 32-bit integers")
    bits = 0
    if numbers.sections:
        bits = min(_MOST_BITS, reach.coefficient_bits, _bits_left(62, reach.state) - fraction)
    drop = math.ceil(math.log2(spec.window) / 2.0) if by_window else 0
    square = round(spec.window * (least * 2.0 ** (fraction - drop)) ** 2)
    return IntegerPlan(
        fraction=fraction,
        scale=tuple(-(1 << fraction) if scale < 0.0 else 1 << fraction for scale in numbers.scale),
        bits=bits,
        sections=tuple(_rounded(section, bits) for section in numbers.sections),
        one=round(one * 2.0**fraction),
        drop=drop,
        least_square=max(1, square),
        window=_window(spec, count * 2.0**-fraction, input_scale, zero_point),
    )


@dataclass(frozen=True)
class _Reach:
    """Bounds for counts of up to FULL_SCALE: of values, and of sums on the way to a state."""

    value: float
    state: float
    coefficient_bits: int


def _reach(sections: Sequence[DeltaSection], one: float, samples: int) -> _Reach:
    """Return the bounds by the responses to one count and to an initial state, so many samples."""
    history = max(FULL_SCALE, one)
    value, before, state, coefficient = FULL_SCALE, FULL_SCALE, 0.0, 1.0
    forced = [1.0] + [0.0] * samples
    free = [0.0] * (samples + 1)
    for section in sections:
        kicked = _run(section, forced, (0.0, 0.0))
        left = _run(section, free, section.settled)
        bounds = [
            _MARGIN * (sum(map(abs, response)) * FULL_SCALE + max(map(abs, rest)) * history)
            for response, rest in zip(kicked, left, strict=True)
        ]
        y, s0, s1 = bounds
        (b0, b1, b2), (a0, a1) = ([abs(c) for c in cs] for cs in (section.b, section.a))
        state = max(
            state,
            s0 + b0 * before + 1.0,
            s0 + s1 + b1 * before + a0 * y,
            s1 + b2 * before + a1 * y,
        )
        coefficient = max(coefficient, *map(abs, (*section.b, *section.a, *section.settled)))
        value, before = max(value, y), y
        forced, free = kicked[0], left[0]
    return _Reach(value, state, _bits_left(31, coefficient))


def _run(
    section: DeltaSection, samples: Sequence[float], state: tuple[float, float]
) -> tuple[list[float], list[float], list[float]]:
    """Return output and both states at every sample."""
    (b0, b1, b2), (a0, a1) = section.b, section.a
    s0, s1 = state
    outputs, first, second = [], [], []
    for x in samples:
        first.append(s0)
        second.append(s1)
        y = b0 * x + s0
        s0, s1 = s0 + s1 + b1 * x - a0 * y, s1 + b2 * x - a1 * y
        outputs.append(y)
    return outputs, first, second


def _rounded(section: DeltaSection, bits: int) -> IntegerSection:
    """Return a section's coefficients as integers.

    Raises:
        DataError: they are no longer those of the same filter.
    """
    one = 2.0**bits
    b0, b1, b2, a0, a1, z0, z1 = (
        round(value * one) for value in (*section.b, *section.a, *section.settled)
    )
    if bits < 1 or not is_stable((1.0, a0 / one - 2.0, 1.0 - a0 / one + a1 / one)):
        raise refused("rounded to 32-bit integers, a pole is not inside the unit circle")
    if abs(a1) < _FEWEST_LEVELS:
        raise refused("its poles are nearer to 1 than 32-bit integers can tell")
    return IntegerSection(b=(b0, b1, b2), minus_a=(-a0, -a1), settled=(z0, z1))


def _window(spec: Preprocessing, real: float, input_scale: float, zero_point: int) -> IntegerWindow:
    """Return how a window becomes real and int8; real: of a value, before a normalization."""
    axes = len(spec.axes)
    mean, std = [0.0] * axes, [1.0] * axes
    normalization = spec.normalization
    if normalization is not None and normalization.kind == "window":
        real = math.sqrt(spec.window) * 2.0**-_NORMALIZED_BITS
    elif normalization is not None and normalization.mean and normalization.std:
        mean, std = list(normalization.mean), list(normalization.std)
    scale = [real / s for s in std]
    offset = [-m / s for m, s in zip(mean, std, strict=True)]
    steps = [s / input_scale for s in scale]
    # the zero point, and half a step, so that rounding down rounds to the nearest
    summands = [o / input_scale + zero_point + 0.5 for o in offset]
    shift = min(62, _bits_left(31, max(steps)), _bits_left(62, max(map(abs, summands))))
    if shift < 32:
        raise DataError(
            "the steps of the network's int8 input are too small for counts of the sensor",
            where="preprocessing",
            why=f"a step is {input_scale:.3g}, and a count changes a sample by {max(scale):.3g} at"
            " least",
            hint="compare unit, mg_per_count and normalization with those of the training",
        )
    one = 2.0**shift
    return IntegerWindow(
        scale=tuple(scale),
        offset=tuple(offset),
        multiplier=tuple(round(value * one) for value in steps),
        addend=tuple(round(value * one) for value in summands),
        shift=shift,
    )


def _bits_left(bits: int, largest: float) -> int:
    """Return how often `largest` can be doubled and stay below 2^bits."""
    return bits - 1 - math.floor(math.log2(largest)) if largest > 0.0 else bits
