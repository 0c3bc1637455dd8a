"""Loops of convolutions by strips: hg_strip_s8.h and what includes it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from hargen.plan.features.features import Features
from hargen.plan.features.fields import Fields

_TOGETHER = 3  # HG_STRIP_POSITIONS


class _Strip(NamedTuple):
    """One strip: its place, the rows of output that it has, and those that are summed in turn."""

    y: int
    x: int
    rows: int
    sums: tuple[int, ...]


def of_strips(p: Fields, *, is_small: bool) -> Features:
    """Return the loops of a convolution alone."""
    strips = []
    for x in range(p.output_width):
        for y in range(0, p.output_height, p.positions):
            rows = p.positions if is_small else min(p.positions, p.output_height - y)
            strips.append(_Strip(min(y, p.output_height - rows), x, rows, (rows,)))
    return _loops(p, strips, is_small=is_small, two_left=False)


def of_pooled_strips(p: Fields, *, is_small: bool) -> Features:
    """Return the loops of a convolution with the pool behind it."""
    return _loops(p, list(_pooled(p)), is_small=is_small, two_left=True)


def _pooled(p: Fields) -> Iterator[_Strip]:
    columns = [
        px * p.pool_stride_width + x for px in range(p.pooled_width) for x in range(p.pool_width)
    ]
    for x in columns:
        for py in range(0, p.pooled_height, p.windows):
            windows = min(p.windows, p.pooled_height - py)
            for y in range(0, p.pool_height, p.part):
                part = min(p.part, p.pool_height - y)
                rows = (windows - 1) * p.pool_stride_height + part
                yield _Strip(py * p.pool_stride_height + y, x, rows, (part,) * windows)


def _loops(p: Fields, strips: list[_Strip], *, is_small: bool, two_left: bool) -> Features:
    """Return the loops; two_left: whether two positions that are left over are summed at once."""
    quads, left = divmod(p.kernel_height * p.row_size, 4)
    found: Counter[str] = Counter()
    forms = set()
    for strip in strips:
        found["strips"] += 1
        _count_fill(p, strip, 1 if is_small else _copies(p), found)
        for rows in strip.sums:
            turns = _turns(rows, is_small=is_small, two_left=two_left)
            forms |= set(turns)
            found["turns"] += p.pairs * len(turns)
            if is_small:  # every turn by the same loop over words, or two of them
                found["words"] += p.pairs * len(turns) * (2 * quads + (left + 1) // 2)
                found["loops"] += p.pairs * len(turns) * ((quads > 0) + (left > 0))
            else:
                found["products"] += p.pairs * sum(turns) * quads
                found["loads"] += p.pairs * len(turns) * quads
                found["rests"] += p.pairs * sum(turns) * (left > 0)
            # what is computed twice is stored twice, too
            found["outputs"] += p.output_channels * (1 if two_left else sum(turns))
        found["pairs"] += p.pairs
    found["limits"] = found["outputs"] * p.is_clamped
    return Features(
        time={name: float(value) for name, value in found.items()},
        code={
            "forms": 1 if is_small else len(forms),
            "written_out": 0 if is_small else len(forms) * _written_out(quads),
            "rests": left > 0,
            "copies": _copies(p) > 1 and not is_small,
            "padded": p.padded,
        },
    )


def _written_out(quads: int) -> int:
    """Return how many quads the code of a turn has: hg_dual_block."""
    if quads == 0:
        return 0
    blocks = (6 if quads % 6 == 0 else 5 if quads % 5 == 0 else 4, 3, 2, 1)
    return next(block for block in blocks if quads % block == 0)


def _turns(rows: int, *, is_small: bool, two_left: bool) -> list[int]:
    """Return how many positions each turn sums."""
    if is_small:
        return [1] * rows if rows < _TOGETHER else [_TOGETHER] * -(-rows // _TOGETHER)
    whole, left = divmod(rows, _TOGETHER)
    rest = [2] if two_left and left == 2 else [1] * left
    return [_TOGETHER] * whole + rest


def _count_fill(p: Fields, strip: _Strip, copies: int, found: Counter[str]) -> None:
    """Count the words, and the single values, that are written to a strip."""
    top = strip.y * p.stride_height - p.padding_top
    left = strip.x * p.stride_width - p.padding_left
    rows = (strip.rows - 1) * p.stride_height + p.kernel_height
    columns_inside = 0 <= left <= p.input_width - p.kernel_width
    by_words = p.row_size % 4 == 0 and p.dilation_width == 1 and (columns_inside or not p.padded)
    inside = sum(0 <= top + r < p.input_height for r in range(rows)) if p.padded else rows
    whole = inside if by_words else 0
    found["fills"] += whole * p.row_size // 4
    found["edge_fills"] += (rows - whole) * p.row_size * copies


def _copies(p: Fields) -> int:
    """Return how many copies a strip has."""
    step = p.stride_height * p.row_size
    return 1 if step % 4 == 0 else (2 if step % 2 == 0 else 4) + _TOGETHER - 1
