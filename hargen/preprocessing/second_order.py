"""A filter as sections of at most second order, which is what float32 stands.

One section of fourth order in float32 strays by tenths of a m/s2 near these cutoffs; the same
filter as two sections of second order stays within 3e-4.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from hargen.errors import DataError
from hargen.preprocessing.design import settled_states
from hargen.preprocessing.presets import ZOO_SECOND_ORDER, ZOO_SECTION
from hargen.preprocessing.spec import Filter, Section

_TOLERANCE = 1e-9
"""Of a product of sections against the section that it takes the place of."""


def second_order(filter_: Filter) -> tuple[Section, ...]:
    """Return sections of first and second order that make the same filter.

    Those that are so already stay as they are. For the others poles and zeros are paired, each
    pair of poles with the zeros that are left nearest to it, poles near the unit circle first: in
    this order the rounding of the states does least harm.

    Raises:
        DataError: a section has no such form in float64.
    """
    found: list[Section] = []
    for section in filter_.sections:
        if len(section.a) <= 3:
            found.append(section)
        elif section == ZOO_SECTION:
            found += ZOO_SECOND_ORDER
        else:
            found += _factored(section)
    return tuple(found)


def multiplied(sections: Sequence[Section]) -> tuple[list[float], list[float]]:
    """Return b and a of sections one after the other."""
    b, a = [1.0], [1.0]
    for section in sections:
        b, a = _product(b, section.b), _product(a, section.a)
    return b, a


def _factored(section: Section) -> list[Section]:
    import numpy as np

    if section.b[0] == 0.0:
        raise _refused("b[0] is 0")
    zeros, poles = _pairs(np.roots(section.b).tolist()), _pairs(np.roots(section.a).tolist())
    poles.sort(key=lambda pair: abs(pair[-1]), reverse=True)
    coefficients: list[tuple[list[float], list[float]]] = []
    for pair in poles:
        fitting = [other for other in zeros if len(other) == len(pair)] or zeros
        nearest = min(fitting, key=partial(_distance, pair))
        zeros.remove(nearest)
        size = max(len(nearest), len(pair))
        b, a = ([*values, 0.0, 0.0][:size] for values in (nearest, pair))
        coefficients.append((b, a))
    first = [section.b[0] * value for value in coefficients[0][0]]
    coefficients[0] = (first, coefficients[0][1])
    # A section that is handed over with another initial state than that of rest has it for a
    # reason that its factors cannot tell.
    rest = settled_states([(section.b, section.a)])[0]
    scale = max(1.0, *(abs(value) for value in rest))
    if any(abs(x - y) > 1e-6 * scale for x, y in zip(rest, section.settled, strict=True)):
        raise _refused("settled is not its state at rest")
    found = [
        Section(b=tuple(b), a=tuple(a), settled=tuple(z))
        for (b, a), z in zip(coefficients, settled_states(coefficients), strict=True)
    ]
    for got, wanted in zip(multiplied(found), (section.b, section.a), strict=True):
        padded = [*wanted, *([0.0] * (len(got) - len(wanted)))]
        if any(
            abs(x - y) > _TOLERANCE * max(1.0, abs(y)) for x, y in zip(got, padded, strict=True)
        ):
            raise _refused("its factors do not give it back")
    return found


def _pairs(roots: list[complex]) -> list[list[float]]:
    """Return polynomials 1, c1[, c2] of those roots: conjugate ones together, real ones by two."""
    complex_ones = [root for root in roots if root.imag > 0.0]
    real_ones = sorted(root.real for root in roots if root.imag == 0.0)
    found = [[1.0, -2.0 * root.real, abs(root) ** 2] for root in complex_ones]
    while len(real_ones) > 1:  # the outermost two, so that each pair has its middle near 1
        low, high = real_ones.pop(0), real_ones.pop()
        found.append([1.0, -(low + high), low * high])
    return found + [[1.0, -root] for root in real_ones]


def _distance(one: Sequence[float], other: Sequence[float]) -> float:
    return sum(abs(x - y) for x, y in zip(one, other, strict=False))


def _product(one: Sequence[float], other: Sequence[float]) -> list[float]:
    product = [0.0] * (len(one) + len(other) - 1)
    for i, x in enumerate(one):
        for j, y in enumerate(other):
            product[i + j] += x * y
    return product


def _refused(why: str) -> DataError:
    return DataError(
        "the filter has no form in sections of second order",
        where="preprocessing: filter.sections",
        why=why,
        hint="give the coefficients as sections of second order (scipy.signal's output='sos')",
    )
