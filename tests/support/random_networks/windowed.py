"""Layers that slide a window: convolutions and pools."""

from __future__ import annotations

import tflite
from support.random_networks.sketch import ACTIVATIONS, Sketch


def conv(sketch: Sketch) -> None:
    rng, (_, h, w, c) = sketch.rng, sketch.shape()
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
    weights = sketch.weights((out, kh, kw, c), 0, rng.random() < 0.7, kh * kw * c)
    bias = sketch.bias(out, weights, optional=False)
    sketch.then(
        "CONV_2D",
        [sketch.x, weights, bias],
        {"shape": (1, *_positions(h, w, (kh, kw), stride, dilation, same), out)},
        "Conv2DOptions",
        Padding=tflite.Padding.SAME if same else tflite.Padding.VALID,
        StrideH=stride[0],
        StrideW=stride[1],
        DilationHFactor=dilation[0],
        DilationWFactor=dilation[1],
        FusedActivationFunction=ACTIVATIONS[sketch.activation()],
    )


def depthwise(sketch: Sketch) -> None:
    rng, (_, h, w, c) = sketch.rng, sketch.shape()
    same = rng.random() < 0.5
    kh, kw = (int(rng.integers(1, min(5, h) + 1)), int(rng.integers(1, min(3, w) + 1)))
    stride = (int(rng.integers(1, 3)),) * 2
    dilation = (1, 1)
    if stride == (1, 1) and same and rng.random() < 0.3:
        dilation = (2, 1)
    multiplier = int(rng.integers(1, 4)) if c < 8 else 1
    weights = sketch.weights((1, kh, kw, c * multiplier), 3, rng.random() < 0.7, kh * kw)
    bias = sketch.bias(c * multiplier, weights)
    sketch.then(
        "DEPTHWISE_CONV_2D",
        _with_bias(sketch.x, weights, bias),
        {
            "shape": (
                1,
                *_positions(h, w, (kh, kw), stride, dilation, same),
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
        FusedActivationFunction=ACTIVATIONS[sketch.activation()],
    )


def pool(sketch: Sketch) -> None:
    rng, (_, h, w, c) = sketch.rng, sketch.shape()
    same = rng.random() < 0.3
    kh, kw = (int(rng.integers(1, min(4, h) + 1)), int(rng.integers(1, min(3, w) + 1)))
    stride = (kh, kw) if rng.random() < 0.6 else (int(rng.integers(1, 4)), int(rng.integers(1, 3)))
    sketch.then(
        "MAX_POOL_2D" if rng.random() < 0.6 else "AVERAGE_POOL_2D",
        [sketch.x],
        {
            "shape": (1, *_positions(h, w, (kh, kw), stride, (1, 1), same), c),
            "same_as": sketch.x,
        },
        "Pool2DOptions",
        Padding=tflite.Padding.SAME if same else tflite.Padding.VALID,
        StrideH=stride[0],
        StrideW=stride[1],
        FilterHeight=kh,
        FilterWidth=kw,
        FusedActivationFunction=ACTIVATIONS["none" if rng.random() < 0.8 else "relu"],
    )


def pooled_alike(sketch: Sketch, source: int) -> int:
    _, h, w, _ = sketch.values[source].shape
    return sketch.then(
        "MAX_POOL_2D",
        [source],
        {"shape": sketch.values[source].shape, "same_as": source},
        "Pool2DOptions",
        Padding=tflite.Padding.SAME,
        StrideH=1,
        StrideW=1,
        FilterHeight=min(h, int(sketch.rng.integers(1, 4))),
        FilterWidth=min(w, 2),
        FusedActivationFunction=ACTIVATIONS["none"],
    )


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


def _with_bias(x: int, weights: int, bias: int) -> list[int]:
    """A depthwise convolution without bias has two inputs; only FULLY_CONNECTED may name none."""
    return [x, weights] if bias == -1 else [x, weights, bias]
