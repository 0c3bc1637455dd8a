"""Writes small .tflite files through the schema's flatbuffer builder, without TensorFlow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import flatbuffers
import numpy as np
import tflite

TYPES = {
    np.dtype(np.float32): tflite.TensorType.FLOAT32,
    np.dtype(np.int8): tflite.TensorType.INT8,
    np.dtype(np.int32): tflite.TensorType.INT32,
    np.dtype(np.float16): tflite.TensorType.FLOAT16,
}


@dataclass
class WTensor:
    name: str
    shape: tuple[int, ...]
    dtype: Any
    data: np.ndarray | None = None
    scale: Sequence[float] | None = None
    zero_point: Sequence[int] = (0,)
    axis: int = 0


@dataclass
class WOp:
    """An operator: its name in the schema, tensors (-1 is absent), and its options table."""

    kind: str
    inputs: Sequence[int]
    outputs: Sequence[int]
    options_type: str | None = None
    options: dict[str, Any] = field(default_factory=dict)


def write(
    tensors: Sequence[WTensor], ops: Sequence[WOp], inputs: Sequence[int], outputs: Sequence[int]
) -> bytes:
    b = flatbuffers.Builder(4096)
    # Buffer 0 is the empty one, by convention of the schema.
    payloads = [b""] + [t.data.tobytes() for t in tensors if t.data is not None]
    buffers = []
    for payload in payloads:
        vector = None
        if payload:
            b.StartVector(1, len(payload), 16)
            b.head -= len(payload)
            b.Bytes[b.head : b.head + len(payload)] = payload
            vector = b.EndVector()
        tflite.BufferStart(b)
        if vector is not None:
            tflite.BufferAddData(b, vector)
        buffers.append(tflite.BufferEnd(b))
    tensor_offsets = []
    next_buffer = 1
    for t in tensors:
        buffer = 0
        if t.data is not None:
            buffer, next_buffer = next_buffer, next_buffer + 1
        tensor_offsets.append(_tensor(b, t, buffer))
    codes = sorted({op.kind for op in ops})
    op_offsets = [_operator(b, op, codes.index(op.kind)) for op in ops]
    code_offsets = [_code(b, kind) for kind in codes]
    tensors_vector = _offsets(b, tflite.SubGraphStartTensorsVector, tensor_offsets)
    ops_vector = _offsets(b, tflite.SubGraphStartOperatorsVector, op_offsets)
    inputs_vector = _ints(b, inputs)
    outputs_vector = _ints(b, outputs)
    tflite.SubGraphStart(b)
    tflite.SubGraphAddTensors(b, tensors_vector)
    tflite.SubGraphAddInputs(b, inputs_vector)
    tflite.SubGraphAddOutputs(b, outputs_vector)
    tflite.SubGraphAddOperators(b, ops_vector)
    subgraph = tflite.SubGraphEnd(b)
    codes_vector = _offsets(b, tflite.ModelStartOperatorCodesVector, code_offsets)
    subgraphs_vector = _offsets(b, tflite.ModelStartSubgraphsVector, [subgraph])
    buffers_vector = _offsets(b, tflite.ModelStartBuffersVector, buffers)
    tflite.ModelStart(b)
    tflite.ModelAddVersion(b, 3)
    tflite.ModelAddOperatorCodes(b, codes_vector)
    tflite.ModelAddSubgraphs(b, subgraphs_vector)
    tflite.ModelAddBuffers(b, buffers_vector)
    b.Finish(tflite.ModelEnd(b), file_identifier=b"TFL3")
    return bytes(b.Output())


def _tensor(b: Any, t: WTensor, buffer: int) -> int:
    name = b.CreateString(t.name)
    shape = _ints(b, t.shape)
    quantization = None
    if t.scale is not None:
        scales = b.CreateNumpyVector(np.asarray(t.scale, dtype=np.float32))
        zeros = b.CreateNumpyVector(np.asarray(t.zero_point, dtype=np.int64))
        tflite.QuantizationParametersStart(b)
        tflite.QuantizationParametersAddScale(b, scales)
        tflite.QuantizationParametersAddZeroPoint(b, zeros)
        tflite.QuantizationParametersAddQuantizedDimension(b, t.axis)
        quantization = tflite.QuantizationParametersEnd(b)
    tflite.TensorStart(b)
    tflite.TensorAddShape(b, shape)
    tflite.TensorAddType(b, TYPES[np.dtype(t.dtype)])
    tflite.TensorAddBuffer(b, buffer)
    tflite.TensorAddName(b, name)
    if quantization is not None:
        tflite.TensorAddQuantization(b, quantization)
    return tflite.TensorEnd(b)


def _operator(b: Any, op: WOp, code: int) -> int:
    inputs, outputs = _ints(b, op.inputs), _ints(b, op.outputs)
    options = None
    if op.options_type is not None:
        values = {
            key: _ints(b, value) if isinstance(value, tuple | list) else value
            for key, value in op.options.items()
        }
        getattr(tflite, f"{op.options_type}Start")(b)
        for key, value in values.items():
            getattr(tflite, f"{op.options_type}Add{key}")(b, value)
        options = getattr(tflite, f"{op.options_type}End")(b)
    tflite.OperatorStart(b)
    tflite.OperatorAddOpcodeIndex(b, code)
    tflite.OperatorAddInputs(b, inputs)
    tflite.OperatorAddOutputs(b, outputs)
    if options is not None:
        tflite.OperatorAddBuiltinOptionsType(b, getattr(tflite.BuiltinOptions, op.options_type))
        tflite.OperatorAddBuiltinOptions(b, options)
    return tflite.OperatorEnd(b)


def _code(b: Any, kind: str) -> int:
    value = getattr(tflite.BuiltinOperator, kind)
    tflite.OperatorCodeStart(b)
    tflite.OperatorCodeAddDeprecatedBuiltinCode(b, min(value, 127))
    tflite.OperatorCodeAddVersion(b, _VERSIONS.get(kind, 2))
    tflite.OperatorCodeAddBuiltinCode(b, value)
    return tflite.OperatorCodeEnd(b)


_VERSIONS = {
    "RESHAPE": 1,
    "CONV_2D": 3,
    "DEPTHWISE_CONV_2D": 3,
    "FULLY_CONNECTED": 6,
    "SQUEEZE": 1,
    "EXPAND_DIMS": 1,
    "QUANTIZE": 1,
}


def _ints(b: Any, values: Sequence[int]) -> int:
    return b.CreateNumpyVector(np.asarray(values, dtype=np.int32))


def _offsets(b: Any, start: Any, offsets: Sequence[int]) -> int:
    start(b, len(offsets))
    for offset in reversed(offsets):
        b.PrependUOffsetTRelative(offset)
    return b.EndVector()
