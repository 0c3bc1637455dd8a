"""Changes of number format: float32 to int8, int8 to int8 of another scale, int8 to float32."""

from __future__ import annotations

from dataclasses import dataclass

from hargen.ir.operator import Operator, TensorId, Tensors
from hargen.ir.tensor import DType


@dataclass(frozen=True, kw_only=True)
class Quantize(Operator):
    """float32 to int8: round(x / scale) + zero_point, halves away from zero, saturated."""

    input: TensorId

    def verify(self, tensors: Tensors) -> None:
        """Raise ModelError where the tensors do not fit the operator."""
        self.require_int8(tensors, self.output)
        self.require(tensors[self.input].dtype is DType.FLOAT32, "the input is not float32")
        self.require_shape(tensors, tensors[self.input].shape)


@dataclass(frozen=True, kw_only=True)
class Requantize(Operator):
    """int8 to int8 of another scale and zero point."""

    input: TensorId

    def verify(self, tensors: Tensors) -> None:
        """Raise ModelError where the tensors do not fit the operator."""
        self.require_int8(tensors, self.input, self.output)
        self.require_shape(tensors, tensors[self.input].shape)


@dataclass(frozen=True, kw_only=True)
class Dequantize(Operator):
    """int8 to float32: scale * (q - zero_point)."""

    input: TensorId

    def verify(self, tensors: Tensors) -> None:
        """Raise ModelError where the tensors do not fit the operator."""
        self.require_int8(tensors, self.input)
        self.require(tensors[self.output].dtype is DType.FLOAT32, "the output is not float32")
        self.require_shape(tensors, tensors[self.input].shape)
