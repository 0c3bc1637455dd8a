"""QUANTIZE and DEQUANTIZE."""

from __future__ import annotations

from hargen.errors import ModelError
from hargen.importers.tflite.node import Node
from hargen.ir.ops.quantize import Dequantize, Quantize, Requantize
from hargen.ir.tensor import DType, Tensor


def read_quantize(node: Node, tensors: tuple[Tensor, ...]) -> Quantize | Requantize:
    """Return the change of format that a QUANTIZE node describes, by its input's type."""
    x = node.input(0)
    kind = Requantize if tensors[x].dtype is DType.INT8 else Quantize
    return kind(name=node.where, inputs=(x,), output=node.output, input=x)


def read_dequantize(node: Node, tensors: tuple[Tensor, ...]) -> Dequantize:
    """Return the change of format that a DEQUANTIZE node describes.

    Raises:
        ModelError: it expands a constant: only the weights are quantized.
    """
    x = node.input(0)
    if tensors[x].data is not None:
        raise ModelError(
            f"constant {tensors[x].name!r} is {tensors[x].dtype.value} and expanded to float32",
            where=node.where,
            why="the model was converted with dynamic-range quantization",
            hint="convert it with representative data for int8, or without optimizations for"
            " float32",
        )
    return Dequantize(name=node.where, inputs=(x,), output=node.output, input=x)
