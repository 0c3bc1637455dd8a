"""A convolution and the maximum pool after it, as one step."""

from __future__ import annotations

from dataclasses import dataclass

from hargen.ir.operator import Activation, Tensors
from hargen.ir.ops.conv_2d import Conv2D
from hargen.ir.stencil import Stencil


@dataclass(frozen=True, kw_only=True)
class ConvMaxPool2D(Conv2D):
    """The convolution's output is never stored: only the largest sum under each pool goes on.

    Requantization and clamping never decrease, so that the maximum may be taken before them.
    """

    pool: Stencil
    pool_activation: Activation

    def verify(self, tensors: Tensors) -> None:
        """Raise ModelError where the tensors do not fit the operator."""
        x, w = tensors[self.input], tensors[self.weights]
        self.require_values(tensors, self.input, self.output)
        rows, columns = self.stencil.output_size(x.shape[1], x.shape[2])
        self.require_shape(tensors, (1, *self.pool.output_size(rows, columns), w.shape[0]))
