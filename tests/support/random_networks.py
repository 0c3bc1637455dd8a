"""Random small networks of the operators that HAR uses, as int8 .tflite files.

A network is first written in float32 and run by LiteRT on random windows: the ranges that it shows
give every tensor its scale and zero point, as a converter's calibration would. Some networks get
powers of two as scales instead, so that many requantizations are exact ties.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import tflite
from ai_edge_litert.interpreter import Interpreter, OpResolverType
from support.tflite_writer import WOp, WTensor, write

ACTIVATIONS = {
    "none": tflite.ActivationFunctionType.NONE,
    "relu": tflite.ActivationFunctionType.RELU,
    "relu6": tflite.ActivationFunctionType.RELU6,
}


@dataclass
class Node:
    kind: str
    inputs: list[int]
    output: int
    options_type: str | None = None
    options: dict[str, Any] = field(default_factory=dict)


@dataclass
class Value:
    """A tensor of the sketch: an activation, int8 weights, a float bias, or int32 arguments."""

    shape: tuple[int, ...]
    weights: np.ndarray | None = None
    scales: np.ndarray | None = None
    axis: int = 0
    zero_point: int = 0
    bias: np.ndarray | None = None
    bias_of: tuple[int, int] | None = None
    arguments: np.ndarray | None = None
    same_as: int | None = None  # has the scale of that tensor
    fixed: tuple[float, int] | None = None  # has this scale and zero point


class Sketch:
    """A network under construction; `x` is the tensor that the next layer reads."""

    def __init__(self, rng: np.random.Generator, shape: tuple[int, ...]) -> None:
        self.rng = rng
        self.values = [Value(shape)]
        self.nodes: list[Node] = []
        self.x = 0
        self.powers_of_two = rng.random() < 0.3

    def shape(self) -> tuple[int, ...]:
        return self.values[self.x].shape

    def value(self, **fields: Any) -> int:
        self.values.append(Value(**fields))
        return len(self.values) - 1

    def then(
        self,
        kind: str,
        inputs: list[int],
        output: dict[str, Any],
        options_type: str | None = None,
        **options: Any,
    ) -> int:
        self.x = self.value(**output)
        self.nodes.append(Node(kind, inputs, self.x, options_type, options))
        return self.x

    def activation(self) -> str:
        return str(self.rng.choice(["none", "relu", "relu6"], p=[0.5, 0.35, 0.15]))

    def weights(self, shape: tuple[int, ...], axis: int, per_channel: bool, fan_in: int) -> int:
        q = self.rng.integers(-127, 128, size=shape).astype(np.int8)
        count = shape[axis] if per_channel else 1
        scales = (self.rng.uniform(0.4, 1.6, count) / (73 * np.sqrt(fan_in))).astype(np.float32)
        if self.powers_of_two:
            scales = np.exp2(np.round(np.log2(scales))).astype(np.float32)
        return self.value(shape=shape, weights=q, scales=scales, axis=axis)

    def bias(self, count: int, weights: int, optional: bool = True) -> int:
        """A bias or, where the reference allows it, now and then none."""
        if optional and self.rng.random() < 0.25:
            return -1
        b = self.rng.normal(0, 0.4, count).astype(np.float32)
        return self.value(shape=(count,), bias=b, bias_of=(self.x, weights))

    def _window(self, kernel: int, size: int, same: bool) -> int:
        return -(-size // kernel) if same else size

    def conv(self) -> None:
        rng, (_, h, w, c) = self.rng, self.shape()
        same = rng.random() < 0.4
        kh, kw = (int(rng.integers(1, min(6, h) + 1)), int(rng.integers(1, min(3, w) + 1)))
        stride = (int(rng.integers(1, 3)), 1 if rng.random() < 0.7 else 2)
        dilation = (1, 1)
        if stride == (1, 1) and rng.random() < 0.35:
            dilation = (int(rng.integers(1, 4)), int(rng.integers(1, 3)))
        if not same:
            if (kh - 1) * dilation[0] + 1 > h:
                dilation = (1, dilation[1])
            if (kw - 1) * dilation[1] + 1 > w:
                dilation = (dilation[0], 1)
        out = int(rng.integers(1, 13))
        weights = self.weights((out, kh, kw, c), 0, rng.random() < 0.7, kh * kw * c)
        bias = self.bias(out, weights, optional=False)
        self.then(
            "CONV_2D",
            [self.x, weights, bias],
            {"shape": (1, *self._positions(h, w, (kh, kw), stride, dilation, same), out)},
            "Conv2DOptions",
            Padding=tflite.Padding.SAME if same else tflite.Padding.VALID,
            StrideH=stride[0],
            StrideW=stride[1],
            DilationHFactor=dilation[0],
            DilationWFactor=dilation[1],
            FusedActivationFunction=ACTIVATIONS[self.activation()],
        )

    def depthwise(self) -> None:
        rng, (_, h, w, c) = self.rng, self.shape()
        same = rng.random() < 0.5
        kh, kw = (int(rng.integers(1, min(5, h) + 1)), int(rng.integers(1, min(3, w) + 1)))
        stride = (int(rng.integers(1, 3)),) * 2
        dilation = (1, 1)
        if stride == (1, 1) and same and rng.random() < 0.3:
            dilation = (2, 1)
        multiplier = int(rng.integers(1, 4)) if c < 8 else 1
        weights = self.weights((1, kh, kw, c * multiplier), 3, rng.random() < 0.7, kh * kw)
        bias = self.bias(c * multiplier, weights)
        self.then(
            "DEPTHWISE_CONV_2D",
            _with_bias(self.x, weights, bias),
            {
                "shape": (
                    1,
                    *self._positions(h, w, (kh, kw), stride, dilation, same),
                    c * multiplier,
                )
            },
            "DepthwiseConv2DOptions",
            Padding=tflite.Padding.SAME if same else tflite.Padding.VALID,
            StrideH=stride[0],
            StrideW=stride[1],
            DepthMultiplier=multiplier,
            DilationHFactor=dilation[0],
            DilationWFactor=dilation[1],
            FusedActivationFunction=ACTIVATIONS[self.activation()],
        )

    def pool(self) -> None:
        rng, (_, h, w, c) = self.rng, self.shape()
        same = rng.random() < 0.3
        kh, kw = (int(rng.integers(1, min(4, h) + 1)), int(rng.integers(1, min(3, w) + 1)))
        stride = (
            (kh, kw) if rng.random() < 0.6 else (int(rng.integers(1, 4)), int(rng.integers(1, 3)))
        )
        self.then(
            "MAX_POOL_2D" if rng.random() < 0.6 else "AVERAGE_POOL_2D",
            [self.x],
            {
                "shape": (1, *self._positions(h, w, (kh, kw), stride, (1, 1), same), c),
                "same_as": self.x,
            },
            "Pool2DOptions",
            Padding=tflite.Padding.SAME if same else tflite.Padding.VALID,
            StrideH=stride[0],
            StrideW=stride[1],
            FilterHeight=kh,
            FilterWidth=kw,
            FusedActivationFunction=ACTIVATIONS["none" if rng.random() < 0.8 else "relu"],
        )

    @staticmethod
    def _positions(
        h: int,
        w: int,
        kernel: tuple[int, int],
        stride: tuple[int, int],
        dilation: tuple[int, int],
        same: bool,
    ) -> tuple[int, int]:
        if same:
            return -(-h // stride[0]), -(-w // stride[1])
        extent = [(k - 1) * d + 1 for k, d in zip(kernel, dilation, strict=True)]
        return (h - extent[0]) // stride[0] + 1, (w - extent[1]) // stride[1] + 1

    def binary(self) -> None:
        """A sum or product with a constant, a vector pooled from itself, or an old tensor."""
        rng, shape = self.rng, self.shape()
        kind = "ADD" if rng.random() < 0.5 else "MUL"
        earlier = [
            n.output
            for n in self.nodes
            if self.values[n.output].shape == shape and n.output != self.x
        ]
        choice = rng.random()
        if choice < 0.4 and earlier:
            other = int(rng.choice(earlier))
        elif choice < 0.6 and len(shape) == 4:
            source = self.x
            axes = self.value(shape=(2,), arguments=np.array([1, 2], dtype=np.int32))
            other = self.then(
                "MEAN",
                [source, axes],
                {"shape": (1, 1, 1, shape[3])},
                "ReducerOptions",
                KeepDims=True,
            )
            self.x = source
        else:
            other_shape = shape[-1:] if rng.random() < 0.5 else (1,) * (len(shape) - 1) + shape[-1:]
            q = rng.integers(-128, 128, size=other_shape).astype(np.int8)
            scale = np.array([rng.uniform(0.002, 0.02)], dtype=np.float32)
            other = self.value(
                shape=other_shape, weights=q, scales=scale, zero_point=int(rng.integers(-100, 100))
            )
        pair = [self.x, other] if rng.random() < 0.7 else [other, self.x]
        self.then(
            kind,
            pair,
            {"shape": shape},
            f"{kind.capitalize()}Options",
            FusedActivationFunction=ACTIVATIONS[self.activation()],
        )

    def relu(self) -> None:
        self.then("RELU" if self.rng.random() < 0.5 else "RELU6", [self.x], {"shape": self.shape()})

    def requantize(self) -> None:
        self.then("QUANTIZE", [self.x], {"shape": self.shape()})

    def reduce(self) -> None:
        rng, shape = self.rng, self.shape()
        axes_choice = [[1, 2], [1], [2], [-2, -3], [3]][int(rng.integers(0, 5))]
        axes = sorted(a % 4 for a in axes_choice)
        keep = bool(rng.random() < 0.5)
        out = tuple(1 if i in axes else n for i, n in enumerate(shape) if keep or i not in axes)
        argument = self.value(
            shape=(len(axes_choice),), arguments=np.array(axes_choice, dtype=np.int32)
        )
        kind = "MEAN" if rng.random() < 0.5 else "REDUCE_MAX"
        output = {"shape": out} | ({"same_as": self.x} if kind == "REDUCE_MAX" else {})
        self.then(kind, [self.x, argument], output, "ReducerOptions", KeepDims=keep)

    def pad(self) -> None:
        rng, shape = self.rng, self.shape()
        amounts = rng.integers(0, 4, size=(4, 2)).astype(np.int32)
        amounts[0] = 0
        if rng.random() < 0.8:
            amounts[3] = 0  # in front of a convolution, with which such a padding is merged
        argument = self.value(shape=(4, 2), arguments=amounts)
        padded = tuple(int(n + a + b) for n, (a, b) in zip(shape, amounts, strict=True))
        self.then("PAD", [self.x, argument], {"shape": padded, "same_as": self.x}, "PadOptions")

    def pad_sequence(self) -> None:
        """As a causal Conv1D: padded in three dimensions, then reshaped to four."""
        rng, (_, length, axes) = self.rng, self.shape()
        before, after = int(rng.integers(0, 5)), int(rng.integers(0, 3))
        amounts = np.array([[0, 0], [before, after], [0, 0]], dtype=np.int32)
        argument = self.value(shape=(3, 2), arguments=amounts)
        padded = (1, length + before + after, axes)
        self.then("PAD", [self.x, argument], {"shape": padded, "same_as": self.x}, "PadOptions")

    def lookup(self) -> None:
        kind = str(self.rng.choice(["LOGISTIC", "TANH", "LEAKY_RELU"]))
        fixed = {"LOGISTIC": (1 / 256, -128), "TANH": (1 / 128, 0), "LEAKY_RELU": None}[kind]
        options: dict[str, Any] = {}
        if kind == "LEAKY_RELU":
            alpha = float(self.rng.choice([0.0, 0.01, 0.1, 0.25, 0.3]))
            options = {"options_type": "LeakyReluOptions", "Alpha": alpha}
        self.then(kind, [self.x], {"shape": self.shape(), "fixed": fixed}, **options)

    def concatenation(self) -> None:
        """With maxima of itself, or with itself, so that all have one scale."""
        rng, source = self.rng, self.x
        parts = [source]
        more = range(int(rng.integers(1, 4)))
        parts += [self.pooled_alike(source) if rng.random() < 0.6 else source for _ in more]
        axis = int(rng.integers(1, 4))
        shape = list(self.values[source].shape)
        shape[axis] *= len(parts)
        self.then(
            "CONCATENATION",
            parts,
            {"shape": tuple(shape), "same_as": source},
            "ConcatenationOptions",
            Axis=axis - 4 if rng.random() < 0.3 else axis,
        )

    def pooled_alike(self, source: int) -> int:
        _, h, w, _ = self.values[source].shape
        return self.then(
            "MAX_POOL_2D",
            [source],
            {"shape": self.values[source].shape, "same_as": source},
            "Pool2DOptions",
            Padding=tflite.Padding.SAME,
            StrideH=1,
            StrideW=1,
            FilterHeight=min(h, int(self.rng.integers(1, 4))),
            FilterWidth=min(w, 2),
            FusedActivationFunction=ACTIVATIONS["none"],
        )

    def reshape(self, shape: tuple[int, ...]) -> None:
        argument = self.value(shape=(len(shape),), arguments=np.array(shape, dtype=np.int32))
        self.then(
            "RESHAPE",
            [self.x, argument],
            {"shape": shape, "same_as": self.x},
            "ReshapeOptions",
            NewShape=shape,
        )

    def expand_dims(self, axis: int) -> None:
        shape = list(self.shape())
        shape.insert(axis, 1)
        argument = self.value(shape=(1,), arguments=np.array([axis], dtype=np.int32))
        self.then(
            "EXPAND_DIMS",
            [self.x, argument],
            {"shape": tuple(shape), "same_as": self.x},
            "ExpandDimsOptions",
        )

    def squeeze(self, axis: int) -> None:
        shape = tuple(n for i, n in enumerate(self.shape()) if i != axis)
        self.then(
            "SQUEEZE",
            [self.x],
            {"shape": shape, "same_as": self.x},
            "SqueezeOptions",
            SqueezeDims=[axis],
        )

    def fully_connected(self, out: int) -> None:
        rng = self.rng
        size = int(np.prod(self.shape()))
        weights = self.weights((out, size), 0, rng.random() < 0.4, size)
        bias = self.bias(out, weights)
        self.then(
            "FULLY_CONNECTED",
            [self.x, weights, bias],
            {"shape": (1, out)},
            "FullyConnectedOptions",
            FusedActivationFunction=ACTIVATIONS["none" if rng.random() < 0.7 else "relu"],
        )

    def softmax(self) -> None:
        self.then(
            "SOFTMAX",
            [self.x],
            {"shape": self.shape(), "fixed": (1 / 256, -128)},
            "SoftmaxOptions",
            Beta=float(self.rng.choice([1.0, 0.25])),
        )

    # ------------------------------------------------------------------ writing

    def float_model(self) -> bytes:
        tensors = []
        for i, v in enumerate(self.values):
            data, dtype = None, np.float32
            if v.weights is not None:
                data = _dequantized(v)
            elif v.bias is not None:
                data = v.bias
            elif v.arguments is not None:
                data, dtype = v.arguments, np.int32
            tensors.append(WTensor(f"t{i}", v.shape, dtype, data))
        # A change of scale says nothing in float: there it is a reshape.
        ops = [
            WOp(
                "RESHAPE",
                n.inputs,
                [n.output],
                "ReshapeOptions",
                {"NewShape": self.values[n.output].shape},
            )
            if n.kind == "QUANTIZE"
            else WOp(n.kind, n.inputs, [n.output], n.options_type, n.options)
            for n in self.nodes
        ]
        return write(tensors, ops, [0], [self.x])

    def int8_model(self, calibration: np.ndarray, float_edges: bool) -> bytes:
        scales = self._scales(self._ranges(calibration))
        tensors = []
        for i, v in enumerate(self.values):
            if v.weights is not None:
                zero = [v.zero_point] * len(v.scales)
                tensors.append(
                    WTensor(f"t{i}", v.shape, np.int8, v.weights, v.scales, zero, v.axis)
                )
            elif v.bias is not None:
                source, weights = v.bias_of
                step = scales[source][0] * self.values[weights].scales.astype(np.float64)
                q = np.round(v.bias / step).astype(np.int32)
                tensors.append(WTensor(f"t{i}", v.shape, np.int32, q, step, [0] * len(step)))
            elif v.arguments is not None:
                tensors.append(WTensor(f"t{i}", v.shape, np.int32, v.arguments))
            else:
                scale, zero = scales[i]
                tensors.append(WTensor(f"t{i}", v.shape, np.int8, None, [scale], [zero]))
        ops = [WOp(n.kind, n.inputs, [n.output], n.options_type, n.options) for n in self.nodes]
        first, last = 0, self.x
        if float_edges:
            tensors.append(WTensor("input", self.values[0].shape, np.float32))
            ops.insert(0, WOp("QUANTIZE", [len(tensors) - 1], [0]))
            first = len(tensors) - 1
            tensors.append(WTensor("output", self.shape(), np.float32))
            ops.append(WOp("DEQUANTIZE", [self.x], [len(tensors) - 1]))
            last = len(tensors) - 1
        return write(tensors, ops, [first], [last])

    def _ranges(self, calibration: np.ndarray) -> dict[int, tuple[float, float]]:
        interpreter = Interpreter(
            model_content=self.float_model(),
            experimental_op_resolver_type=OpResolverType.BUILTIN_REF,
            experimental_preserve_all_tensors=True,
        )
        interpreter.allocate_tensors()
        ranges: dict[int, tuple[float, float]] = {}
        activations = [0] + [n.output for n in self.nodes]
        for window in calibration:
            interpreter.set_tensor(0, window.reshape(self.values[0].shape).astype(np.float32))
            interpreter.invoke()
            for i in activations:
                t = interpreter.get_tensor(i)
                low, high = ranges.get(i, (0.0, 0.0))
                ranges[i] = (min(low, float(t.min())), max(high, float(t.max())))
        return ranges

    def _scales(self, ranges: dict[int, tuple[float, float]]) -> dict[int, tuple[float, int]]:
        scales: dict[int, tuple[float, int]] = {}
        for i, (low, high) in sorted(ranges.items()):
            v = self.values[i]
            if v.fixed is not None:
                scales[i] = v.fixed
            elif v.same_as is not None:
                scales[i] = scales[v.same_as]
            else:
                margin = self.rng.uniform(1.0, 1.25)
                scale = max((high - low) * margin / 255, 1e-4)
                if self.powers_of_two:
                    scale = float(np.exp2(np.ceil(np.log2(scale))))
                scale = float(np.float32(scale))
                centre = round(-128 - low / scale + (255 - (high - low) / scale) / 2)
                scales[i] = (scale, int(np.clip(centre, -128, 127)))
        return scales


def _with_bias(x: int, weights: int, bias: int) -> list[int]:
    """A depthwise convolution without bias has two inputs; only FULLY_CONNECTED may name none."""
    return [x, weights] if bias == -1 else [x, weights, bias]


def _dequantized(v: Value) -> np.ndarray:
    shape = [1] * len(v.shape)
    if len(v.scales) > 1:
        shape[v.axis] = len(v.scales)
    steps = v.weights.astype(np.float32) - v.zero_point
    return (steps * v.scales.reshape(shape if len(v.scales) > 1 else [1] * len(v.shape))).astype(
        np.float32
    )


@dataclass
class RandomNetwork:
    model: bytes
    windows: np.ndarray  # (n, elements), float32 or int8: the model's own input type
    kinds: list[str]
    int8_output: int  # the tensor before a DEQUANTIZE, or the output itself


# A network is drawn again while more than this share of its output is saturated or constant.
DULL_LIMIT = 0.08


def random_network(seed: int, windows: int = 24) -> RandomNetwork:
    """Return the network of a seed, with random and tie-heavy windows for it."""
    attempt = 0
    while True:
        network = _draw(np.random.default_rng([seed, attempt]), windows)
        if dull_share(*reference_outputs(network)) <= DULL_LIMIT:
            return network
        attempt += 1


def reference_outputs(network: RandomNetwork) -> tuple[np.ndarray, np.ndarray]:
    """Return the reference's int8 outputs, (windows, elements), and which limits they reach."""
    interpreter = Interpreter(
        model_content=network.model,
        experimental_op_resolver_type=OpResolverType.BUILTIN_REF,
        experimental_preserve_all_tensors=True,
    )
    interpreter.allocate_tensors()
    (source,) = interpreter.get_input_details()
    rows = []
    for window in network.windows:
        interpreter.set_tensor(source["index"], window.reshape(source["shape"]))
        interpreter.invoke()
        rows.append(interpreter.get_tensor(network.int8_output).reshape(-1))
    outputs = np.stack(rows)
    return outputs, (outputs == -128) | (outputs == 127)


