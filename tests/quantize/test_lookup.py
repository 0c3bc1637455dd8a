"""Tables of functions of one value against LiteRT's reference: all 256 inputs."""

from __future__ import annotations

from typing import Any

import numpy as np
from ai_edge_litert.interpreter import Interpreter, OpResolverType
from hypothesis import given, settings
from hypothesis import strategies as st
from support.tflite_writer import WOp, WTensor, write

from hargen.quantize.lookup import leaky_relu_table, logistic_table, tanh_table

EVERY_INPUT = np.arange(-128, 128).astype(np.int8)
SCALES = st.floats(2.0**-9, 2.0, width=32) | st.sampled_from([2.0**n for n in range(-9, 2)])
ZERO_POINTS = st.integers(-128, 127)


def reference(
    kind: str, source: tuple[float, int], target: tuple[float, int], **options: Any
) -> list[int]:
    tensors = [
        WTensor("x", (1, 256), np.int8, None, [source[0]], [source[1]]),
        WTensor("y", (1, 256), np.int8, None, [target[0]], [target[1]]),
    ]
    table = "LeakyReluOptions" if options else None
    content = write(tensors, [WOp(kind, [0], [1], table, options)], [0], [1])
    interpreter = Interpreter(
        model_content=content, experimental_op_resolver_type=OpResolverType.BUILTIN_REF
    )
    interpreter.allocate_tensors()
    interpreter.set_tensor(0, EVERY_INPUT[None])
    interpreter.invoke()
    return interpreter.get_tensor(1).reshape(-1).tolist()


@settings(max_examples=150, deadline=None)
@given(scale=SCALES, zero_point=ZERO_POINTS)
def test_logistic_and_tanh(scale: float, zero_point: int) -> None:
    source = (scale, zero_point)
    assert logistic_table(*source) == reference("LOGISTIC", source, (1 / 256, -128))
    assert tanh_table(*source) == reference("TANH", source, (1 / 128, 0))


@settings(max_examples=150, deadline=None)
@given(
    alpha=st.floats(0.0, 2.0, width=32, allow_subnormal=False),
    scale=SCALES,
    ratio=st.floats(0.25, 4.0),
    zero_point=ZERO_POINTS,
    output_zero=ZERO_POINTS,
)
def test_leaky_relu(
    alpha: float, scale: float, ratio: float, zero_point: int, output_zero: int
) -> None:
    source, target = (scale, zero_point), (float(np.float32(scale * ratio)), output_zero)
    found = leaky_relu_table(alpha, *source, *target)
    assert found == reference("LEAKY_RELU", source, target, Alpha=alpha)
