"""Tensors side by side."""

from __future__ import annotations

from collections.abc import Sequence

from hargen.ir.ops.concatenation import MAX_INPUTS, Concatenation
from hargen.ir.tensor import Tensor
from hargen.plan.plan import Kernel, Parameters


def plan_concatenation(operator: Concatenation, tensors: Sequence[Tensor], prefix: str) -> Kernel:
    """Return the kernel of a concatenation; inputs that are absent are null and have size 0."""
    del prefix
    outer, sizes = operator.extents(tensors)
    absent = MAX_INPUTS - len(sizes)
    return Kernel(
        function="hg_concatenation_f32",
        header="hg_concatenation_f32.h",
        parameters=Parameters(
            "hg_concatenation_f32_t", (("outer", outer), ("sizes", sizes + (0,) * absent))
        ),
        inputs=operator.inputs,
        constants=(None,) * absent,
    )
