"""What the cost of a layer depends on, whatever kernel computes it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hargen.ir.operator import Operator
from hargen.ir.ops.by_columns import ByColumns
from hargen.ir.ops.conv_2d import Conv2D
from hargen.ir.ops.fused import Fused
from hargen.ir.tensor import Tensor
from hargen.plan.features.features import CALLS, Features


def of_operator(operator: Operator, tensors: Sequence[Tensor]) -> Features:
    """Return an operator's features, whatever kernel computes it.

    These are 1 for the call; multiply-accumulates; the same if kernels had an even number of rows;
    elements that are read; those that a convolution computes before a pool or a second operator;
    those that are written; multiply-accumulates of one output.
    """
    maccs = operator.maccs(tensors)
    between = sum(_between(operator, tensors))
    outputs = tensors[operator.output].size
    taps = maccs / (between or outputs)
    return Features(
        time={
            CALLS: 1.0,
            "multiply_accumulates": float(maccs),
            "by_two_rows": maccs * _even_rows(operator),
            "inputs": float(tensors[operator.inputs[0]].size),
            "between": float(between),
            "outputs": float(outputs),
            "taps": taps,
        },
        code={CALLS: 1.0, "taps": taps},
    )


def _even_rows(operator: Operator) -> float:
    """Return how many times as many rows a kernel has when they are made even."""
    first = operator.first if isinstance(operator, ByColumns | Fused) else operator
    if not isinstance(first, Conv2D):
        return 1.0
    rows = max(first.stencil.kernel)  # of one row: it is computed as a column
    return (rows + rows % 2) / rows


def _between(operator: Operator, tensors: Sequence[Tensor]) -> Iterator[int]:
    if isinstance(operator, ByColumns | Fused):
        yield from _between(operator.first, tensors)
        yield from _between(operator.second, tensors)
    elif isinstance(operator, Conv2D):
        _, height, width, _ = tensors[operator.input].shape
        rows, columns = operator.stencil.output_size(height, width)
        yield rows * columns * tensors[operator.weights].shape[0]
