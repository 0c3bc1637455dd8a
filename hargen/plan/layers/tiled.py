"""Convolutions by tiles of channels and positions: hg_conv_2d_tile_s8.h, hg_conv_2d_run_s8.h.

Weights are kept as 16-bit halves, twice their size: this is for who optimizes for speed.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hargen.ir.ops.conv_2d import Conv2D
from hargen.ir.ops.weighted import sum_limits
from hargen.ir.tensor import Array, Tensor
from hargen.plan.layers.conv_2d import conv_parameters, folded_bias
from hargen.plan.layers.line import channel_factors, scaling
from hargen.plan.layers.upright import upright
from hargen.plan.plan import Constant, Kernel, Parameters, Role
from hargen.quantize.activation import clamp_range

_WORDS = 160  # HG_TILE_WORDS, HG_RUN_WORDS
_POSITIONS = 3  # HG_TILE_POSITIONS
_CHANNELS = 2  # HG_TILE_CHANNELS
_FOUR = [0, 2, 1, 3]


def plan_tiled_conv_2d(operator: Conv2D, tensors: Sequence[Tensor], prefix: str) -> Kernel | None:
    """Return the kernel; None where this convolution cannot be computed so."""
    operator, tensors = upright(operator, tensors)
    source, weights = tensors[operator.input], tensors[operator.weights]
    assert weights.data is not None
    kernels = weights.data.reshape(weights.shape[0], -1).astype(np.int64)
    if source.shape[3] % 4:
        return None
    return _plan(operator, tensors, kernels, "hg_conv_2d_tile_s8", prefix)


def plan_run_conv_2d(operator: Conv2D, tensors: Sequence[Tensor], prefix: str) -> Kernel | None:
    """Return the kernel of one whose windows are runs of bytes; None where they are not."""
    operator, tensors = upright(operator, tensors)
    weights, stencil = tensors[operator.weights], operator.stencil
    assert weights.data is not None
    whole_rows = stencil.kernel[1] == tensors[operator.input].shape[2]
    if not whole_rows or stencil.padding.left or stencil.padding.right:
        return None
    if stencil.dilation[0] != 1 or (stencil.dilation[1] != 1 and stencil.kernel[1] > 1):
        return None
    kernels = weights.data.reshape(weights.shape[0], -1).astype(np.int64)
    filled = np.pad(kernels, ((0, 0), (0, -kernels.shape[1] % 4)))
    return _plan(operator, tensors, filled, "hg_conv_2d_run_s8", prefix)


def _plan(
    operator: Conv2D, tensors: Sequence[Tensor], kernels: Array, function: str, prefix: str
) -> Kernel | None:
    """Return the kernel; kernels: (channels, values of a window, a multiple of four)."""
    source, weights, target = (
        tensors[i] for i in (operator.input, operator.weights, operator.output)
    )
    clamp = clamp_range(operator.activation, target)
    if kernels.shape[1] // 2 * _POSITIONS > _WORDS:
        return None
    bias = None if operator.bias is None else tensors[operator.bias]
    scaled = scaling(
        channel_factors(source, weights, target, len(kernels)),
        folded_bias(operator, tensors),
        sum_limits(weights, bias, channel_axis=0),
        target.zero_point,
        clamp,
    )
    if scaled is None:
        return None
    pairs = np.concatenate(
        [
            _together(scaled.bias[:, None]),
            _together(_words(scaled.factor * kernels)),
            _in_turn(scaled.words),
        ],
        axis=1,
    )
    shape = "x".join(str(n) for n in weights.shape)
    return Kernel(
        function=function,
        header=f"{function}.h",
        parameters=Parameters(
            f"{function}_t",
            (
                ("conv", conv_parameters(operator, tensors, clamp)),
                ("line", scaled.parameters),
                ("padding_value", source.zero_point),
            ),
        ),
        inputs=(operator.input,),
        constants=(
            Constant(
                f"{prefix}_weights",
                Role.WEIGHTS,
                "uint32_t",
                (pairs & 0xFFFFFFFF).astype(np.uint32).reshape(-1),
                f"{shape}: of each pair of channels biases, weights in pairs, scales",
            ),
        ),
    )


def _words(kernels: Array) -> Array:
    """Return int16 rows (channels, values) as words of two, in the order of hg_widen."""
    order = kernels.reshape(len(kernels), -1, 4)[:, :, _FOUR].reshape(len(kernels), -1)
    return (order[:, 1::2] << 16) + (order[:, 0::2] & 0xFFFF)


def _together(rows: Array) -> Array:
    """Return rows (channels, n) by pairs of channels, word by word; (pairs, 2 n)."""
    even = np.pad(rows, ((0, -len(rows) % _CHANNELS), (0, 0)))
    return even.reshape(-1, _CHANNELS, rows.shape[1]).swapaxes(1, 2).reshape(len(even) // 2, -1)


def _in_turn(rows: Array) -> Array:
    """Return rows (channels, n) by pairs of channels, one behind the other; (pairs, 2 n)."""
    even = np.pad(rows, ((0, -len(rows) % _CHANNELS), (0, 0)))
    return even.reshape(len(even) // 2, -1)
