"""The float input of an int8 network: LiteRT's reference, and floats that roundings decide."""

from __future__ import annotations

import numpy as np
from ai_edge_litert.interpreter import Interpreter, OpResolverType
from support.tflite_writer import WOp, WTensor, write

COUNT_SCALES = [1.0, 9.80665 / 1024, 0.061 * 9.80665 / 1000]  # m/s2 a count, or none


def reference(scale: np.float32, zero_point: int, x: np.ndarray) -> np.ndarray:
    """Return what LiteRT's QUANTIZE makes of floats."""
    tensors = [
        WTensor("x", (1, len(x)), np.float32),
        WTensor("y", (1, len(x)), np.int8, None, [float(scale)], [zero_point]),
    ]
    content = write(tensors, [WOp("QUANTIZE", [0], [1])], [0], [1])
    interpreter = Interpreter(
        model_content=content, experimental_op_resolver_type=OpResolverType.BUILTIN_REF
    )
    interpreter.allocate_tensors()
    interpreter.set_tensor(0, x.reshape(1, -1))
    interpreter.invoke()
    return interpreter.get_tensor(1).reshape(-1)


def around_the_edges(scale: np.float32, zero_point: int) -> np.ndarray:
    """Every float within eight of a value that lies half-way between two steps."""
    steps = np.arange(-130 - zero_point, 130 - zero_point) + 0.5
    bits = (steps * float(scale)).astype(np.float32).view(np.int32)
    near: np.ndarray = (bits[:, None] + np.arange(-8, 9)).astype(np.int32)
    return near.reshape(-1).view(np.float32)


def counts_of_a_sensor() -> np.ndarray:
    """Every int16 in three units."""
    counts = np.arange(-(2**15), 2**15).astype(np.float32)
    return np.concatenate([counts * np.float32(scale) for scale in COUNT_SCALES])


def edge_model(scale: np.float32, zero_point: int, size: int) -> bytes:
    """Return a network that shows its quantized input: a pool of one value, as it needs a layer."""
    shape = (1, size, 1, 1)
    quantized = ([float(scale)], [zero_point])
    tensors = [
        WTensor("x", shape, np.float32),
        WTensor("q", shape, np.int8, None, *quantized),
        WTensor("y", shape, np.int8, None, *quantized),
    ]
    pool = {"Padding": 1, "StrideH": 1, "StrideW": 1, "FilterHeight": 1, "FilterWidth": 1}
    ops = [WOp("QUANTIZE", [0], [1]), WOp("MAX_POOL_2D", [1], [2], "Pool2DOptions", pool)]
    return write(tensors, ops, [0], [2])
