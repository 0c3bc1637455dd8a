"""Softmax."""

from __future__ import annotations

from collections.abc import Sequence

from hargen.ir.ops.softmax import Softmax
from hargen.ir.tensor import Tensor
from hargen.plan.plan import Kernel, Parameters


def plan_softmax(operator: Softmax, tensors: Sequence[Tensor], prefix: str) -> Kernel:
    """Return the kernel of a softmax over the last axis."""
    del prefix
    source = tensors[operator.input]
    size = source.shape[-1]
    return Kernel(
        function="hg_softmax_f32",
        header="hg_softmax_f32.h",
        parameters=Parameters(
            "hg_softmax_f32_t",
            (("rows", source.size // size), ("size", size), ("beta", operator.beta)),
        ),
        inputs=(operator.input,),
    )
