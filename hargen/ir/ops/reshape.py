"""A new shape for the same values; EXPAND_DIMS and SQUEEZE are reshapes too."""

from __future__ import annotations

from dataclasses import dataclass

from hargen.ir.operator import Operator, TensorId, Tensors


@dataclass(frozen=True, kw_only=True)
class Reshape(Operator):
    """Row-major order stays, so that no value moves."""

    input: TensorId

    def verify(self, tensors: Tensors) -> None:
        """Raise ModelError where the tensors do not fit the operator."""
        x, y = tensors[self.input], tensors[self.output]
        self.require(x.size == y.size, f"cannot reshape {x.shape} to {y.shape}")
        self.require(x.dtype is y.dtype, f"cannot reshape {x.dtype.value} to {y.dtype.value}")
        if x.quantization is not None and y.quantization is not None:
            self.require_same_quantization(tensors, self.input, self.output)
