"""Small float32 networks, written layer by layer."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import tflite
from support.tflite_writer import WOp, WTensor, write

RELU, NONE = tflite.ActivationFunctionType.RELU, tflite.ActivationFunctionType.NONE
VALID, SAME = tflite.Padding.VALID, tflite.Padding.SAME


class Network:
    """Layers one behind the other over float32 values; every constant is random."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.rng = np.random.default_rng(11)
        self.tensors = [WTensor("x", shape, np.float32)]
        self.ops: list[WOp] = []
        self.x = 0

    def add(self, shape: tuple[int, ...], data: np.ndarray | None = None) -> int:
        dtype = np.float32 if data is None else data.dtype
        self.tensors.append(WTensor(f"t{len(self.tensors)}", shape, dtype, data))
        return len(self.tensors) - 1

    def random(self, *shape: int) -> int:
        return self.add(shape, self.rng.uniform(0.2, 1.5, shape).astype(np.float32))

    def zeros(self, *shape: int) -> int:
        return self.add(shape, np.zeros(shape, np.float32))

    def then(self, op: str, inputs: list[int], shape: tuple[int, ...], *options: object) -> Network:
        self.x = self.add(shape)
        kind, values = options if options else (None, {})
        self.ops.append(WOp(op, inputs, [self.x], kind, values))
        return self

    def shape(self) -> tuple[int, ...]:
        return self.tensors[self.x].shape

    def conv(
        self,
        padding: int = VALID,
        activation: int = NONE,
        *,
        bias: bool = True,
        outputs: int = 6,
        kernel: tuple[int, int] = (3, 1),
        stride: tuple[int, int] = (1, 1),
        dilation: tuple[int, int] = (1, 1),
    ) -> Network:
        _, height, width, channels = self.shape()
        inputs = [self.x, self.random(outputs, *kernel, channels)]
        # The reference asks for a bias: zeros are none.
        inputs.append(self.random(outputs) if bias else self.zeros(outputs))
        extents = [(k - 1) * d + 1 for k, d in zip(kernel, dilation, strict=True)]
        rows, columns = positions((height, width), extents, stride, padding)
        options = {"Padding": padding, "StrideH": stride[0], "StrideW": stride[1]}
        options |= {"DilationHFactor": dilation[0], "DilationWFactor": dilation[1]}
        options["FusedActivationFunction"] = activation
        shape = (1, rows, columns, outputs)
        return self.then("CONV_2D", inputs, shape, "Conv2DOptions", options)

    def depthwise(
        self,
        padding: int = VALID,
        *,
        multiplier: int = 2,
        kernel: tuple[int, int] = (3, 1),
    ) -> Network:
        _, height, width, channels = self.shape()
        outputs = multiplier * channels
        inputs = [self.x, self.random(1, *kernel, outputs), self.random(outputs)]
        rows, columns = positions((height, width), kernel, (1, 1), padding)
        options = {"Padding": padding, "StrideH": 1, "StrideW": 1, "DepthMultiplier": multiplier}
        options |= {"DilationHFactor": 1, "DilationWFactor": 1}
        shape = (1, rows, columns, outputs)
        return self.then("DEPTHWISE_CONV_2D", inputs, shape, "DepthwiseConv2DOptions", options)

    def pool(
        self, kind: str, size: tuple[int, int], stride: tuple[int, int], padding: int = VALID
    ) -> Network:
        _, height, width, channels = self.shape()
        rows, columns = positions((height, width), size, stride, padding)
        options = {"Padding": padding, "StrideH": stride[0], "StrideW": stride[1]}
        options |= {"FilterHeight": size[0], "FilterWidth": size[1]}
        shape = (1, rows, columns, channels)
        return self.then(f"{kind}_POOL_2D", [self.x], shape, "Pool2DOptions", options)

    def pad(self, *amounts: tuple[int, int]) -> Network:
        """Zeros before and behind, along each dimension."""
        shape = tuple(a + n + b for n, (a, b) in zip(self.shape(), amounts, strict=True))
        argument = self.add((len(amounts), 2), np.array(amounts, np.int32))
        return self.then("PAD", [self.x, argument], shape, "PadOptions", {})

    def dense(self, outputs: int = 4) -> Network:
        inputs = [self.x, self.random(outputs, int(np.prod(self.shape()[1:]))), -1]
        return self.then("FULLY_CONNECTED", inputs, (1, outputs), "FullyConnectedOptions", {})

    def flatten(self) -> Network:
        shape = (1, int(np.prod(self.shape())))
        inputs = [self.x, self.add((2,), np.array(shape, np.int32))]
        return self.then("RESHAPE", inputs, shape, "ReshapeOptions", {"NewShape": shape})

    def squeeze(self) -> Network:
        shape = tuple(n for i, n in enumerate(self.shape()) if i != 2)
        return self.then("SQUEEZE", [self.x], shape, "SqueezeOptions", {"SqueezeDims": (2,)})

    def binary(self, kind: str, constant: int, activation: int = NONE) -> Network:
        options = {"FusedActivationFunction": activation}
        inputs = [self.x, constant]
        return self.then(kind, inputs, self.shape(), f"{kind.capitalize()}Options", options)

    def norm(self, activation: int = NONE) -> Network:
        """A batch normalization as converters write it: a factor and a summand a channel."""
        channels = self.shape()[-1]
        self.binary("MUL", self.random(channels))
        return self.binary("ADD", self.random(channels), activation)

    def write(self, path: Path) -> Path:
        path.write_bytes(write(self.tensors, self.ops, [0], [self.x]))
        return path


def positions(
    size: Sequence[int], extents: Sequence[int], stride: Sequence[int], padding: int
) -> tuple[int, int]:
    """Return how often a kernel fits down and across."""
    rows, columns = (
        -(-n // step) if padding == SAME else (n - extent) // step + 1
        for n, extent, step in zip(size, extents, stride, strict=True)
    )
    return rows, columns
