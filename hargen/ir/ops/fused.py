"""Two layers as one step: what is between them is never stored as a whole."""

from __future__ import annotations

from dataclasses import dataclass

from hargen.ir.operator import Operator, Tensors
from hargen.ir.ops.conv_2d import Conv2D
from hargen.ir.ops.conv_max_pool_2d import ConvMaxPool2D
from hargen.ir.ops.fully_connected import FullyConnected


@dataclass(frozen=True, kw_only=True)
class Fused(Operator):
    """`first`, a reshape perhaps, and `second`, as they were; float32 only."""

    first: Operator
    second: Operator

    def verify(self, tensors: Tensors) -> None:
        """Raise ModelError where the tensors do not fit the operators."""
        self.first.verify(tensors)
        self.second.verify(tensors)

    def maccs(self, tensors: Tensors) -> int:
        """Multiply-accumulate operations of one inference."""
        return self.first.maccs(tensors) + self.second.maccs(tensors)


@dataclass(frozen=True, kw_only=True)
class ConvMaxPoolFullyConnected(Fused):
    """Each pooled value is added to the outputs as soon as it is there."""

    first: ConvMaxPool2D
    second: FullyConnected


@dataclass(frozen=True, kw_only=True)
class ConvConvMaxPool2D(Fused):
    """Kernels are one column wide: one column is computed after the other."""

    first: Conv2D
    second: ConvMaxPool2D
