"""The int8 range to which a fused activation clamps."""

from __future__ import annotations

import numpy as np

from hargen.ir.operator import Activation
from hargen.ir.tensor import Tensor
from hargen.quantize.multiplier import INT8_MAX, INT8_MIN, round_half_away


def clamp_range(activation: Activation, output: Tensor) -> tuple[int, int]:
    """Return the lowest and highest int8 value that the activation lets through."""
    if activation is Activation.NONE:
        return INT8_MIN, INT8_MAX
    low = max(INT8_MIN, output.zero_point)
    if activation is Activation.RELU:
        return low, INT8_MAX
    # The reference divides in float32.
    six = round_half_away(float(np.float32(6.0) / np.float32(output.scale)))
    return low, min(INT8_MAX, output.zero_point + six)