def dull_share(outputs: np.ndarray, saturated: np.ndarray) -> float:
    """Return the share of output bytes that are saturated, or the same for every window."""
    constant = (outputs == outputs[:1]).all(axis=0)
    return float((saturated | constant).mean())


def _draw(rng: np.random.Generator, windows: int) -> RandomNetwork:
    length, axes = int(rng.choice([12, 16, 24, 32])), int(rng.choice([1, 3, 6]))
    one_dimensional = rng.random() < 0.4
    sketch = Sketch(rng, (1, length, axes) if one_dimensional else (1, length, axes, 1))
    if one_dimensional:
        if rng.random() < 0.5:
            sketch.pad_sequence()
        if rng.random() < 0.5:
            sketch.expand_dims(1)
            # Length lies along the width there.
        else:
            sketch.reshape((1, sketch.shape()[1], 1, axes))
    blocks = [
        sketch.conv,
        sketch.depthwise,
        sketch.pool,
        sketch.binary,
        sketch.relu,
        sketch.requantize,
        sketch.pad,
        sketch.lookup,
        sketch.concatenation,
    ]
    sketch.conv()
    for _ in range(int(rng.integers(1, 5))):
        rng.choice(blocks, p=[0.22, 0.14, 0.14, 0.1, 0.09, 0.06, 0.08, 0.11, 0.06])()
    ending = rng.random()
    if ending < 0.45:
        sketch.reduce()
    elif ending < 0.6 and 1 in sketch.shape()[1:3]:
        sketch.squeeze(1 + sketch.shape()[1:3].index(1))
    size = int(np.prod(sketch.shape()))
    if size > 1 and rng.random() < 0.9:
        sketch.reshape((1, size))
        if rng.random() < 0.6:
            sketch.fully_connected(int(rng.integers(2, 13)))
        sketch.fully_connected(int(rng.integers(2, 7)))
        if rng.random() < 0.4:
            sketch.softmax()
    float_edges = bool(rng.random() < 0.5)
    calibration = rng.normal(0, 3, size=(24, length * axes)).astype(np.float32)
    model = sketch.int8_model(calibration, float_edges)
    inputs = _windows(rng, windows, length, axes)
    if not float_edges:
        low, high = calibration.min(), calibration.max()
        inputs = np.clip(np.round((inputs - low) / (high - low) * 255 - 128), -128, 127).astype(
            np.int8
        )
    return RandomNetwork(model, inputs, [n.kind for n in sketch.nodes], sketch.x)


def _windows(rng: np.random.Generator, count: int, length: int, axes: int) -> np.ndarray:
    """Random windows; every fourth is tie-heavy: few levels, or constant, or all but constant."""
    windows = rng.normal(0, 3, size=(count, length, axes))
    for i in range(0, count, 4):
        if i % 8:
            windows[i] = rng.choice([-1.5, 0.0, 1.5], size=(length, axes))
        else:
            windows[i] = rng.normal(0, 3, size=(1, axes))
    return windows.reshape(count, -1).astype(np.float32)
