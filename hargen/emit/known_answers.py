"""Known answers: inputs with the reference's outputs, built into the image for the self-test."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from hargen.emit.model_context import KnownAnswer
from hargen.ir.tensor import Array, DType, Tensor
from hargen.plan.plan import Edge, Plan

COUNT = 2
_SEED = 0x48415247
_FLOAT_SPREAD = 10.0  # m/s2, about that of a sensor's samples

Reference = Callable[[bytes, Array], Array]
"""The model file's bytes and (n, elements) inputs in its own dtype -> (n, elements) outputs."""


def known_answers(plan: Plan, model: bytes, reference: Reference) -> tuple[KnownAnswer, ...]:
    """Return a few random inputs of the network's own dtype with what the reference makes of them.

    The reference runs the model file itself. Where the edges of an int8 network are float32, the
    inputs go in dequantized and the outputs come back quantized: both ways lose nothing.
    """
    generator = np.random.Generator(np.random.PCG64(_SEED))
    source, target = plan.tensors[plan.input.tensor], plan.tensors[plan.output.tensor]
    shape = (COUNT, source.size)
    if plan.dtype is DType.FLOAT32:
        inputs = generator.normal(scale=_FLOAT_SPREAD, size=shape).astype(np.float32)
        outputs = reference(model, inputs)
    else:
        inputs = generator.integers(-128, 128, size=shape).astype(np.int8)
        outputs = reference(model, _to_edge(inputs, source, plan.input))
        outputs = _from_edge(outputs, target, plan.output)
    return tuple(KnownAnswer(given, got) for given, got in zip(inputs, outputs, strict=True))


def _to_edge(values: Array, tensor: Tensor, edge: Edge) -> Array:
    if not edge.is_float:
        return values
    steps = (values.astype(np.int32) - tensor.zero_point).astype(np.float32)
    return steps * np.float32(tensor.scale)


def _from_edge(values: Array, tensor: Tensor, edge: Edge) -> Array:
    if not edge.is_float:
        return values
    steps = np.rint(values.astype(np.float64) / tensor.scale).astype(np.int32)
    return (steps + tensor.zero_point).astype(np.int8)
