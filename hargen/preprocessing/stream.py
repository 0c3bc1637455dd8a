"""What the firmware computes of a spec, sample by sample, as numbers for its float32.

The firmware's kernels are in firmware/preprocess; this is their parameters, checked so that no
sequence of int16 counts can make an infinity or a NaN of them.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence
from dataclasses import dataclass

from hargen.errors import DataError
from hargen.preprocessing.second_order import second_order
from hargen.preprocessing.spec import Preprocessing, Section, is_stable

SETTLED_TO = 0.01
"""A filter counts as settled when what it knew of the past has decayed to this share."""

_LONGEST = 100_000
"""Samples that a filter may take to settle: an hour at 26 Hz."""

_LARGEST = 1e15
"""Of any value of a filter: its square is still far below float32's largest."""

FULL_SCALE = 32768.0
"""Of the sensor, in counts."""


@dataclass(frozen=True)
class DeltaSection:
    """A section of second order in powers of D = z - 1, as firmware/preprocess computes it.

    H = (b[0] D^2 + b[1] D + b[2]) / (D^2 + a[0] D + a[1]). settled: its state after an endless
    filter input of 1.
    """

    b: tuple[float, float, float]
    a: tuple[float, float]
    settled: tuple[float, float]


@dataclass(frozen=True)
class StreamPlan:
    """Parameters of the firmware's preprocessing.

    source: the sensor's axis (0 to 2) of each channel. scale: of one count in the spec's unit,
    with the channel's sign. sections: the filter. settle: samples until the filter
    has settled; 0 without one, or where it starts anew in every window. least_std: of a
    normalization by window, in the spec's unit.
    """

    source: tuple[int, ...]
    scale: tuple[float, ...]
    sections: tuple[DeltaSection, ...]
    settle: int
    least_std: float


def plan(spec: Preprocessing) -> StreamPlan:
    """Return the parameters of a spec's preprocessing in the firmware.

    Raises:
        DataError: in float32 the filter is unstable, too slow, or too large.
    """
    count = spec.mg_per_count * spec.scale_from("mg")
    sections = () if spec.filter is None else second_order(spec.filter)
    settle = 0
    if sections:
        if not all(is_stable(_rounded(delta(section))) for section in sections):
            raise refused("rounded to float32, a pole is not inside the unit circle")
        settle = settling_samples(sections)
        if settle > _LONGEST:
            raise refused(f"it takes {settle} samples to settle, {_LONGEST} are the most")
        if _largest(sections, settle) * count * FULL_SCALE > _LARGEST:
            raise refused("it makes values too large for float32")
    return StreamPlan(
        source=tuple("xyz".index(axis[-1]) for axis in spec.axes),
        scale=tuple(-count if axis.startswith("-") else count for axis in spec.axes),
        sections=tuple(map(delta, sections)),
        settle=settle if spec.filter_state == "stream" else 0,
        least_std=spec.scale_from("mg"),
    )


def settling_samples(sections: Sequence[Section]) -> int:
    """Return the samples until a filter of stable sections has settled."""
    radius = max(_radius(section) for section in sections)
    return math.ceil(math.log(SETTLED_TO) / math.log(radius)) if radius > 0.0 else 1


def delta(section: Section) -> DeltaSection:
    """Return a section of first or second order in powers of z - 1.

    With z = D + 1 in numerator and denominator; the states are z[0], and z[0] + z[1], of
    transposed direct form II at every sample.
    """
    (b0, b1, b2), (_, a1, a2) = _padded(section.b), _padded(section.a)
    z0, z1, _ = _padded(section.settled)
    # fsum: the sums are near 0, and have to be right in the digits that are left
    return DeltaSection(
        b=(b0, math.fsum((b0, b0, b1)), math.fsum((b0, b1, b2))),
        a=(math.fsum((2.0, a1)), math.fsum((1.0, a1, a2))),
        settled=(z0, math.fsum((z0, z1))),
    )


def _rounded(section: DeltaSection) -> tuple[float, float, float]:
    """Return the denominator in powers of z that float32 coefficients make."""
    a0, a1 = map(float32, section.a)
    return 1.0, a0 - 2.0, 1.0 - a0 + a1


def float32(value: float) -> float:
    """Return the float32 nearest to a value, infinity beyond its range."""
    try:
        return float(struct.unpack("<f", struct.pack("<f", value))[0])
    except OverflowError:
        return math.copysign(math.inf, value)


def _radius(section: Section) -> float:
    """Return the largest distance of a pole from 0, of at most two poles."""
    _, a1, *rest = section.a
    a2 = rest[0] if rest else 0.0
    discriminant = a1 * a1 / 4.0 - a2
    if discriminant < 0.0:
        return math.sqrt(a2)
    return abs(a1) / 2.0 + math.sqrt(discriminant)


def _largest(sections: Sequence[Section], settle: int) -> float:
    """Return a bound of what comes out of any section for inputs of at most 1.

    It is the sum of the absolute values of the impulse response; what comes after three settling
    times is less than a millionth of it, and the initial states add at most their own sum.
    """
    bound = 1.0
    samples = [1.0] + [0.0] * (3 * settle)
    for section in sections:
        (b0, b1, b2), (a1, a2) = _padded(section.b), _padded(section.a)[1:]
        z0 = z1 = 0.0
        for i, x in enumerate(samples):
            y = b0 * x + z0
            z0, z1 = b1 * x - a1 * y + z1, b2 * x - a2 * y
            samples[i] = y
        bound = max(bound, 2.0 * sum(map(abs, samples)), sum(map(abs, section.settled)))
    return bound


def _padded(values: Sequence[float]) -> list[float]:
    """Return three values: those given, and zeros behind them."""
    return [*values, *([0.0] * (3 - len(values)))]


def refused(why: str) -> DataError:
    """Return the error for a filter that firmware/preprocess cannot run."""
    return DataError(
        "the filter cannot run on the board",
        where="preprocessing: filter",
        why=why,
        hint="give another cutoff, or coefficients of a filter that settles sooner",
    )
