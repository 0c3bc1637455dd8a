"""Functions of one int8 value as tables of 256: for every input, the reference's output.

Table entry q + 128 is the output for the input q.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from hargen.quantize.multiplier import INT8_MAX, INT8_MIN, quantize_multiplier, round_half_away


def logistic_table(input_scale: float, input_zero_point: int) -> list[int]:
    """Return 1 / (1 + exp(-x)); the output's scale is 1/256 and its zero point -128."""
    return _of_real(input_scale, input_zero_point, _logistic, 256.0, -128)


def tanh_table(input_scale: float, input_zero_point: int) -> list[int]:
    """Return tanh; the output's scale is 1/128 and its zero point 0."""
    return _of_real(input_scale, input_zero_point, math.tanh, 128.0, 0)


def leaky_relu_table(
    alpha: float, input_scale: float, input_zero_point: int, output_scale: float, output_zero: int
) -> list[int]:
    """Return x where it is not negative, else alpha * x; float32 factors as in the reference."""
    scale, target = np.float32(input_scale), np.float32(output_scale)
    positive = quantize_multiplier(float(scale / target))
    negative = quantize_multiplier(float(scale * np.float32(alpha) / target))
    steps = (q - input_zero_point for q in range(INT8_MIN, INT8_MAX + 1))
    return [_clamp((positive if x >= 0 else negative).apply(x) + output_zero) for x in steps]


def _of_real(
    scale: float,
    zero_point: int,
    function: Callable[[float], float],
    steps_in_one: float,
    output_zero: int,
) -> list[int]:
    """Return a function of the real value, rounded to the nearest step, halves away from zero."""
    reals = (scale * (q - zero_point) for q in range(INT8_MIN, INT8_MAX + 1))
    return [_clamp(round_half_away(function(x) * steps_in_one) + output_zero) for x in reals]


def _logistic(x: float) -> float:
    # exp of a large number overflows, of a small one it is 0.
    return 1.0 / (1.0 + math.exp(-x)) if x >= 0 else math.exp(x) / (1.0 + math.exp(x))


def _clamp(value: int) -> int:
    return min(max(value, INT8_MIN), INT8_MAX)
