"""Loops of pools: hg_pool_2d_s8.h, hg_pool_2d_bytes_s8.h."""

from __future__ import annotations

from hargen.plan.features.features import Features
from hargen.plan.features.fields import Fields

_WRITTEN_OUT = 4  # taps of a row


def of_pool(p: Fields) -> Features:
    """Return the loops of a pool that goes channel by channel."""
    return _loops(p, p.channels, padded=0)


def of_pool_of_bytes(p: Fields) -> Features:
    """Return the loops of a pool that takes four channels at a time."""
    return _loops(p, p.channels // 4, padded=p.padded)


def _loops(p: Fields, parts: int, *, padded: int) -> Features:
    taps = p.kernel_height * p.kernel_width
    outputs = p.output_positions * parts
    return Features(
        time={
            "positions": p.output_positions,
            "outputs": outputs,
            "taps": outputs * taps,
            "limits": outputs * p.is_clamped,
        },
        code={"padded": padded, "written_out": min(p.kernel_width, _WRITTEN_OUT)},
    )
