"""A rectifier that stands alone, with a scale of its own in int8."""

from __future__ import annotations

from dataclasses import dataclass

from hargen.ir.operator import Activation, Operator, TensorId, Tensors


@dataclass(frozen=True, kw_only=True)
class Relu(Operator):
    """Clamps to [0, inf) or [0, 6]; in int8, requantizes to the output's scale."""

    input: TensorId
    activation: Activation

    def verify(self, tensors: Tensors) -> None:
        """Raise ModelError where the tensors do not fit the operator."""
        self.require_values(tensors, self.input, self.output)
        self.require_shape(tensors, tensors[self.input].shape)
