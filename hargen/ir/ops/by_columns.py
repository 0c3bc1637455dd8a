"""Two operators that do not mix columns, one column at a time."""

from __future__ import annotations

from dataclasses import dataclass

from hargen.ir.operator import Operator, Tensors
from hargen.ir.ops.conv_2d import Conv2D
from hargen.ir.ops.conv_max_pool_2d import ConvMaxPool2D
from hargen.ir.ops.fully_connected import FullyConnected


@dataclass(frozen=True, kw_only=True)
class ByColumns(Operator):
    """What lies between the two is never stored as a whole, but a column of it.

    The second one puts columns together: by a maximum over all of them, or by sums.
    """

    first: Conv2D
    second: ConvMaxPool2D | FullyConnected

    def verify(self, tensors: Tensors) -> None:
        """Raise ModelError where the tensors do not fit the operator."""
        self.first.verify(tensors)
        self.second.verify(tensors)

    def maccs(self, tensors: Tensors) -> int:
        """Multiply-accumulate operations of one inference."""
        return self.first.maccs(tensors) + self.second.maccs(tensors)
