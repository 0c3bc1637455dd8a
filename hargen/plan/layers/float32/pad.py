"""Padding that no convolution could take over."""

from __future__ import annotations

from collections.abc import Sequence

from hargen.ir.ops.pad import MAX_RANK, Pad
from hargen.ir.tensor import Tensor
from hargen.plan.plan import Kernel, Parameters


def plan_pad(operator: Pad, tensors: Sequence[Tensor], prefix: str) -> Kernel:
    """Return the kernel of a padding with zeros; missing dimensions are leading ones of size 1."""
    del prefix
    source = tensors[operator.input]
    missing = MAX_RANK - len(source.shape)
    return Kernel(
        function="hg_pad_f32",
        header="hg_pad_f32.h",
        parameters=Parameters(
            "hg_pad_f32_t",
            (
                ("input", (1,) * missing + source.shape),
                ("before", (0,) * missing + operator.before),
                ("after", (0,) * missing + operator.after),
            ),
        ),
        inputs=(operator.input,),
    )
