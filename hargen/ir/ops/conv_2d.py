"""2-D convolution, NHWC input, OHWI weights."""

from __future__ import annotations

from dataclasses import dataclass

from hargen.ir.operator import Activation, Operator, TensorId, Tensors
from hargen.ir.ops.weighted import verify_weights
from hargen.ir.stencil import Stencil


@dataclass(frozen=True, kw_only=True)
class Conv2D(Operator):
    """Weights are (out, height, width, in), one value a channel is the bias.

    In int8 the weights have one scale or one an output channel, and the bias is int32; in float32
    both are float32.
    """

    input: TensorId
    weights: TensorId
    bias: TensorId | None
    stencil: Stencil
    activation: Activation

    def verify(self, tensors: Tensors) -> None:
        """Raise ModelError where the tensors do not fit the operator."""
        x, w = tensors[self.input], tensors[self.weights]
        self.require_values(tensors, self.input, self.output)
        self.require_feature_map(tensors, self.input, self.stencil)
        self.require(
            len(w.shape) == 4 and w.shape[3] == x.shape[3],
            f"weights of shape {w.shape} do not fit an input of {x.shape[3]} channels",
        )
        verify_weights(self, tensors, self.weights, self.bias, channel_axis=0)
        self.require_shape(
            tensors, (1, *self.stencil.output_size(x.shape[1], x.shape[2]), w.shape[0])
        )

    @property
    def keeps_columns(self) -> bool:
        """Whether each column of the output comes from one column of the input."""
        return self.stencil.keeps_columns

    def maccs(self, tensors: Tensors) -> int:
        """Multiply-accumulate operations of one inference."""
        _, height, width, _ = tensors[self.input].shape
        rows, columns = self.stencil.output_size(height, width)
        return rows * columns * tensors[self.weights].size
