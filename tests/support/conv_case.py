"""One int8 convolution as a .tflite: shapes by hand, weights and input by chance."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from support.tflite_writer import WOp, WTensor, write

SAME, VALID = 0, 1


@dataclass(frozen=True)
class Conv:
    """A convolution of int8 values, with a maximum pool behind it where pool is given.

    A depthwise one has as many outputs as channels, or a multiple of that.
    """

    input: tuple[int, int, int]
    kernel: tuple[int, int]
    outputs: int
    stride: tuple[int, int] = (1, 1)
    padding: int = VALID
    dilation: tuple[int, int] = (1, 1)
    pool: tuple[int, int] | None = None
    lowest: int = -127
    highest: int = 127
    bias: int = 1
    rows_before: int = 0
    """Of zeros, by a PAD in front: with VALID, a causal convolution."""
    depthwise: bool = False
    relu: bool = False
    zero_point: int = -5
    """Of the output."""
    dead: bool = False
    """Whether every third output has weights of 0 alone, and a scale that was made up."""

    def write(self, path: Path, seed: int) -> Path:
        """Write the file and return its path."""
        rng = np.random.default_rng(seed)
        height, width, channels = self.input
        height += self.rows_before
        shape = (self.outputs, *self.kernel, channels)
        if self.depthwise:
            shape = (1, *self.kernel, self.outputs)
        weights = rng.integers(self.lowest, self.highest + 1, shape).astype(np.int8)
        first = weights[0, 0, 0] if self.depthwise else weights[:, 0, 0, 0]
        first[:] = self.lowest  # in every output: the hardest to pack
        if self.dead:
            (weights[..., ::3] if self.depthwise else weights[::3])[:] = 0
        bias = rng.integers(-3000, 3000, self.outputs).astype(np.int32) * self.bias
        sizes = [
            -(-n // s) if self.padding == SAME else -(-(n - (k - 1) * d) // s)
            for n, k, s, d in zip(
                (height, width), self.kernel, self.stride, self.dilation, strict=True
            )
        ]
        scales = rng.uniform(0.002, 0.006, self.outputs)
        if self.dead:
            scales[::3] = 5.0
            bias[::3] = bias[::3] // 100
        out_scale = float(np.sqrt(weights.size / self.outputs) * 0.9)
        tensors = [
            WTensor("x", (1, *self.input), np.int8, None, [0.75], [int(rng.integers(-20, 20))]),
            WTensor("w", shape, np.int8, weights, scales.tolist(), [0] * self.outputs),
            WTensor("b", (self.outputs,), np.int32, bias),
            WTensor("y", (1, *sizes, self.outputs), np.int8, None, [out_scale], [self.zero_point]),
        ]
        tensors[1].axis = 3 if self.depthwise else 0
        options = {"Padding": self.padding, "StrideH": self.stride[0], "StrideW": self.stride[1]}
        options |= dict(zip(("DilationHFactor", "DilationWFactor"), self.dilation, strict=True))
        options["FusedActivationFunction"] = int(self.relu)
        kind, table = "CONV_2D", "Conv2DOptions"
        if self.depthwise:
            kind, table = "DEPTHWISE_CONV_2D", "DepthwiseConv2DOptions"
            options["DepthMultiplier"] = self.outputs // channels
        ops = [WOp(kind, [0, 1, 2], [3], table, options)]
        if self.pool is not None:
            pooled = [(n - k) // k + 1 for n, k in zip(sizes, self.pool, strict=True)]
            tensors.append(
                WTensor(
                    "z",
                    (1, *pooled, self.outputs),
                    np.int8,
                    None,
                    [out_scale],
                    [self.zero_point],
                )
            )
            options = {"Padding": VALID, "StrideH": self.pool[0], "StrideW": self.pool[1]}
            options |= {"FilterHeight": self.pool[0], "FilterWidth": self.pool[1]}
            ops.append(WOp("MAX_POOL_2D", [3], [4], "Pool2DOptions", options))
        output = len(tensors) - 1
        if self.rows_before:
            amounts = np.array([(0, 0), (self.rows_before, 0), (0, 0), (0, 0)], np.int32)
            x = tensors[0]
            padded = (1, height, width, channels)
            tensors.append(WTensor("padded", padded, np.int8, None, x.scale, x.zero_point))
            tensors.append(WTensor("amounts", amounts.shape, np.int32, amounts))
            ops[0].inputs[0] = output + 1
            ops.insert(0, WOp("PAD", [0, output + 2], [output + 1], "PadOptions", {}))
        path.write_bytes(write(tensors, ops, [0], [output]))
        return path

    def windows(self, count: int = 12) -> np.ndarray:
        """Return inputs by chance behind the two extremes."""
        values = np.random.default_rng(8).integers(-128, 128, (count, np.prod(self.input)))
        values[0], values[1] = 127, -128
        return values.astype(np.int8)
