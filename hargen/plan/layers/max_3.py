"""Convolution, maximum of three and fully connected layer by columns: hg_max_3_s8.h.

The kernels' words are as in kronecker.py. What is special is how sums become outputs: one
multiplication whose low half is thrown away, and one shift that is the same for all channels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from hargen.ir.ops.conv_max_pool_2d import ConvMaxPool2D
from hargen.ir.ops.fully_connected import FullyConnected
from hargen.ir.tensor import Array, Tensor
from hargen.plan.layers import dual, kronecker
from hargen.plan.layers.conv_2d import folded_bias, pooled_clamp
from hargen.plan.layers.fully_connected import PAIRS
from hargen.plan.layers.groups import plan_outputs
from hargen.plan.layers.line import channel_factors
from hargen.plan.plan import Constant, Kernel, Parameters, Role
from hargen.quantize.staircase import find_line

_TAPS = 16  # twice HG_MAX_3_TERMS
_FEWEST_TAPS = 13
"""Fewer are better off with a kernel that does not multiply by zeros."""
_WORDS = 48  # HG_MAX_3_WORDS
_MOST_OUTPUTS = 32  # twice HG_COLUMNS_MAX_3_PAIRS
_UNIT_BITS = 11
_UNIT = 2**_UNIT_BITS
"""What 1 is as a scaled sum."""
_MOST = 21
"""Bits to the right; with more, an offset and what is added to it need not fit 32."""
_LARGEST_INPUT = 128


def plan_max_3_fully_connected(
    first: ConvMaxPool2D, second: FullyConnected, tensors: Sequence[Tensor], prefix: str
) -> Kernel | None:
    """Return the kernel of a pair that is computed by columns; None where it is another shape."""
    source, weights, between, matrix = (
        tensors[i] for i in (first.input, first.weights, first.output, second.weights)
    )
    assert weights.data is not None and matrix.data is not None
    channels, taps = weights.shape[:2]
    _, windows, columns, _ = between.shape
    odd = windows + 1 - windows % 2
    strip = 3 * odd // 2 + _TAPS // 2
    outputs = matrix.shape[0]
    if (
        first.pool.kernel != (3, 1)
        or first.pool.stride != (3, 1)
        or first.stencil.stride != (1, 1)
        or first.stencil.dilation != (1, 1)
        or first.stencil.padding
        or source.shape[3] != 1
        or not _FEWEST_TAPS <= taps <= _TAPS
        or odd < 3
        or strip > _WORDS
        or outputs > _MOST_OUTPUTS
    ):
        return None
    passes = next((n for n in (2, 1) if channels % n == 0 and channels // n * odd % 4 == 0), 0)
    table = _table(first, tensors, f"{prefix}_first")
    found = plan_outputs(second, tensors, f"{prefix}_second")
    if not passes or table is None or found is None or not dual.fits(matrix.data):
        return None
    constant, shift = table
    parameters, start, multiplier = found
    size = channels // passes * odd
    # A window that is only there to make their number odd has weights of zero.
    wide = np.pad(
        matrix.data.reshape(outputs, windows, columns, channels),
        ((0, 0), (0, odd - windows), (0, 0), (0, 0)),
    )
    in_order = wide.transpose(2, 3, 0, 1).reshape(
        columns * passes, channels // passes, outputs, odd
    )
    packed = [
        dual.packed_weights(
            part.transpose(1, 0, 2).reshape(outputs, size),
            0,
            matrix,
            f"{prefix}_second",
            together=PAIRS,
        )
        for part in in_order
    ]
    in_columns = replace(
        packed[0],
        values=np.concatenate([part.values for part in packed]),
        comment=f"{packed[0].comment}, column by column",
    )
    return Kernel(
        function="hg_columns_max_3_fully_connected_s8",
        header="hg_columns_max_3_fully_connected_s8.h",
        parameters=Parameters(
            "hg_columns_max_3_fully_connected_s8_t",
            (
                (
                    "first",
                    Parameters(
                        "hg_max_3_s8_t",
                        (
                            ("input_height", source.shape[1]),
                            ("input_width", source.shape[2]),
                            ("windows", odd),
                            ("channels", channels // passes),
                            ("shift", shift),
                        ),
                    ),
                ),
                ("second", parameters),
                ("columns", columns),
                ("passes", passes),
            ),
        ),
        inputs=(first.input,),
        constants=(constant, in_columns, start, multiplier),
        scratch=2 * size,
    )


def _table(
    operator: ConvMaxPool2D, tensors: Sequence[Tensor], prefix: str
) -> tuple[Constant, int] | None:
    """Return each channel's scales and kernel, and the shift of all; None where it cannot be."""
    weights, target = tensors[operator.weights], tensors[operator.output]
    assert weights.data is not None
    channels, taps, _, _ = weights.shape
    kernels: Array = np.pad(
        weights.data.reshape(channels, taps, 1), ((0, 0), (0, _TAPS - taps), (0, 0))
    )
    clamp = pooled_clamp(operator, tensors)
    bias = folded_bias(operator, tensors)
    limits = _LARGEST_INPUT * np.abs(kernels.astype(np.int64)).sum(axis=(1, 2)) + np.abs(bias)
    line = find_line(
        channel_factors(tensors[operator.input], weights, target, channels),
        limits,
        target.zero_point,
        clamp,
    )
    if line is None or not kronecker.fits(kernels) or clamp != (-128, 127):
        return None
    bias = bias + line.extra
    shift = line.shift + _UNIT_BITS
    if (limits + np.abs(line.extra) >= 2 ** (31 - _UNIT_BITS) - 1).any() or shift > _MOST:
        return None
    # All that the line adds is so many times as large, and so is the half that it rounds by.
    scales = np.stack([_UNIT * bias, line.multiplier, _UNIT * line.base], axis=1)
    scales[:, ::2] += _UNIT // 2
    words = kronecker.words(kernels, weights, prefix)
    entries = np.concatenate([scales, words.values.reshape(channels, -1)], axis=1)
    shape = "x".join(str(n) for n in weights.shape)
    return Constant(
        f"{prefix}_weights",
        Role.WEIGHTS,
        "int32_t",
        entries.astype(np.int32).reshape(-1),
        f"{shape}; of each channel: bias, multiplier, offset to round, two rows in a word",
    ), shift
