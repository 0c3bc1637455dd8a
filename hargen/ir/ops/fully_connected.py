"""Fully connected layer."""

from __future__ import annotations

from dataclasses import dataclass

from hargen.ir.operator import Activation, Operator, TensorId, Tensors
from hargen.ir.ops.weighted import verify_weights


@dataclass(frozen=True, kw_only=True)
class FullyConnected(Operator):
    """Weights are (out, in), one value an output is the bias. Batches are flattened.

    In int8 the weights have one scale or one an output, and the bias is int32; in float32 both are
    float32.
    """

    input: TensorId
    weights: TensorId
    bias: TensorId | None
    activation: Activation

    def verify(self, tensors: Tensors) -> None:
        """Raise ModelError where the tensors do not fit the operator."""
        x, w, y = tensors[self.input], tensors[self.weights], tensors[self.output]
        self.require_values(tensors, self.input, self.output)
        self.require(
            len(w.shape) == 2 and w.shape[1] >= 1 and x.size % w.shape[1] == 0,
            f"weights of shape {w.shape} do not fit an input of {x.size} values",
        )
        verify_weights(self, tensors, self.weights, self.bias, channel_axis=0)
        self.require(
            y.size == self.batches(tensors) * w.shape[0] and y.shape[-1:] == w.shape[:1],
            f"output shape {y.shape} does not fit weights of shape {w.shape}",
        )

    def batches(self, tensors: Tensors) -> int:
        """Return how many input vectors are multiplied by the same weights."""
        return tensors[self.input].size // tensors[self.weights].shape[1]

    def maccs(self, tensors: Tensors) -> int:
        """Multiply-accumulate operations of one inference."""
        return self.batches(tensors) * tensors[self.weights].size
