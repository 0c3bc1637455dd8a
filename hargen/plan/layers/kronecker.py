"""Convolutions by Kronecker substitution: firmware/runtime/hg_kronecker_s8.h.

Two rows of a kernel are one 32-bit word, w1 + w0 * 2**21, and so are two rows of the input. Such a
word takes twice the flash of the weights in it: this is for who optimizes for speed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hargen.ir.ops.conv_2d import Conv2D
from hargen.ir.ops.conv_max_pool_2d import ConvMaxPool2D
from hargen.ir.stencil import Stencil
from hargen.ir.tensor import Array, Tensor
from hargen.plan.layers.conv_2d import (
    conv_parameters,
    plan_conv_2d,
    plan_conv_max_pool_2d,
    pooled_clamp,
)
from hargen.plan.layers.short_conv import interleaved_scales, plan_short_conv_2d
from hargen.plan.layers.tiled import plan_run_conv_2d, plan_tiled_conv_2d
from hargen.plan.layers.upright import upright
from hargen.plan.plan import Constant, Kernel, Parameters, Role
from hargen.quantize.activation import clamp_range

_BITS = 21  # HG_KRONECKER_BITS
_SUMS = 3  # HG_KRONECKER_SUMS
_ROWS = 2 * _SUMS
_WORDS = 176  # HG_KRONECKER_WORDS
_LARGEST_INPUT = 128
_TALL = 5  # rows of a kernel
_NARROW = 12  # values in such a row
_FEW = 40  # values of a kernel
_ALONE = Stencil((1, 1), (1, 1))


def plan_fast_conv_2d(operator: Conv2D, tensors: Sequence[Tensor], prefix: str) -> Kernel:
    """Return the fastest kernel of a convolution, whatever flash its weights take."""
    return (
        plan_short_conv_2d(operator, tensors, prefix)
        or (_is_few(operator, tensors) and plan_run_conv_2d(operator, tensors, prefix))
        or (_is_tall(operator, tensors) and plan_kronecker_conv_2d(operator, tensors, prefix))
        or plan_tiled_conv_2d(operator, tensors, prefix)
        or plan_kronecker_conv_2d(operator, tensors, prefix)
        or plan_conv_2d(operator, tensors, prefix)
    )


def _is_tall(operator: Conv2D, tensors: Sequence[Tensor]) -> bool:
    """Whether so much is saved by two rows in a word that tiles cannot be faster: as measured."""
    operator, tensors = upright(operator, tensors)
    _, height, width, depth = tensors[operator.weights].shape
    return height >= _TALL and width * depth <= _NARROW


def _is_few(operator: Conv2D, tensors: Sequence[Tensor]) -> bool:
    """Whether what an output costs beside its products is most of it: as measured, too."""
    _, height, width, depth = tensors[operator.weights].shape
    return depth % 4 > 0 and height * width * depth <= _FEW


def plan_fast_conv_max_pool_2d(
    operator: ConvMaxPool2D, tensors: Sequence[Tensor], prefix: str
) -> Kernel:
    """Return the fastest kernel of a convolution with its pool, whatever flash it takes."""
    return plan_kronecker_conv_max_pool_2d(operator, tensors, prefix) or plan_conv_max_pool_2d(
        operator, tensors, prefix
    )


def plan_kronecker_conv_2d(
    operator: Conv2D, tensors: Sequence[Tensor], prefix: str
) -> Kernel | None:
    """Return the kernel of a convolution; None where this one cannot be computed so."""
    operator, tensors = upright(operator, tensors)
    clamp = clamp_range(operator.activation, tensors[operator.output])
    _, height, width, _ = tensors[operator.output].shape
    return _plan(operator, tensors, clamp, _ALONE, (height, width), prefix)


def plan_kronecker_conv_max_pool_2d(
    operator: ConvMaxPool2D, tensors: Sequence[Tensor], prefix: str
) -> Kernel | None:
    """Return the kernel of a convolution with its pool; None where there is none."""
    operator, tensors = upright(operator, tensors)
    clamp = pooled_clamp(operator, tensors)
    _, height, width, _ = tensors[operator.output].shape
    return _plan(operator, tensors, clamp, operator.pool, (height, width), prefix)


def _plan(
    operator: Conv2D,
    tensors: Sequence[Tensor],
    clamp: tuple[int, int],
    pool: Stencil,
    pooled: tuple[int, int],
    prefix: str,
) -> Kernel | None:
    """Return the kernel; None where this convolution cannot be computed so."""
    source, weights = tensors[operator.input], tensors[operator.weights]
    assert weights.data is not None
    channels, height, width, depth = weights.shape
    kernels = weights.data.reshape(channels, height, width * depth)
    rows = (pooled[0] - 1) * pool.stride[0] + pool.kernel[0]
    stride = 0 if pooled[0] == 1 else pool.stride[0]
    turns = Column(height, width * depth, channels).turns(rows)
    stencil = operator.stencil
    by_rows = height > 1 and stencil.stride[0] == 1 and stencil.dilation[0] == 1
    if not turns or not by_rows or (stride and _ROWS % stride) or not fits(kernels):
        return None
    scales = interleaved_scales(operator, tensors, prefix)
    if scales is None:
        return None
    strip = Parameters(
        "hg_kronecker_s8_t",
        (
            ("conv", conv_parameters(operator, tensors, clamp)),
            ("turns", turns),
            ("padding_value", source.zero_point),
        ),
    )
    return Kernel(
        function="hg_conv_2d_kronecker_s8",
        header="hg_conv_2d_kronecker_s8.h",
        parameters=Parameters(
            "hg_conv_2d_kronecker_s8_t",
            (
                ("kronecker", strip),
                ("rows", rows),
                ("pool_height", pool.kernel[0]),
                ("pool_width", pool.kernel[1]),
                ("pool_stride_height", stride),
                ("pool_stride_width", pool.stride[1]),
                ("pooled_width", pooled[1]),
            ),
        ),
        inputs=(operator.input,),
        constants=(
            words(kernels, weights, prefix),
            scales,
        ),
    )


def fits(kernels: Array) -> bool:
    """Whether no sum of int8 kernels (outputs, ...) leaves the 21 bits of its part.

    A part is a sum of some of a channel's products, or of all. It is taken out as 2**11 times that,
    with a remainder below 2**10, in 32 bits.
    """
    magnitudes = np.abs(kernels.astype(np.int64)).reshape(len(kernels), -1).sum(axis=1)
    return bool((_LARGEST_INPUT * magnitudes < 2 ** (_BITS - 1)).all())


def words(kernels: Array, tensor: Tensor, prefix: str) -> Constant:
    """Return int8 kernels (outputs, rows, values of a row) as words, pairs of rows innermost."""
    wide = np.pad(kernels.astype(np.int64), ((0, 0), (0, kernels.shape[1] % 2), (0, 0)))
    pairs = wide[:, 1::2] + (wide[:, 0::2] << _BITS)
    shape = "x".join(str(n) for n in tensor.shape)
    return Constant(
        f"{prefix}_weights",
        Role.WEIGHTS,
        "int32_t",
        pairs.transpose(0, 2, 1).astype(np.int32).reshape(-1),
        f"{shape}, two rows in a word",
    )


@dataclass(frozen=True)
class Column:
    """A convolution along one column of its input."""

    kernel_height: int
    row: int
    """Values under a row of the kernel."""
    channels: int
    """Of the output."""

    def turns(self, rows: int) -> int:
        """Return how many turns of six rows a strip has, so many rows being wanted; 0 if none fit.

        Strips are as few as can be, and alike.
        """
        turns = rows // 2 // _SUMS + 1
        most = max((n for n in range(1, turns + 1) if self._fits(n, turns)), default=0)
        return most and -(-turns // -(-turns // most))

    def _fits(self, turns: int, wanted: int) -> bool:
        line = _SUMS * turns + (self.kernel_height + 1) // 2 - 1
        states = 2 * self.channels if turns < wanted else 0
        return self.row * line + states <= _WORDS
