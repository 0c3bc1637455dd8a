"""PAD."""

from __future__ import annotations

from hargen.errors import ModelError
from hargen.importers.tflite.node import Node
from hargen.ir.ops.pad import Pad
from hargen.ir.tensor import DType, Tensor


def read_pad(node: Node, tensors: tuple[Tensor, ...]) -> Pad:
    """Return the padding that a PAD node describes."""
    x, amounts = node.input(0), node.input(1)
    values = node.constant(tensors, amounts)
    rank = len(tensors[x].shape)
    if tensors[amounts].dtype is not DType.INT32 or values.shape != (rank, 2):
        raise ModelError(
            f"paddings {values.tolist()} do not fit {rank} dimensions", where=node.where
        )
    return Pad(
        name=node.where,
        inputs=(x,),
        output=node.output,
        input=x,
        before=tuple(int(n) for n in values[:, 0]),
        after=tuple(int(n) for n in values[:, 1]),
    )
