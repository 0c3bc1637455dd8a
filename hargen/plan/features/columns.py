"""Loops of two operators column by column: hg_columns_*_s8.h."""

from __future__ import annotations

from hargen.plan.features.features import CALLS, Features, Part
from hargen.plan.features.fields import Fields
from hargen.plan.features.kronecker import of_kronecker
from hargen.plan.features.short import of_short

_TERMS = 8  # HG_MAX_3_TERMS
_TOGETHER = 3  # pairs of outputs
_SHORT, _KRONECKER = "hg_conv_2d_short_s8", "hg_conv_2d_kronecker_s8"
_OUTPUTS = "hg_fully_connected_dual_s8"


def parts_of_short_and_maximum(p: Fields) -> tuple[Part, ...]:
    """Return a convolution with one value a row, and a second one with a maximum."""
    first, second = of_short(p.struct("first")), of_kronecker(p.struct("second"))
    return _columns(p, (_SHORT, first), (_KRONECKER, second))


def parts_of_two_convolutions(p: Fields) -> tuple[Part, ...]:
    """Return two convolutions, of which the second has a maximum."""
    first, second = of_kronecker(p.struct("first")), of_kronecker(p.struct("second"))
    return _columns(p, (_KRONECKER, first), (_KRONECKER, second))


def parts_of_convolution_and_outputs(p: Fields) -> tuple[Part, ...]:
    """Return a convolution and a fully connected layer."""
    first, second = of_kronecker(p.struct("first")), _of_outputs(p.struct("second"))
    return _columns(p, (_KRONECKER, first), (_OUTPUTS, second))


def of_maxima_and_outputs(p: Fields) -> Features:
    """Return the loops of a convolution with a maximum of three, and a fully connected layer."""
    first = p.struct("first")
    passes = p.columns * p.passes
    channels = passes * first.channels
    sums = 3 * first.windows // 2 + 1
    pairs = -(-p.struct("second").size // 2)
    return Features(
        time={
            "products": channels * sums * _TERMS,
            "channels": channels,
            "second_products": channels * first.windows / 4 * pairs,
            "second_turns": passes * -(-pairs // _TOGETHER),
        },
        code={"second_rest": pairs % _TOGETHER > 0},
    )


def _of_outputs(p: Fields) -> Features:
    """Return what operators.py says of a fully connected layer of one column."""
    size, outputs = float(p.input_size), float(p.output_size)
    maccs = size * outputs
    return Features(
        time={
            "multiply_accumulates": maccs,
            "by_two_rows": maccs,
            "inputs": size,
            "between": 0.0,
            "outputs": outputs,
            "taps": size,
        },
        code={"taps": size},
    )


def _columns(p: Fields, *parts: tuple[str, Features]) -> tuple[Part, ...]:
    """Return kernels that run once a column; their code is there once."""
    return tuple(
        Part(
            function,
            Features(
                {name: p.columns * value for name, value in {CALLS: 1.0, **found.time}.items()},
                {CALLS: 1.0, **found.code},
            ),
        )
        for function, found in parts
    )
