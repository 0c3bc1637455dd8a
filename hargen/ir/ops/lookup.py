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
        self.require_int8(tensors, self.input, self.output)
        self.require_shape(tensors, tensors[self.input].shape)

    def require_output(self, tensors: Tensors, steps_in_one: int, zero_point: int) -> None:
        """Raise ModelError unless the output has the scale that the reference computes in."""
        y = tensors[self.output]
        self.require(
            (y.scale, y.zero_point) == (1.0 / steps_in_one, zero_point),
            f"the output has scale {y.scale:g} and zero point {y.zero_point}, not"
            f" 1/{steps_in_one} and {zero_point}",
        )


@dataclass(frozen=True, kw_only=True)
class Logistic(Lookup):
    """1 / (1 + exp(-x)); the output's scale is 1/256 and its zero point -128."""

    def verify(self, tensors: Tensors) -> None:
        """Raise ModelError where the tensors do not fit the operator."""
        super().verify(tensors)
        self.require_output(tensors, 256, -128)


@dataclass(frozen=True, kw_only=True)
class Tanh(Lookup):
    """tanh(x); the output's scale is 1/128 and its zero point 0."""

    def verify(self, tensors: Tensors) -> None:
        """Raise ModelError where the tensors do not fit the operator."""
        super().verify(tensors)
        self.require_output(tensors, 128, 0)


@dataclass(frozen=True, kw_only=True)
class LeakyRelu(Lookup):
    """x where it is not negative, else alpha * x."""

    alpha: float

    def verify(self, tensors: Tensors) -> None:
        """Raise ModelError where the tensors do not fit the operator."""
        super().verify(tensors)
        self.require(0.0 <= self.alpha < 1e6, f"alpha is {self.alpha:g}")
