"""Loops of convolutions by tiles: hg_tile_s8.h, hg_conv_2d_tile_s8.h, hg_conv_2d_run_s8.h."""

from __future__ import annotations

from hargen.plan.features.features import Features
from hargen.plan.features.fields import Fields

_POSITIONS = 3  # HG_TILE_POSITIONS
_FEW = 12  # words: twice HG_TILE_EACH


def of_tiles(p: Fields) -> Features:
    """Return the loops of a convolution whose windows are copied piece by piece."""
    pieces = p.kernel_height * (p.kernel_width if p.padded or p.dilation_width > 1 else 1)
    words = p.kernel_height * p.row_size // 2
    return _loops(
        p,
        words,
        fills=p.output_positions * words / 2,
        pieces=p.output_positions * pieces,
    )


def of_runs(p: Fields) -> Features:
    """Return the loops of a convolution whose windows are runs of bytes."""
    line = p.input_width * p.input_channels
    values = -(-p.kernel_height * line // 4) * 4
    ends = p.input_height * line - values
    starts = ((y * p.stride_height - p.padding_top) * line for y in range(p.output_height))
    inside = sum(0 <= start <= ends for start in starts)
    return _loops(
        p,
        values // 2,
        fills=inside * values / 4,
        edge_fills=(p.output_height - inside) * values / 4,
    )


def _loops(p: Fields, words: int, **fills: float) -> Features:
    """Return the loops; words: of a window."""
    whole, left = divmod(p.output_positions, _POSITIONS)
    turns = p.pairs * (whole + (left > 0))
    forms = (whole > 0) + (left > 0)
    return Features(
        time={
            "products": p.pairs * p.output_positions * words,
            "loads": turns * words,
            "turns": turns,
            "outputs": p.output_positions * p.output_channels,
            "limits": p.output_positions * p.output_channels * _limits(p),
            **fills,
        },
        code={
            "forms": forms,
            "written_out": forms * _written_out(words),
            "limits": forms * _limits(p),
            "padded": p.padded,
        },
    )


def _written_out(words: int) -> int:
    """Return how many words the code of a turn has: hg_tile_each."""
    if words <= _FEW:
        return words
    each = 6 if (words - 1) % 6 < (words - 1) % 5 else 5
    return 1 + (words - 1) % each + each


def _limits(p: Fields) -> int:
    """Return what hg_line_value has to do beside the least."""
    return 3 + p.is_signed if p.shift == 0 else int(p.is_clamped)
