"""Loops of convolutions position by position: hg_conv_2d_s8.h, hg_conv_max_pool_2d_s8.h."""

from __future__ import annotations

from hargen.plan.features.features import Features
from hargen.plan.features.fields import Fields


def of_positions(p: Fields) -> Features:
    """Return the loops of a convolution alone."""
    rows = list(range(p.output_height))
    return _loops(p, rows, list(range(p.output_width)), p.output_positions)


def of_pooled_positions(p: Fields) -> Features:
    """Return the loops of a convolution with the pool behind it."""
    rows = [
        y * p.pool_stride_height + i for y in range(p.pooled_height) for i in range(p.pool_height)
    ]
    columns = [
        x * p.pool_stride_width + i for x in range(p.pooled_width) for i in range(p.pool_width)
    ]
    return _loops(p, rows, columns, p.pooled_height * p.pooled_width)


def _loops(p: Fields, rows: list[int], columns: list[int], stored: int) -> Features:
    """Return the loops; rows, columns: of the output that is summed. stored: positions."""
    channels = p.output_channels
    by_rows = not p.padded and p.dilation_width == 1
    down = [p.dilation_height * k - p.padding_top for k in range(p.kernel_height)]
    row_taps = _inside([y * p.stride_height for y in rows], down, p.input_height)
    right = [p.dilation_width * k - p.padding_left for k in range(p.kernel_width)]
    column_taps = _inside([x * p.stride_width for x in columns], right, p.input_width)
    dots = row_taps * (len(columns) if by_rows else column_taps) * channels
    quads, rest = divmod(p.row_size if by_rows else p.input_channels, 4)
    sums = len(rows) * len(columns) * channels
    return Features(
        time={
            "quads": dots * quads,
            "rests": dots * rest,
            "dots": dots,
            "taps": sums * p.kernel_height * (1 if by_rows else p.kernel_width),
            "sums": sums,
            "outputs": stored * channels,
        },
        code={"padded": p.padded, "rests": rest > 0, "quads": quads > 0},
    )


def _inside(starts: list[int], taps: list[int], size: int) -> int:
    """Return how many taps of a line of outputs are inside the input."""
    return sum(0 <= start + tap < size for start in starts for tap in taps)
