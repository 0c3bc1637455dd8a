"""Depthwise 2-D convolution, NHWC input, weights (1, height, width, out)."""

from __future__ import annotations

from dataclasses import dataclass

from hargen.ir.operator import Activation, Operator, TensorId, Tensors
from hargen.ir.ops.weighted import verify_weights
from hargen.ir.stencil import Stencil


@dataclass(frozen=True, kw_only=True)
class DepthwiseConv2D(Operator):
    """Output channel c * depth_multiplier + m is input channel c filtered by its m-th kernel."""

    input: TensorId
    weights: TensorId
    bias: TensorId | None
    stencil: Stencil
    depth_multiplier: int
    activation: Activation

    def verify(self, tensors: Tensors) -> None:
        """Raise ModelError where the tensors do not fit the operator."""
        x, w = tensors[self.input], tensors[self.weights]
        self.require_values(tensors, self.input, self.output)
        self.require_feature_map(tensors, self.input, self.stencil)
        self.require(
            len(w.shape) == 4
            and w.shape[0] == 1
            and self.depth_multiplier >= 1
            and w.shape[3] == x.shape[3] * self.depth_multiplier,
            f"weights of shape {w.shape} do not fit {x.shape[3]} input channels"
            f" with depth multiplier {self.depth_multiplier}",
        )
        verify_weights(self, tensors, self.weights, self.bias, channel_axis=3)
        self.require_shape(
            tensors, (1, *self.stencil.output_size(x.shape[1], x.shape[2]), w.shape[3])
        )

    def maccs(self, tensors: Tensors) -> int:
        """Multiply-accumulate operations of one inference."""
        _, height, width, _ = tensors[self.input].shape
        rows, columns = self.stencil.output_size(height, width)
        return rows * columns * tensors[self.weights].size
