"""Pools and reductions of four values at a time: hg_pool_2d_bytes_s8.h, hg_reduce_bytes_s8.h."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hargen.ir.ops.pool_2d import AveragePool2D, MaxPool2D, Pool2D
from hargen.ir.ops.reduce import Mean, ReduceMax
from hargen.ir.tensor import Tensor
from hargen.plan.layers.line import scaling
from hargen.plan.layers.pool_2d import plan_average_pool_2d, plan_max_pool_2d, pool_parameters
from hargen.plan.layers.reduce import plan_mean, plan_reduce_max
from hargen.plan.plan import Kernel, Parameters
from hargen.quantize.activation import clamp_range
from hargen.quantize.elementwise import mean_factor
from hargen.quantize.multiplier import INT8_MAX, INT8_MIN

_TOGETHER = 4
_SUMMED = 256  # HG_BYTES_SUMMED
_LARGEST = 255  # of a value less its zero point


def plan_fast_max_pool_2d(operator: MaxPool2D, tensors: Sequence[Tensor], prefix: str) -> Kernel:
    """Return the fastest kernel of a maximum pool."""
    unclamped = clamp_range(operator.activation, tensors[operator.output]) == (INT8_MIN, INT8_MAX)
    return (unclamped and _pool("hg_max_pool_2d_bytes_s8", operator, tensors)) or plan_max_pool_2d(
        operator, tensors, prefix
    )


def plan_fast_average_pool_2d(
    operator: AveragePool2D, tensors: Sequence[Tensor], prefix: str
) -> Kernel:
    """Return the fastest kernel of an average pool."""
    height, width = operator.stencil.kernel
    few = height * width <= _SUMMED
    return (
        few and _pool("hg_average_pool_2d_bytes_s8", operator, tensors)
    ) or plan_average_pool_2d(operator, tensors, prefix)


def plan_fast_reduce_max(operator: ReduceMax, tensors: Sequence[Tensor], prefix: str) -> Kernel:
    """Return the fastest kernel of a maximum along axes."""
    outer, reduced, inner = operator.extents(tensors)
    if inner % _TOGETHER:
        return plan_reduce_max(operator, tensors, prefix)
    return Kernel(
        function="hg_reduce_max_bytes_s8",
        header="hg_reduce_bytes_s8.h",
        parameters=Parameters(
            "hg_reduce_max_s8_t", (("outer", outer), ("reduced", reduced), ("inner", inner))
        ),
        inputs=(operator.input,),
    )


def plan_fast_mean(operator: Mean, tensors: Sequence[Tensor], prefix: str) -> Kernel:
    """Return the fastest kernel of a mean along axes."""
    return plan_mean_bytes(operator, tensors) or plan_mean(operator, tensors, prefix)


def plan_mean_bytes(operator: Mean, tensors: Sequence[Tensor]) -> Kernel | None:
    """Return the kernel; None where this mean cannot be computed so."""
    source, target = tensors[operator.input], tensors[operator.output]
    outer, reduced, inner = operator.extents(tensors)
    if inner % _TOGETHER or reduced > _SUMMED:
        return None
    scaled = scaling(
        [mean_factor(source.scale, target.scale, reduced)],
        np.array([-source.zero_point * reduced], dtype=np.int64),
        np.array([_LARGEST * reduced], dtype=np.int64),
        target.zero_point,
        (INT8_MIN, INT8_MAX),
    )
    if scaled is None:
        return None
    words = scaled.words[0].tolist()
    return Kernel(
        function="hg_mean_bytes_s8",
        header="hg_reduce_bytes_s8.h",
        parameters=Parameters(
            "hg_mean_bytes_s8_t",
            (
                ("outer", outer),
                ("reduced", reduced),
                ("inner", inner),
                ("line", scaled.parameters),
                ("factor", scaled.factor),
                ("bias", int(scaled.bias[0])),
                ("scale", (*words, *[0] * (3 - len(words)))),
            ),
        ),
        inputs=(operator.input,),
    )


def _pool(function: str, operator: Pool2D, tensors: Sequence[Tensor]) -> Kernel | None:
    if tensors[operator.input].shape[3] % _TOGETHER:
        return None
    padded = int(bool(operator.stencil.padding))
    return Kernel(
        function=function,
        header="hg_pool_2d_bytes_s8.h",
        parameters=Parameters(
            "hg_pool_2d_bytes_s8_t",
            (("pool", pool_parameters(operator, tensors)), ("padded", padded)),
        ),
        inputs=(operator.input,),
    )
