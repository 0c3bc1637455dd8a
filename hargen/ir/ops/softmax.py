"""Softmax over the last axis."""

from __future__ import annotations

from dataclasses import dataclass

from hargen.ir.operator import Operator, TensorId, Tensors


@dataclass(frozen=True, kw_only=True)
class Softmax(Operator):
    """exp(beta * x) over its sum; in int8 the output's scale is 1/256 and its zero point -128."""

    input: TensorId
    beta: float

    def verify(self, tensors: Tensors) -> None:
        """Raise ModelError where the tensors do not fit the operator."""
        self.require_values(tensors, self.input, self.output)
        self.require_shape(tensors, tensors[self.input].shape)
        self.require_scale(tensors, 256, -128)
        self.require(0.0 < self.beta < 1e6, f"beta is {self.beta:g}")
