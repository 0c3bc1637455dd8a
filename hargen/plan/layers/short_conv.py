"""Convolutions with one value a row: firmware/runtime/hg_conv_2d_short_s8.h."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hargen.ir.ops.conv_2d import Conv2D
from hargen.ir.tensor import Tensor
from hargen.plan.layers.conv_2d import conv_parameters, conv_scales, folded_bias
from hargen.plan.layers.upright import upright
from hargen.plan.plan import Constant, Kernel, Parameters, Role
from hargen.quantize.activation import clamp_range

_WORDS = 80  # HG_SHORT_WORDS
_ROWS = 8  # twice HG_SHORT_TERMS


def plan_short_conv_2d(operator: Conv2D, tensors: Sequence[Tensor], prefix: str) -> Kernel | None:
    """Return the kernel; None where this convolution cannot be computed so."""
    operator, tensors = upright(operator, tensors)
    clamp = clamp_range(operator.activation, tensors[operator.output])
    weights = tensors[operator.weights]
    assert weights.data is not None
    channels, height, width, depth = weights.shape
    rows = tensors[operator.output].shape[1] + height - 1
    stencil = operator.stencil
    by_rows = stencil.stride[0] == 1 and stencil.dilation[0] == 1
    if width * depth > 1 or height > _ROWS or rows + 2 > 2 * _WORDS or not by_rows:
        return None
    scales = interleaved_scales(operator, tensors, prefix, doubled=True)
    if scales is None:
        return None
    doubled = 2 * weights.data.reshape(channels, height).astype(np.int64)
    halves = np.pad(doubled, ((0, 0), (0, height % 2))).astype("<i2")
    return Kernel(
        function="hg_conv_2d_short_s8",
        header="hg_conv_2d_short_s8.h",
        parameters=Parameters(
            "hg_conv_2d_short_s8_t",
            (
                ("conv", conv_parameters(operator, tensors, clamp)),
                ("padding_value", tensors[operator.input].zero_point),
            ),
        ),
        inputs=(operator.input,),
        constants=(
            Constant(
                f"{prefix}_weights",
                Role.WEIGHTS,
                "uint32_t",
                np.ascontiguousarray(halves).view("<u4").reshape(-1),
                f"{'x'.join(str(n) for n in weights.shape)}, doubled, two rows in a word",
            ),
            scales,
        ),
    )


def interleaved_scales(
    operator: Conv2D, tensors: Sequence[Tensor], prefix: str, *, doubled: bool = False
) -> Constant | None:
    """Return bias, multiplier, base and shift of hg_requantize_right, channel by channel.

    They are next to each other, so that one load fetches them. None where that function cannot do
    what is needed.
    """
    tables = conv_scales(operator, tensors, prefix)
    if tables is None:
        return None
    multiplier, shift = (table.values.astype(np.int64) for table in tables)
    bias = folded_bias(operator, tensors) * (2 if doubled else 1)
    base = (2 * tensors[operator.output].zero_point + 1) * 2 ** (shift - 1)
    return Constant(
        f"{prefix}_bias",
        Role.BIAS,
        "int32_t",
        np.stack([bias, multiplier, base, shift], axis=1).astype(np.int32).reshape(-1),
        "of each channel: bias with the input's zero point, multiplier, offset to round, shift",
    )
