"""REDUCE_MAX and MEAN."""

from __future__ import annotations

from typing import TypeVar

from hargen.errors import ModelError
from hargen.importers.tflite.node import Node
from hargen.ir.ops.reduce import Mean, Reduce, ReduceMax
from hargen.ir.tensor import DType, Tensor

AnyReduce = TypeVar("AnyReduce", bound=Reduce)


def read_reduce_max(node: Node, tensors: tuple[Tensor, ...]) -> ReduceMax:
    """Return the reduction that a REDUCE_MAX node describes."""
    return _read(ReduceMax, node, tensors)


def read_mean(node: Node, tensors: tuple[Tensor, ...]) -> Mean:
    """Return the reduction that a MEAN node describes."""
    return _read(Mean, node, tensors)


def _read(kind: type[AnyReduce], node: Node, tensors: tuple[Tensor, ...]) -> AnyReduce:
    x, axes = node.input(0), node.input(1)
    values = node.constant(tensors, axes)
    rank = len(tensors[x].shape)
    if tensors[axes].dtype is not DType.INT32 or any(not -rank <= v < rank for v in values.flat):
        raise ModelError(f"axes {values.tolist()} do not fit {rank} dimensions", where=node.where)
    return kind(
        name=node.where,
        inputs=(x,),
        output=node.output,
        input=x,
        axes=tuple(sorted({int(v) % rank for v in values.flat})),
    )
