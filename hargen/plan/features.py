"""What the cost of a layer depends on, whatever kernel computes it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hargen.ir.operator import Operator
from hargen.ir.ops.by_columns import ByColumns
from hargen.ir.ops.conv_2d import Conv2D
from hargen.ir.ops.fused import Fused
from hargen.ir.tensor import Tensor

NAMES = ("calls", "multiply_accumulates", "inputs", "between", "outputs")
"""1; multiply-accumulates; elements that are read; those that a convolution computes before a pool
or a second operator; those that are written."""

Features = tuple[float, float, float, float, float]


def features(operator: Operator, tensors: Sequence[Tensor]) -> Features:
    """Return an operator's features, in the order of NAMES."""
    return (
        1.0,
        float(operator.maccs(tensors)),
        float(tensors[operator.inputs[0]].size),
        float(sum(_between(operator, tensors))),
        float(tensors[operator.output].size),
    )


def _between(operator: Operator, tensors: Sequence[Tensor]) -> Iterator[int]:
    if isinstance(operator, ByColumns | Fused):
        yield from _between(operator.first, tensors)
        yield from _between(operator.second, tensors)
    elif isinstance(operator, Conv2D):
        _, height, width, _ = tensors[operator.input].shape
        rows, columns = operator.stencil.output_size(height, width)
        yield rows * columns * tensors[operator.weights].shape[0]
