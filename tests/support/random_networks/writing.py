"""Sketches as .tflite files: float32 for their ranges, int8 for the tests."""

from __future__ import annotations

import numpy as np
from ai_edge_litert.interpreter import Interpreter, OpResolverType
from support.random_networks.sketch import Node, Sketch, Value
from support.tflite_writer import WOp, WTensor, write


def float_model(sketch: Sketch) -> bytes:
    tensors = _float_tensors(sketch)
    # A change of scale says nothing in float: there it is a reshape.
    ops = [
        _copy(sketch, n)
        if n.kind == "QUANTIZE"
        else WOp(n.kind, n.inputs, [n.output], n.options_type, n.options)
        for n in sketch.nodes
    ]
    return write(tensors, ops, [0], [sketch.x])


def magnitude_model(sketch: Sketch) -> bytes:
    """The float network of absolute weights: for absolute windows it gives the size of all terms.

    Functions that change a value by no more than what they are given becomes are copies; those
    that add a bounded value of their own add 1.
    """
    tensors = _float_tensors(sketch)
    for tensor in tensors:
        if tensor.data is not None and tensor.dtype is np.float32:
            tensor.data = np.abs(tensor.data)
    tensors.append(WTensor("one", (1,), np.float32, np.ones(1, np.float32)))
    ops = []
    for n in sketch.nodes:
        if n.kind in ("QUANTIZE", "RELU", "RELU6", "LEAKY_RELU"):
            ops.append(_copy(sketch, n))
        elif n.kind in ("LOGISTIC", "TANH", "SOFTMAX"):
            ops.append(WOp("ADD", [*n.inputs, len(tensors) - 1], [n.output], "AddOptions"))
        else:
            options = {k: v for k, v in n.options.items() if k != "FusedActivationFunction"}
            ops.append(WOp(n.kind, n.inputs, [n.output], n.options_type, options))
    return write(tensors, ops, [0], [sketch.x])


def _float_tensors(sketch: Sketch) -> list[WTensor]:
    tensors = []
    for i, v in enumerate(sketch.values):
        data, dtype = None, np.float32
        if v.weights is not None:
            data = _dequantized(v)
        elif v.bias is not None:
            data = v.bias
        elif v.arguments is not None:
            data, dtype = v.arguments, np.int32
        tensors.append(WTensor(f"t{i}", v.shape, dtype, data))
    return tensors


def _copy(sketch: Sketch, node: Node) -> WOp:
    shape = sketch.values[node.output].shape
    return WOp("RESHAPE", node.inputs, [node.output], "ReshapeOptions", {"NewShape": shape})


def int8_model(sketch: Sketch, calibration: np.ndarray, float_edges: bool) -> bytes:
    scales = _scales(sketch, _ranges(sketch, calibration))
    tensors = []
    for i, v in enumerate(sketch.values):
        if v.weights is not None:
            zero = [v.zero_point] * len(v.scales)
            tensors.append(WTensor(f"t{i}", v.shape, np.int8, v.weights, v.scales, zero, v.axis))
        elif v.bias is not None:
            source, weights = v.bias_of
            step = scales[source][0] * sketch.values[weights].scales.astype(np.float64)
            q = np.round(v.bias / step).astype(np.int32)
            tensors.append(WTensor(f"t{i}", v.shape, np.int32, q, step, [0] * len(step)))
        elif v.arguments is not None:
            tensors.append(WTensor(f"t{i}", v.shape, np.int32, v.arguments))
        else:
            scale, zero = scales[i]
            tensors.append(WTensor(f"t{i}", v.shape, np.int8, None, [scale], [zero]))
    ops = [WOp(n.kind, n.inputs, [n.output], n.options_type, n.options) for n in sketch.nodes]
    first, last = 0, sketch.x
    if float_edges:
        tensors.append(WTensor("input", sketch.values[0].shape, np.float32))
        ops.insert(0, WOp("QUANTIZE", [len(tensors) - 1], [0]))
        first = len(tensors) - 1
        tensors.append(WTensor("output", sketch.shape(), np.float32))
        ops.append(WOp("DEQUANTIZE", [sketch.x], [len(tensors) - 1]))
        last = len(tensors) - 1
    return write(tensors, ops, [first], [last])


def _ranges(sketch: Sketch, calibration: np.ndarray) -> dict[int, tuple[float, float]]:
    interpreter = Interpreter(
        model_content=float_model(sketch),
        experimental_op_resolver_type=OpResolverType.BUILTIN_REF,
        experimental_preserve_all_tensors=True,
    )
    interpreter.allocate_tensors()
    ranges: dict[int, tuple[float, float]] = {}
    activations = [0] + [n.output for n in sketch.nodes]
    for window in calibration:
        interpreter.set_tensor(0, window.reshape(sketch.values[0].shape).astype(np.float32))
        interpreter.invoke()
        for i in activations:
            t = interpreter.get_tensor(i)
            low, high = ranges.get(i, (0.0, 0.0))
            ranges[i] = (min(low, float(t.min())), max(high, float(t.max())))
    return ranges


def _scales(sketch: Sketch, ranges: dict[int, tuple[float, float]]) -> dict[int, tuple[float, int]]:
    scales: dict[int, tuple[float, int]] = {}
    for i, (low, high) in sorted(ranges.items()):
        v = sketch.values[i]
        if v.fixed is not None:
            scales[i] = v.fixed
        elif v.same_as is not None:
            scales[i] = scales[v.same_as]
        else:
            margin = sketch.rng.uniform(1.0, 1.25)
            scale = max((high - low) * margin / 255, 1e-4)
            if sketch.powers_of_two:
                scale = float(np.exp2(np.ceil(np.log2(scale))))
            scale = float(np.float32(scale))
            centre = round(-128 - low / scale + (255 - (high - low) / scale) / 2)
            scales[i] = (scale, int(np.clip(centre, -128, 127)))
    return scales


def _dequantized(v: Value) -> np.ndarray:
    shape = [1] * len(v.shape)
    if len(v.scales) > 1:
        shape[v.axis] = len(v.scales)
    steps = v.weights.astype(np.float32) - v.zero_point
    return (steps * v.scales.reshape(shape if len(v.scales) > 1 else [1] * len(v.shape))).astype(
        np.float32
    )
