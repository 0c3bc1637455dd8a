"""A network under construction: its tensors, its nodes, and what every layer of it draws."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import tflite

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
