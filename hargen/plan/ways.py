"""The ways in which an operator can be computed: the kernels that take it, by their functions."""

from __future__ import annotations

from collections.abc import Sequence

from hargen.ir.operator import Operator
from hargen.ir.tensor import DType, Tensor
from hargen.plan.layers import FAST_PLANNERS, FLOAT_PLANNERS, PLANNERS, WAYS, Planner
from hargen.plan.plan import Kernel


def ways(operator: Operator, tensors: Sequence[Tensor], prefix: str) -> dict[str, Kernel]:
    """Return every kernel that can compute an operator, with constants named after prefix.

    Raises:
        ModelError: there is none.
    """
    kind = type(operator)
    found: list[Kernel | None]
    if tensors[operator.output].dtype is DType.FLOAT32:
        found = [plan(operator, tensors, prefix) for plan in _known(FLOAT_PLANNERS.get(kind))]
    elif kind in WAYS:
        found = [plan(operator, tensors, prefix) for plan in WAYS[kind]]
    else:
        planners = _known(FAST_PLANNERS.get(kind), PLANNERS.get(kind))
        found = [plan(operator, tensors, prefix) for plan in planners]
    kernels = {kernel.function: kernel for kernel in found if kernel is not None}
    if not kernels:
        raise operator.fail("there is no kernel for this operator inside the network")
    return kernels


def _known(*planners: Planner | None) -> list[Planner]:
    return list(dict.fromkeys(planner for planner in planners if planner is not None))
