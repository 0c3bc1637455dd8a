"""Fully connected layer of a float32 network, with weights in int8."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from hargen.ir.operator import Operator, TensorId, Tensors
from hargen.ir.ops.weighted import SUM_LIMIT
from hargen.ir.tensor import DType

MAX_STEPS = 2**15 - 1
"""Of a rounded input: it is 16 bits wide."""


@dataclass(frozen=True, kw_only=True)
class HybridFullyConnected(Operator):
    """output = offset + scale * the sum of weight * round(x * steps_in_one), inputs within a limit.

    weights: int8 (out, in). scales, offsets: float32 (out,). limit: of a rounded input, at most
    MAX_STEPS, and so that 32 bits hold every sum.
    """

    input: TensorId
    weights: TensorId
    scales: TensorId
    offsets: TensorId
    steps_in_one: float
    limit: int

    def verify(self, tensors: Tensors) -> None:
        """Raise ModelError where the tensors do not fit the operator, or a sum could overflow."""
        weights, y = tensors[self.weights], tensors[self.output]
        outputs = weights.shape[0]
        self.require(
            weights.data is not None
            and weights.dtype is DType.INT8
            and len(weights.shape) == 2
            and min(weights.shape) >= 1,
            f"weights of shape {weights.shape} are not an int8 constant (out, in)",
        )
        self.require(
            tensors[self.input].size == weights.shape[1],
            f"weights of shape {weights.shape} do not fit an input of {tensors[self.input].size}"
            " values",
        )
        for tensor in (tensors[self.scales], tensors[self.offsets]):
            self.require(
                tensor.data is not None
                and tensor.dtype is DType.FLOAT32
                and tensor.shape == (outputs,),
                f"{tensor.name!r} is not a float32 constant of {outputs} values",
            )
        self.require(
            tensors[self.input].dtype is y.dtype is DType.FLOAT32,
            "input and output have to be float32",
        )
        self.require_shape(tensors, (1, outputs))
        self.require(
            math.isfinite(self.steps_in_one) and self.steps_in_one > 0.0,
            f"{self.steps_in_one:g} steps in one are not above zero",
        )
        sums = np.abs(np.asarray(weights.data, dtype=np.int64)).sum(axis=1)
        self.require(
            1 <= self.limit <= MAX_STEPS and int(sums.max()) * self.limit < SUM_LIMIT,
            f"with inputs of up to {self.limit} steps a sum could overflow",
        )

    def maccs(self, tensors: Tensors) -> int:
        """Multiply-accumulate operations of one inference."""
        return tensors[self.weights].size
