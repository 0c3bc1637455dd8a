"""Softmax, with a table of exps or without."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hargen.ir.ops.softmax import Softmax
from hargen.ir.tensor import Tensor
from hargen.plan.plan import Constant, Kernel, Parameters, Role
from hargen.quantize.softmax import Exps, exps

_FEW = 16  # HG_SOFTMAX_FEW
_LONG = 64
"""A table of as many exps, 256 bytes, is more than the code that computes them."""


def plan_softmax(operator: Softmax, tensors: Sequence[Tensor], prefix: str) -> Kernel:
    """Return the kernel of a softmax over the last axis: the one of less flash."""
    kernel = plan_computed_softmax(operator, tensors, prefix)
    long = _exps(operator, tensors).radius >= _LONG
    return kernel if kernel and long else plan_table_softmax(operator, tensors, prefix)


def plan_computed_softmax(
    operator: Softmax, tensors: Sequence[Tensor], prefix: str
) -> Kernel | None:
    """Return the kernel that computes its exps; None for too many logits, or ones too fine."""
    del prefix  # no constants
    source = tensors[operator.input]
    size = source.shape[-1]
    found = _exps(operator, tensors)
    if size > _FEW or found.factor.shift < 0:
        return None
    return Kernel(
        function="hg_softmax_computed_s8",
        header="hg_softmax_computed_s8.h",
        parameters=Parameters(
            "hg_softmax_computed_s8_t",
            (
                ("rows", source.size // size),
                ("size", size),
                ("multiplier", found.factor.multiplier),
                ("shift", found.factor.shift),
                ("radius", found.radius),
            ),
        ),
        inputs=(operator.input,),
        constants=(),
    )


def plan_table_softmax(operator: Softmax, tensors: Sequence[Tensor], prefix: str) -> Kernel:
    """Return the kernel that looks its exps up."""
    source = tensors[operator.input]
    size = source.shape[-1]
    table = _exps(operator, tensors).table()
    return Kernel(
        function="hg_softmax_s8",
        header="hg_softmax_s8.h",
        parameters=Parameters(
            "hg_softmax_s8_t",
            (("rows", source.size // size), ("size", size), ("table_size", len(table))),
        ),
        inputs=(operator.input,),
        constants=(
            Constant(
                f"{prefix}_exps",
                Role.TABLE,
                "int32_t",
                np.array(table, dtype=np.int32),
                "exp of minus the difference to the largest logit, Q0.31",
            ),
        ),
    )


def _exps(operator: Softmax, tensors: Sequence[Tensor]) -> Exps:
    return exps(operator.beta, tensors[operator.input].scale)
