"""Tensors of the flatbuffer, with every size checked against the file's."""

from __future__ import annotations

import math

import numpy as np
import tflite

from hargen.errors import ModelError
from hargen.ir.tensor import Array, DType, Quantization, Tensor

MAX_RANK = 6
MAX_ELEMENTS = 2**24

_DTYPES = {
    tflite.TensorType.FLOAT32: DType.FLOAT32,
    tflite.TensorType.INT8: DType.INT8,
    tflite.TensorType.INT32: DType.INT32,
}
_TYPE_NAMES = {
    value: name for name, value in vars(tflite.TensorType).items() if isinstance(value, int)
}


def read_tensor(model: tflite.Model, tensor: tflite.Tensor, index: int, file_size: int) -> Tensor:
    """Return a tensor with its quantization and, if it is constant, its values.

    Raises:
        ModelError: names the tensor and what is wrong with it.
    """
    raw_name = tensor.Name()
    name = raw_name.decode("utf-8", "replace") if raw_name else f"tensor {index}"
    where = f"tensor {index} ({name})"
    if tensor.Type() not in _DTYPES:
        kind = _TYPE_NAMES.get(tensor.Type(), f"type {tensor.Type()}")
        raise ModelError(
            f"{kind.lower()} tensors are not supported, only int8, int32 and float32 ones",
            where=where,
            hint="convert the model with representative data for int8, or without optimizations"
            " for float32",
        )
    dtype = _DTYPES[tensor.Type()]
    if tensor.ShapeLength() > MAX_RANK:
        raise ModelError(f"{tensor.ShapeLength()} dimensions are not supported", where=where)
    shape = (
        tuple(int(n) for n in np.asarray(tensor.ShapeAsNumpy()).reshape(-1))
        if (tensor.ShapeLength())
        else ()
    )
    if any(n < 1 for n in shape) or math.prod(shape) > MAX_ELEMENTS:
        raise ModelError(
            f"shape {shape} is not usable",
            where=where,
            why=f"every dimension has to be at least 1, with {MAX_ELEMENTS} elements at most",
        )
    if tensor.Sparsity() is not None:
        raise ModelError("sparse tensors are not supported", where=where)
    return Tensor(
        name,
        shape,
        dtype,
        _quantization(tensor, shape, where),
        _data(model, tensor, shape, dtype, where, file_size),
    )


def _data(
    model: tflite.Model,
    tensor: tflite.Tensor,
    shape: tuple[int, ...],
    dtype: DType,
    where: str,
    file_size: int,
) -> Array | None:
    if not 0 <= tensor.Buffer() < model.BuffersLength():
        raise ModelError(f"buffer {tensor.Buffer()} does not exist", where=where)
    buffer = model.Buffers(tensor.Buffer())
    if buffer.Offset() > 1 or buffer.Size() > 1:
        raise ModelError("data outside the flatbuffer is not supported", where=where)
    length = buffer.DataLength()
    if length == 0:
        return None
    expected = math.prod(shape) * dtype.size
    if length != expected or length > file_size:
        raise ModelError(
            f"the buffer has {length} bytes, and shape {shape} of {dtype.value} needs {expected}",
            where=where,
        )
    data = np.frombuffer(buffer.DataAsNumpy().tobytes(), dtype=f"<{_NUMPY_CODES[dtype]}")
    if dtype is DType.FLOAT32 and not np.isfinite(data).all():
        raise ModelError("the values are not all finite", where=where)
    return data.reshape(shape)


_NUMPY_CODES = {DType.FLOAT32: "f4", DType.INT8: "i1", DType.INT32: "i4"}


def _quantization(tensor: tflite.Tensor, shape: tuple[int, ...], where: str) -> Quantization | None:
    table = tensor.Quantization()
    if table is None or table.ScaleLength() == 0:
        return None
    if table.ScaleLength() > MAX_ELEMENTS:
        raise ModelError(f"{table.ScaleLength()} scales are not usable", where=where)
    scales = np.asarray(table.ScaleAsNumpy(), dtype=np.float32)
    zero_points = (
        np.asarray(table.ZeroPointAsNumpy(), dtype=np.int64)
        if table.ZeroPointLength()
        else np.zeros(len(scales), dtype=np.int64)
    )
    if not (np.isfinite(scales).all() and (scales > 0).all()):
        raise ModelError("a scale is not a positive number", where=where)
    if len(zero_points) != len(scales):
        raise ModelError(
            f"{len(scales)} scales and {len(zero_points)} zero points do not fit", where=where
        )
    if tensor.Type() == tflite.TensorType.INT8 and (np.abs(zero_points + 0.5) > 128).any():
        raise ModelError("a zero point is outside int8", where=where)
    axis = table.QuantizedDimension()
    if len(scales) > 1 and not (0 <= axis < len(shape) and shape[axis] == len(scales)):
        raise ModelError(
            f"{len(scales)} scales along axis {axis} do not fit shape {shape}", where=where
        )
    return Quantization(tuple(float(s) for s in scales), tuple(int(z) for z in zero_points), axis)
