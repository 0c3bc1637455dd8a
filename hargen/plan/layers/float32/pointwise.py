"""Functions of one value: rectifiers, logistic, tanh."""

from __future__ import annotations

from collections.abc import Sequence

from hargen.ir.ops.lookup import LeakyRelu, Logistic, Tanh
from hargen.ir.ops.relu import Relu
from hargen.ir.tensor import Tensor
from hargen.plan.layers.float32.activation import clamp_range
from hargen.plan.plan import Kernel, Parameters

AnyPointwise = Relu | LeakyRelu | Logistic | Tanh


def plan_relu(operator: Relu, tensors: Sequence[Tensor], prefix: str) -> Kernel:
    """Return the kernel of a rectifier."""
    del prefix
    low, high = clamp_range(operator.activation)
    return _plan("relu", "relu", operator, tensors, ("output_min", low), ("output_max", high))


def plan_leaky_relu(operator: LeakyRelu, tensors: Sequence[Tensor], prefix: str) -> Kernel:
    """Return the kernel of a leaky rectifier."""
    del prefix
    return _plan("leaky_relu", "relu", operator, tensors, ("alpha", operator.alpha))


def plan_logistic(operator: Logistic, tensors: Sequence[Tensor], prefix: str) -> Kernel:
    """Return the kernel of a logistic function."""
    del prefix
    return _plan("logistic", "logistic", operator, tensors)


def plan_tanh(operator: Tanh, tensors: Sequence[Tensor], prefix: str) -> Kernel:
    """Return the kernel of a hyperbolic tangent."""
    del prefix
    return _plan("tanh", "tanh", operator, tensors)


def _plan(
    name: str,
    header: str,
    operator: AnyPointwise,
    tensors: Sequence[Tensor],
    *fields: tuple[str, float],
) -> Kernel:
    return Kernel(
        function=f"hg_{name}_f32",
        header=f"hg_{header}_f32.h",
        parameters=Parameters(
            f"hg_{name}_f32_t", (("size", tensors[operator.input].size), *fields)
        ),
        inputs=(operator.input,),
    )
