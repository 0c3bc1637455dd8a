"""Reductions."""

from __future__ import annotations

from collections.abc import Sequence

from hargen.ir.ops.reduce import Mean, ReduceMax
from hargen.ir.tensor import Tensor
from hargen.plan.plan import Kernel, Parameters
from hargen.quantize.elementwise import mean_factor


def plan_reduce_max(operator: ReduceMax, tensors: Sequence[Tensor], prefix: str) -> Kernel:
    """Return the kernel of a maximum along axes."""
    del prefix
    outer, reduced, inner = operator.extents(tensors)
    return Kernel(
        function="hg_reduce_max_s8",
        header="hg_reduce_s8.h",
        parameters=Parameters(
            "hg_reduce_max_s8_t", (("outer", outer), ("reduced", reduced), ("inner", inner))
        ),
        inputs=(operator.input,),
    )


def plan_mean(operator: Mean, tensors: Sequence[Tensor], prefix: str) -> Kernel:
    """Return the kernel of a mean along axes."""
    del prefix
    source, target = tensors[operator.input], tensors[operator.output]
    outer, reduced, inner = operator.extents(tensors)
    factor = mean_factor(source.scale, target.scale, reduced)
    return Kernel(
        function="hg_mean_s8",
        header="hg_reduce_s8.h",
        parameters=Parameters(
            "hg_mean_s8_t",
            (
                ("outer", outer),
                ("reduced", reduced),
                ("inner", inner),
                ("sum_offset", -source.zero_point * reduced),
                ("multiplier", factor.multiplier),
                ("shift", factor.shift),
                ("output_offset", target.zero_point),
            ),
        ),
        inputs=(operator.input,),
    )
