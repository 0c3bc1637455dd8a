"""Two layers as one step, with what they need in between."""

from __future__ import annotations

import math
from collections.abc import Sequence

from hargen.ir.ops.conv_2d import Conv2D
from hargen.ir.ops.fused import ConvConvMaxPool2D, ConvMaxPoolFullyConnected
from hargen.ir.tensor import DType, Tensor
from hargen.plan.layers.float32.conv_2d import POSITIONS, conv_parameters, pooled_parameters
from hargen.plan.layers.float32.fully_connected import connected_parameters
from hargen.plan.layers.float32.weighted import weighted_constants
from hargen.plan.plan import Kernel, Parameters


def plan_conv_max_pool_fully_connected(
    operator: ConvMaxPoolFullyConnected, tensors: Sequence[Tensor], prefix: str
) -> Kernel:
    """Return the kernel of a pooled convolution whose values go straight into the sums.

    Where kernels are one column wide, the image is turned first, so that columns are runs.
    """
    pooled, connected = operator.first, operator.second
    columns = _columns(pooled, tensors) if pooled.pool.kernel[1] == 1 else 1
    turned = tensors[pooled.input].size if columns > 1 else 0
    return Kernel(
        function="hg_conv_max_pool_fully_connected_f32",
        header="hg_conv_max_pool_fully_connected_f32.h",
        parameters=Parameters(
            "hg_conv_max_pool_fully_connected_f32_t",
            (
                ("pooled", pooled_parameters(pooled, tensors, column=columns > 1)),
                ("connected", connected_parameters(connected, tensors)),
                ("columns", columns),
            ),
        ),
        inputs=(pooled.input,),
        constants=(
            *weighted_constants(pooled, tensors, f"{prefix}_conv"),
            *weighted_constants(connected, tensors, prefix),
        ),
        scratch=_bytes(turned + tensors[pooled.weights].shape[0]),
    )


def plan_conv_conv_max_pool_2d(
    operator: ConvConvMaxPool2D, tensors: Sequence[Tensor], prefix: str
) -> Kernel:
    """Return the kernel of two convolutions and a pool that goes by columns."""
    first, second = operator.first, operator.second
    source, between = tensors[first.input], tensors[first.output]
    gathered = _gathered_at(first, source, between)
    return Kernel(
        function="hg_conv_conv_max_pool_2d_f32",
        header="hg_conv_conv_max_pool_2d_f32.h",
        parameters=Parameters(
            "hg_conv_conv_max_pool_2d_f32_t",
            (
                ("first", conv_parameters(first, tensors, column=True)),
                ("second", pooled_parameters(second, tensors, column=True)),
                ("columns", _columns(first, tensors)),
                ("pooled_columns", tensors[second.output].shape[2]),
                ("gathered", gathered),
            ),
        ),
        inputs=(first.input,),
        constants=(
            *weighted_constants(first, tensors, f"{prefix}_first"),
            *weighted_constants(second, tensors, f"{prefix}_second"),
        ),
        scratch=_bytes(max(gathered + _column_size(source), _column_size(between))),
    )


def _gathered_at(first: Conv2D, source: Tensor, between: Tensor) -> int:
    """Return where a column of the input may begin behind the beginning of the output's column.

    Positions are written up to POSITIONS at a time, and those of one pass read the input until the
    last of them is written: the end of their outputs has to lie before the first of their inputs.
    """
    rows, channels = between.shape[1], between.shape[3]
    return max(
        min(y + POSITIONS, rows) * channels
        - max(y * first.stencil.stride[0] - first.stencil.padding.top, 0) * source.shape[3]
        for y in range(rows)
    )


def _columns(operator: Conv2D, tensors: Sequence[Tensor]) -> int:
    """Return how many columns a convolution can compute one after the other; 1 if it mixes them."""
    return tensors[operator.input].shape[2] if operator.keeps_columns else 1


def _column_size(tensor: Tensor) -> int:
    return math.prod(tensor.shape) // tensor.shape[2]


def _bytes(values: int) -> int:
    return values * DType.FLOAT32.size
