"""Values around a tensor that stand for 0."""

from __future__ import annotations

from dataclasses import dataclass

from hargen.ir.operator import Operator, TensorId, Tensors

MAX_RANK = 4


@dataclass(frozen=True, kw_only=True)
class Pad(Operator):
    """Along dimension i, `before[i]` values are put before the input and `after[i]` behind it."""

    input: TensorId
    before: tuple[int, ...]
    after: tuple[int, ...]

    def verify(self, tensors: Tensors) -> None:
        """Raise ModelError where the tensors do not fit the operator."""
        self.require_values(tensors, self.input, self.output)
        self.require_same_quantization(tensors, self.input, self.output)
        shape = tensors[self.input].shape
        self.require(len(shape) <= MAX_RANK, f"more than {MAX_RANK} dimensions are not supported")
        self.require(
            len(self.before) == len(self.after) == len(shape)
            and min((*self.before, *self.after), default=0) >= 0,
            f"paddings {self.before} and {self.after} do not fit an input of shape {shape}",
        )
        padded = zip(self.before, shape, self.after, strict=True)
        self.require_shape(tensors, tuple(a + n + b for a, n, b in padded))
