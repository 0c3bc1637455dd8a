"""Functions of one value: logistic, tanh, leaky rectifier. In int8 each is a table of 256."""

from __future__ import annotations

from dataclasses import dataclass

from hargen.ir.operator import Operator, TensorId, Tensors


@dataclass(frozen=True, kw_only=True)
class Lookup(Operator):
    """What they have in common: every value by itself, the shape stays."""

    input: TensorId

    def verify(self, tensors: Tensors) -> None:
        """Raise ModelError where the tensors do not fit the operator."""
        self.require_values(tensors, self.input, self.output)
        self.require_shape(tensors, tensors[self.input].shape)


@dataclass(frozen=True, kw_only=True)
class Logistic(Lookup):
    """1 / (1 + exp(-x)); in int8 the output's scale is 1/256 and its zero point -128."""

    def verify(self, tensors: Tensors) -> None:
        """Raise ModelError where the tensors do not fit the operator."""
        super().verify(tensors)
        self.require_scale(tensors, 256, -128)


@dataclass(frozen=True, kw_only=True)
class Tanh(Lookup):
    """tanh(x); in int8 the output's scale is 1/128 and its zero point 0."""

    def verify(self, tensors: Tensors) -> None:
        """Raise ModelError where the tensors do not fit the operator."""
        super().verify(tensors)
        self.require_scale(tensors, 128, 0)


@dataclass(frozen=True, kw_only=True)
class LeakyRelu(Lookup):
    """x where it is not negative, else alpha * x."""

    alpha: float

    def verify(self, tensors: Tensors) -> None:
        """Raise ModelError where the tensors do not fit the operator."""
        super().verify(tensors)
        self.require(0.0 <= self.alpha < 1e6, f"alpha is {self.alpha:g}")
