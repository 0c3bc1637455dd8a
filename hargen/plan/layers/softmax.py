"""Softmax with its table of exps."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hargen.ir.ops.softmax import Softmax
from hargen.ir.tensor import Tensor
from hargen.plan.plan import Constant, Kernel, Parameters, Role
from hargen.quantize.softmax import exp_table


def plan_softmax(operator: Softmax, tensors: Sequence[Tensor], prefix: str) -> Kernel:
    """Return the kernel of a softmax over the last axis."""
    source = tensors[operator.input]
    exps = exp_table(operator.beta, source.scale)
    size = source.shape[-1]
    return Kernel(
        function="hg_softmax_s8",
        header="hg_softmax_s8.h",
        parameters=Parameters(
            "hg_softmax_s8_t",
            (("rows", source.size // size), ("size", size), ("table_size", len(exps))),
        ),
        inputs=(operator.input,),
        constants=(
            Constant(
                f"{prefix}_exps",
                Role.TABLE,
                "int32_t",
                np.array(exps, dtype=np.int32),
                "exp of minus the difference to the largest logit, Q0.31",
            ),
        ),
    )
