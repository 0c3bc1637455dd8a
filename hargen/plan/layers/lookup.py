"""Functions of one value as tables."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hargen.ir.ops.lookup import LeakyRelu, Logistic, Lookup, Tanh
from hargen.ir.tensor import Tensor
from hargen.plan.plan import Constant, Kernel, Parameters, Role
from hargen.quantize.lookup import leaky_relu_table, logistic_table, tanh_table


def plan_logistic(operator: Logistic, tensors: Sequence[Tensor], prefix: str) -> Kernel:
    """Return the kernel of a logistic function."""
    x = tensors[operator.input]
    return _plan(operator, logistic_table(x.scale, x.zero_point), "logistic", tensors, prefix)


def plan_tanh(operator: Tanh, tensors: Sequence[Tensor], prefix: str) -> Kernel:
    """Return the kernel of a hyperbolic tangent."""
    x = tensors[operator.input]
    return _plan(operator, tanh_table(x.scale, x.zero_point), "tanh", tensors, prefix)


def plan_leaky_relu(operator: LeakyRelu, tensors: Sequence[Tensor], prefix: str) -> Kernel:
    """Return the kernel of a leaky rectifier."""
    x, y = tensors[operator.input], tensors[operator.output]
    table = leaky_relu_table(operator.alpha, x.scale, x.zero_point, y.scale, y.zero_point)
    return _plan(operator, table, f"leaky ReLU, alpha {operator.alpha:g}", tensors, prefix)


def _plan(
    operator: Lookup, table: list[int], comment: str, tensors: Sequence[Tensor], prefix: str
) -> Kernel:
    return Kernel(
        function="hg_lookup_s8",
        header="hg_lookup_s8.h",
        parameters=Parameters("hg_lookup_s8_t", (("size", tensors[operator.input].size),)),
        inputs=(operator.input,),
        constants=(
            Constant(
                f"{prefix}_outputs", Role.TABLE, "int8_t", np.array(table, dtype=np.int8), comment
            ),
        ),
    )
