"""Small changes to a .tflite file that leave its structure as it is."""

from __future__ import annotations

import numpy as np
import tflite

from hargen.errors import ModelError
from hargen.importers.tflite.reader import guarded
from hargen.ir.tensor import Array


def with_quantization(content: bytes, tensor: int, scale: float, zero_point: int) -> bytes:
    """Return the file with another scale and zero point for a tensor quantized as a whole.

    Raises:
        ModelError: the tensor has not one scale and one zero point.
    """
    changed = bytearray(content)
    with guarded():
        table = tflite.Model.GetRootAsModel(changed, 0).Subgraphs(0).Tensors(tensor).Quantization()
        if table is None or table.ScaleLength() != 1 or table.ZeroPointLength() != 1:
            raise ModelError(f"tensor {tensor} has not one scale and one zero point")
        # Both are views of the bytes, float32 and int64.
        table.ScaleAsNumpy()[0] = scale
        table.ZeroPointAsNumpy()[0] = zero_point
    return bytes(changed)


def with_added(content: bytes, tensor: int, amounts: Array) -> bytes:
    """Return the file with integers added to a constant int32 tensor, such as a bias.

    Raises:
        ModelError: the tensor is not constant, or not as long.
    """
    changed = bytearray(content)
    with guarded():
        model = tflite.Model.GetRootAsModel(changed, 0)
        buffer = model.Buffers(model.Subgraphs(0).Tensors(tensor).Buffer())
        if buffer.DataLength() != 4 * len(amounts):
            raise ModelError(f"tensor {tensor} is not a constant of {len(amounts)} int32 values")
        values = buffer.DataAsNumpy().view("<i4")
        values += amounts.astype(np.int32)
    return bytes(changed)
