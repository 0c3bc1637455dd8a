"""Tensors side by side along one axis."""

from __future__ import annotations

import math
from dataclasses import dataclass

from hargen.ir.operator import Operator, Tensors

MAX_INPUTS = 4


@dataclass(frozen=True, kw_only=True)
class Concatenation(Operator):
    """`inputs` one after the other along `axis`, which is not negative; one scale in int8."""

    axis: int

    def verify(self, tensors: Tensors) -> None:
        """Raise ModelError where the tensors do not fit the operator."""
        self.require(
            1 <= len(self.inputs) <= MAX_INPUTS,
            f"{len(self.inputs)} inputs are not supported, only up to {MAX_INPUTS}",
        )
        self.require_values(tensors, *self.inputs, self.output)
        shapes = [tensors[i].shape for i in self.inputs]
        self.require(0 <= self.axis < len(shapes[0]), f"axis {self.axis} is not one of {shapes[0]}")
        others = {(*shape[: self.axis], *shape[self.axis + 1 :]) for shape in shapes}
        self.require(
            len(others) == 1 and len({len(shape) for shape in shapes}) == 1,
            f"shapes {shapes} differ elsewhere than along axis {self.axis}",
        )
        for tensor in self.inputs:
            self.require_same_quantization(tensors, tensor, self.output)
        along = sum(shape[self.axis] for shape in shapes)
        first = shapes[0]
        self.require_shape(tensors, (*first[: self.axis], along, *first[self.axis + 1 :]))

    def extents(self, tensors: Tensors) -> tuple[int, tuple[int, ...]]:
        """Return the number of slices before the axis, and the values of one from each input."""
        outer = math.prod(tensors[self.output].shape[: self.axis])
        return outer, tuple(tensors[i].size // outer for i in self.inputs)
