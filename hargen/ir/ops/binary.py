"""Elementwise sum and product with broadcasting."""

from __future__ import annotations

from dataclasses import dataclass

from hargen.ir.operator import Activation, Operator, TensorId, Tensors

MAX_RANK = 4


@dataclass(frozen=True, kw_only=True)
class Binary(Operator):
    """What both have in common: NumPy's broadcasting; in int8, each operand has its own scale."""

    lhs: TensorId
    rhs: TensorId
    activation: Activation

    def verify(self, tensors: Tensors) -> None:
        """Raise ModelError where the tensors do not fit the operator."""
        self.require_values(tensors, self.lhs, self.rhs, self.output)
        a, b = tensors[self.lhs].shape, tensors[self.rhs].shape
        rank = max(len(a), len(b))
        self.require(rank <= MAX_RANK, f"more than {MAX_RANK} dimensions are not supported")
        a, b = (1,) * (rank - len(a)) + a, (1,) * (rank - len(b)) + b
        self.require(
            all(m == n or 1 in (m, n) for m, n in zip(a, b, strict=True)),
            f"shapes {tensors[self.lhs].shape} and {tensors[self.rhs].shape} do not broadcast",
        )
        self.require_shape(tensors, tuple(n if m == 1 else m for m, n in zip(a, b, strict=True)))


@dataclass(frozen=True, kw_only=True)
class Add(Binary):
    """lhs + rhs."""


@dataclass(frozen=True, kw_only=True)
class Mul(Binary):
    """lhs * rhs."""
