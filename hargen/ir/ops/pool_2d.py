"""Maximum and average pooling, NHWC."""

from __future__ import annotations

from dataclasses import dataclass

from hargen.ir.operator import Activation, Operator, TensorId, Tensors
from hargen.ir.stencil import Stencil


@dataclass(frozen=True, kw_only=True)
class Pool2D(Operator):
    """What both pools have in common: taps outside the input do not take part."""

    input: TensorId
    stencil: Stencil
    activation: Activation

    def verify(self, tensors: Tensors) -> None:
        """Raise ModelError where the tensors do not fit the operator."""
        x = tensors[self.input]
        self.require_values(tensors, self.input, self.output)
        self.require_same_quantization(tensors, self.input, self.output)
        self.require_feature_map(tensors, self.input, self.stencil)
        padding, kernel = self.stencil.padding, self.stencil.kernel
        self.require(
            max(padding.top, padding.bottom) < kernel[0]
            and max(padding.left, padding.right) < kernel[1],
            "the padding is so wide that a pool would be empty",
        )
        self.require_shape(
            tensors, (1, *self.stencil.output_size(x.shape[1], x.shape[2]), x.shape[3])
        )


@dataclass(frozen=True, kw_only=True)
class MaxPool2D(Pool2D):
    """The largest value under the kernel."""


@dataclass(frozen=True, kw_only=True)
class AveragePool2D(Pool2D):
    """The mean of the values under the kernel; in int8, rounded with halves away from zero."""
