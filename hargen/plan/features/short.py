"""Loops of convolutions with one value a row: hg_conv_2d_short_s8.h."""

from __future__ import annotations

from hargen.plan.features.features import Features
from hargen.plan.features.fields import Fields


def of_short(p: Fields) -> Features:
    """Return the loops of a convolution alone."""
    terms = (p.kernel_height + 1) // 2
    return Features(
        time={
            "products": p.output_positions * p.output_channels * terms,
            "outputs": p.output_positions * p.output_channels,
            "channels": p.output_width * p.output_channels,
            "fills": p.output_width * ((p.output_height + p.kernel_height + 1) // 2),
        },
        code={"written_out": terms, "padded": p.padded},
    )
