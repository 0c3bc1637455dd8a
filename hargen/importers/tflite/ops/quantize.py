"""QUANTIZE and DEQUANTIZE."""

from __future__ import annotations

from hargen.importers.tflite.node import Node
from hargen.ir.ops.quantize import Dequantize, Quantize, Requantize
from hargen.ir.tensor import DType, Tensor


def read_quantize(node: Node, tensors: tuple[Tensor, ...]) -> Quantize | Requantize:
    """Return the change of format that a QUANTIZE node describes, by its input's type."""
    x = node.input(0)
    kind = Requantize if tensors[x].dtype is DType.INT8 else Quantize
    return kind(name=node.where, inputs=(x,), output=node.output, input=x)


def read_dequantize(node: Node, tensors: tuple[Tensor, ...]) -> Dequantize:
    """Return the change of format that a DEQUANTIZE node describes."""
    del tensors
    x = node.input(0)
    return Dequantize(name=node.where, inputs=(x,), output=node.output, input=x)
