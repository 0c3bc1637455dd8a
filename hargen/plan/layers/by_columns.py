"""Pairs of operators, column by column: firmware/runtime/hg_columns_*_s8.h.

The first one is a convolution whose kernels are one column wide. Of what it gives, a column is kept
at a time: a third of the memory for the three axes of an accelerometer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from hargen.ir.ops.by_columns import ByColumns
from hargen.ir.ops.conv_2d import Conv2D
from hargen.ir.ops.conv_max_pool_2d import ConvMaxPool2D
from hargen.ir.ops.fully_connected import FullyConnected
from hargen.ir.stencil import Stencil
from hargen.ir.tensor import DType, Tensor
from hargen.plan.layers import dual
from hargen.plan.layers.fully_connected import PAIRS, plan_fully_connected
from hargen.plan.layers.kronecker import plan_fast_conv_2d, plan_fast_conv_max_pool_2d
from hargen.plan.layers.max_3 import plan_max_3_fully_connected
from hargen.plan.plan import Kernel, Parameters

_SHORT, _KRONECKER = "hg_conv_2d_short_s8", "hg_conv_2d_kronecker_s8"
_FULLY_CONNECTED = ("hg_fully_connected_dual_s8", "hg_fully_connected_dual_per_channel_s8")
_CONSTANTS = 4  # of hg_fully_connected_dual_per_channel_s8
_MOST_OUTPUTS = 32  # twice HG_COLUMNS_PAIRS


def plan_by_columns(operator: ByColumns, tensors: Sequence[Tensor], prefix: str) -> Kernel:
    """Return the kernel of a pair that has one."""
    kernel = find_kernel(operator, tensors, prefix)
    assert kernel is not None
    return kernel


def find_kernel(operator: ByColumns, tensors: Sequence[Tensor], prefix: str) -> Kernel | None:
    """Return the kernel of a pair; None where there is none."""
    first, second = operator.first, operator.second
    between = tensors[first.output]
    if between.dtype is not DType.INT8 or between.shape[2] == 1 or not _keeps_columns(first):
        return None
    if isinstance(second, ConvMaxPool2D):
        return _convolution_and_maximum(operator, second, tensors, prefix)
    return _max_3_and_fully_connected(first, second, tensors, prefix) or _pool_and_fully_connected(
        operator, second, tensors, prefix
    )


def _max_3_and_fully_connected(
    first: Conv2D, second: FullyConnected, tensors: Sequence[Tensor], prefix: str
) -> Kernel | None:
    between = tensors[first.output]
    apart = second.batches(tensors) == 1 and tensors[second.weights].shape[1] == between.size
    if not apart or not isinstance(first, ConvMaxPool2D):
        return None
    return plan_max_3_fully_connected(first, second, tensors, prefix)


def _keeps_columns(conv: Conv2D) -> bool:
    """Whether a column of the output comes from the same column of the input alone."""
    stencil = conv.stencil
    padding = stencil.padding
    return stencil.kernel[1] == stencil.stride[1] == 1 and not padding.left and not padding.right


def _convolution_and_maximum(
    operator: ByColumns, second: ConvMaxPool2D, tensors: Sequence[Tensor], prefix: str
) -> Kernel | None:
    first = operator.first
    between, target = tensors[first.output], tensors[second.output]
    _, height, columns, channels = between.shape
    all_columns = target.shape[2] == 1 and second.pool.kernel[1] == columns
    if type(first) is not Conv2D or target.shape[1] != 1 or not all_columns:
        return None
    if not _keeps_columns(second):
        return None
    narrow = list(tensors)
    narrow[first.output] = replace(between, shape=(1, height, 1, channels))
    rows = second.pool.kernel[0]
    one_column = replace(second, pool=Stencil((rows, 1), (rows, 1)))
    kernels = (
        plan_fast_conv_2d(first, narrow, f"{prefix}_first"),
        plan_fast_conv_max_pool_2d(one_column, narrow, f"{prefix}_second"),
    )
    if kernels[0].function not in (_SHORT, _KRONECKER) or kernels[1].function != _KRONECKER:
        return None
    name = "short_max" if kernels[0].function == _SHORT else "max"
    return _joined(f"hg_columns_{name}_s8", kernels, columns, height * channels)


def _pool_and_fully_connected(
    operator: ByColumns, second: FullyConnected, tensors: Sequence[Tensor], prefix: str
) -> Kernel | None:
    first = operator.first
    between, weights = tensors[first.output], tensors[second.weights]
    _, height, columns, channels = between.shape
    outputs = tensors[second.output].size
    size = height * channels
    assert weights.data is not None
    if (
        second.batches(tensors) != 1
        or weights.shape[1] != between.size
        or size % 4
        or outputs > _MOST_OUTPUTS
    ):
        return None
    narrow = list(tensors)
    narrow[first.output] = replace(between, shape=(1, height, 1, channels))
    if isinstance(first, ConvMaxPool2D):
        if first.pool.kernel[1] != 1 or first.pool.stride[1] != 1:
            return None
        kernel = plan_fast_conv_max_pool_2d(first, narrow, f"{prefix}_first")
    else:
        kernel = plan_fast_conv_2d(first, narrow, f"{prefix}_first")
    whole = plan_fully_connected(second, tensors, f"{prefix}_second")
    if kernel.function != _KRONECKER or whole.function not in _FULLY_CONNECTED:
        return None
    by_column = weights.data.reshape(outputs, height, columns, channels).transpose(2, 0, 1, 3)
    packed = [
        dual.packed_weights(rows.reshape(outputs, -1), size, weights, "", together=PAIRS).values
        for rows in by_column
    ]
    constant, *others = whole.constants
    assert constant is not None
    in_columns = replace(
        constant,
        values=np.concatenate(packed),
        comment=f"{constant.comment}, column by column",
    )
    # Multipliers and shifts are there where outputs have their own.
    others += [None] * (_CONSTANTS - len(whole.constants))
    fields = dict(whole.parameters.fields) | {"input_size": size}
    column = replace(
        whole,
        constants=(in_columns, *others),
        parameters=replace(whole.parameters, fields=tuple(fields.items())),
    )
    return _joined("hg_columns_fully_connected_s8", (kernel, column), columns, size)


def _joined(function: str, kernels: tuple[Kernel, Kernel], columns: int, scratch: int) -> Kernel:
    first, second = kernels
    return Kernel(
        function=function,
        header=f"{function}.h",
        parameters=Parameters(
            f"{function}_t",
            (
                ("first", first.parameters),
                ("second", second.parameters),
                ("columns", columns),
            ),
        ),
        inputs=first.inputs,
        constants=(*first.constants, *second.constants),
        scratch=scratch,
    )
