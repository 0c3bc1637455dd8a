"""Reductions over some axes: maximum and mean."""

from __future__ import annotations

import math
from dataclasses import dataclass

from hargen.ir.operator import Operator, TensorId, Tensors


@dataclass(frozen=True, kw_only=True)
class Reduce(Operator):
    """What the reductions have in common. `axes` are sorted, unique and not negative."""

    input: TensorId
    axes: tuple[int, ...]

    def verify(self, tensors: Tensors) -> None:
        """Raise ModelError where the tensors do not fit the operator."""
        x, y = tensors[self.input], tensors[self.output]
        self.require_values(tensors, self.input, self.output)
        self.require(
            bool(self.axes) and self.axes[0] >= 0 and self.axes[-1] < len(x.shape),
            f"axes {self.axes} do not fit an input of shape {x.shape}",
        )
        self.require(
            self.axes == tuple(range(self.axes[0], self.axes[-1] + 1)),
            f"axes {self.axes} are not neighbours, which is not supported",
        )
        outer, _, inner = self.extents(tensors)
        self.require(
            y.size == outer * inner, f"output shape {y.shape} does not follow from {x.shape}"
        )

    def extents(self, tensors: Tensors) -> tuple[int, int, int]:
        """Return the input's size before, along and after the reduced axes."""
        shape = tensors[self.input].shape
        first, last = self.axes[0], self.axes[-1] + 1
        return math.prod(shape[:first]), math.prod(shape[first:last]), math.prod(shape[last:])


@dataclass(frozen=True, kw_only=True)
class ReduceMax(Reduce):
    """The largest value along the axes; in int8, scale and zero point stay."""

    def verify(self, tensors: Tensors) -> None:
        """Raise ModelError where the tensors do not fit the operator."""
        super().verify(tensors)
        self.require_same_quantization(tensors, self.input, self.output)


@dataclass(frozen=True, kw_only=True)
class Mean(Reduce):
    """The mean along the axes; in int8, requantized to the output's scale."""
