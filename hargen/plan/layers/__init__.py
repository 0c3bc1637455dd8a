"""Kernel choice and packing, one file an operator.

To add one, write its file and name it here; docs/adding-an-operator.md has the whole recipe.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from hargen.ir.operator import Operator
from hargen.ir.ops.binary import Add, Mul
from hargen.ir.ops.by_columns import ByColumns
from hargen.ir.ops.concatenation import Concatenation
from hargen.ir.ops.conv_2d import Conv2D
from hargen.ir.ops.conv_max_pool_2d import ConvMaxPool2D
from hargen.ir.ops.depthwise_conv_2d import DepthwiseConv2D
from hargen.ir.ops.fully_connected import FullyConnected
from hargen.ir.ops.lookup import LeakyRelu, Logistic, Tanh
from hargen.ir.ops.pad import Pad
from hargen.ir.ops.pool_2d import AveragePool2D, MaxPool2D
from hargen.ir.ops.quantize import Requantize
from hargen.ir.ops.reduce import Mean, ReduceMax
from hargen.ir.ops.relu import Relu
from hargen.ir.ops.softmax import Softmax
from hargen.ir.tensor import Tensor
from hargen.plan.layers import float32
from hargen.plan.layers.binary import plan_add, plan_mul
from hargen.plan.layers.by_columns import plan_by_columns
from hargen.plan.layers.bytewise import (
    plan_fast_average_pool_2d,
    plan_fast_max_pool_2d,
    plan_fast_mean,
    plan_fast_reduce_max,
)
from hargen.plan.layers.concatenation import plan_concatenation
from hargen.plan.layers.conv_2d import (
    plan_conv_2d,
    plan_conv_max_pool_2d,
    plan_position_conv_2d,
    plan_position_conv_max_pool_2d,
    plan_strip_conv_2d,
    plan_strip_conv_max_pool_2d,
)
from hargen.plan.layers.depthwise_column import plan_fast_depthwise_conv_2d
from hargen.plan.layers.depthwise_conv_2d import plan_depthwise_conv_2d
from hargen.plan.layers.elementwise import plan_fast_add, plan_fast_mul
from hargen.plan.layers.fully_connected import (
    plan_dual_fully_connected,
    plan_fully_connected,
    plan_row_fully_connected,
)
from hargen.plan.layers.groups import plan_fast_fully_connected, plan_groups_fully_connected
from hargen.plan.layers.kronecker import (
    plan_fast_conv_2d,
    plan_fast_conv_max_pool_2d,
    plan_kronecker_conv_2d,
    plan_kronecker_conv_max_pool_2d,
)
from hargen.plan.layers.lookup import plan_leaky_relu, plan_logistic, plan_tanh
from hargen.plan.layers.pad import plan_pad
from hargen.plan.layers.pool_2d import plan_average_pool_2d, plan_max_pool_2d
from hargen.plan.layers.reduce import plan_mean, plan_reduce_max
from hargen.plan.layers.rescale import plan_relu, plan_requantize
from hargen.plan.layers.short_conv import plan_short_conv_2d
from hargen.plan.layers.softmax import (
    plan_computed_softmax,
    plan_softmax,
    plan_table_softmax,
)
from hargen.plan.layers.tiled import plan_run_conv_2d, plan_tiled_conv_2d
from hargen.plan.plan import Kernel

Planner = Callable[[Any, Sequence[Tensor], str], Kernel]

PLANNERS: dict[type[Operator], Planner] = {
    Add: plan_fast_add,
    AveragePool2D: plan_fast_average_pool_2d,
    Concatenation: plan_concatenation,
    Conv2D: plan_conv_2d,
    ConvMaxPool2D: plan_conv_max_pool_2d,
    DepthwiseConv2D: plan_depthwise_conv_2d,
    FullyConnected: plan_fully_connected,
    LeakyRelu: plan_leaky_relu,
    Logistic: plan_logistic,
    MaxPool2D: plan_fast_max_pool_2d,
    Mean: plan_fast_mean,
    Mul: plan_mul,
    Pad: plan_pad,
    ReduceMax: plan_fast_reduce_max,
    Relu: plan_relu,
    Requantize: plan_requantize,
    Softmax: plan_softmax,
    Tanh: plan_tanh,
}

FAST_PLANNERS: dict[type[Operator], Planner] = {
    **PLANNERS,
    ByColumns: plan_by_columns,
    Conv2D: plan_fast_conv_2d,
    ConvMaxPool2D: plan_fast_conv_max_pool_2d,
    DepthwiseConv2D: plan_fast_depthwise_conv_2d,
    FullyConnected: plan_fast_fully_connected,
    Mul: plan_fast_mul,
}
"""Kernels that need the fewest instructions, and more flash for it."""

WAYS: dict[type[Operator], tuple[Callable[[Any, Sequence[Tensor], str], Kernel | None], ...]] = {
    Add: (plan_fast_add, plan_add),
    AveragePool2D: (plan_fast_average_pool_2d, plan_average_pool_2d),
    Conv2D: (
        plan_short_conv_2d,
        plan_kronecker_conv_2d,
        plan_tiled_conv_2d,
        plan_run_conv_2d,
        plan_strip_conv_2d,
        plan_position_conv_2d,
    ),
    ConvMaxPool2D: (
        plan_kronecker_conv_max_pool_2d,
        plan_strip_conv_max_pool_2d,
        plan_position_conv_max_pool_2d,
    ),
    FullyConnected: (
        plan_groups_fully_connected,
        plan_dual_fully_connected,
        plan_row_fully_connected,
    ),
    MaxPool2D: (plan_fast_max_pool_2d, plan_max_pool_2d),
    Mean: (plan_fast_mean, plan_mean),
    ReduceMax: (plan_fast_reduce_max, plan_reduce_max),
    Softmax: (plan_table_softmax, plan_computed_softmax),
}
"""Operators of int8 networks that can be computed in more ways than the two planners above name,
the fastest first as a rule; a way that does not suit an operator's shapes or weights gives None. Of
any other operator those two are the ways."""

FLOAT_PLANNERS: dict[type[Operator], Planner] = {**float32.PLANNERS}
