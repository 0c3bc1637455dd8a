"""Reductions."""

from __future__ import annotations

from collections.abc import Sequence

from hargen.ir.ops.reduce import Mean, Reduce, ReduceMax
from hargen.ir.tensor import Tensor
from hargen.plan.plan import Kernel, Parameters


def plan_reduce_max(operator: ReduceMax, tensors: Sequence[Tensor], prefix: str) -> Kernel:
    """Return the kernel of a maximum along axes."""
    del prefix
    return _plan("hg_reduce_max_f32", operator, tensors)


def plan_mean(operator: Mean, tensors: Sequence[Tensor], prefix: str) -> Kernel:
    """Return the kernel of a mean along axes."""
    del prefix
    return _plan("hg_mean_f32", operator, tensors)


def _plan(function: str, operator: Reduce, tensors: Sequence[Tensor]) -> Kernel:
    outer, reduced, inner = operator.extents(tensors)
    return Kernel(
        function=function,
        header="hg_reduce_f32.h",
        parameters=Parameters(
            "hg_reduce_f32_t", (("outer", outer), ("reduced", reduced), ("inner", inner))
        ),
        inputs=(operator.input,),
    )
