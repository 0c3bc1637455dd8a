"""The float32 range to which a fused activation clamps."""

from __future__ import annotations

from hargen.ir.operator import Activation

LARGEST = 3.4028234663852886e38
"""The largest float32; as a bound it stands for none, and infinities pass the kernels' clamp."""

_RANGES = {
    Activation.NONE: (-LARGEST, LARGEST),
    Activation.RELU: (0.0, LARGEST),
    Activation.RELU6: (0.0, 6.0),
}


def clamp_range(activation: Activation) -> tuple[float, float]:
    """Return the lowest and highest value that the activation lets through."""
    return _RANGES[activation]
