"""Curves in a terminal: every character is a grid of two by four dots (Unicode's braille)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

_BRAILLE = 0x2800
_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))  # by row, column
_ACROSS, _DOWN = 2, 4


def plot(
    values: Sequence[float | None],
    *,
    width: int,
    height: int,
    low: float,
    high: float,
    ascii_only: bool = False,
) -> list[str]:
    """Return a curve as `height` lines of `width` characters.

    Args:
        values: spread evenly over the width, the newest last; None where there is nothing.
        width: in characters.
        height: in characters.
        low: value at the lower edge; what lies beyond an edge is drawn on it.
        high: value at the upper edge.
        ascii_only: for a terminal that has no braille: a * where there is a dot.
    """
    cells = [[0] * width for _ in range(height)]
    for x, y in _dots(values, width * _ACROSS, height * _DOWN, low, high):
        cells[y // _DOWN][x // _ACROSS] |= _DOTS[y % _DOWN][x % _ACROSS]
    if ascii_only:
        return ["".join("*" if cell else " " for cell in row) for row in cells]
    return ["".join(chr(_BRAILLE + cell) if cell else " " for cell in row) for row in cells]


def _dots(
    values: Sequence[float | None], columns: int, rows: int, low: float, high: float
) -> Iterator[tuple[int, int]]:
    """Yield column and row, from the top, of every dot; neighbours are joined by a line."""
    scale = (rows - 1) / (high - low) if high > low else 0.0

    def row(value: float) -> int:
        return rows - 1 - round((min(max(value, low), high) - low) * scale)

    before: int | None = None
    for column in range(columns):
        start = column * len(values) // columns
        end = max(start + 1, (column + 1) * len(values) // columns)
        found = [row(value) for value in values[start:end] if value is not None]
        if not found:
            before = None
            continue
        joined = found if before is None else [*found, before]
        yield from ((column, y) for y in range(min(joined), max(joined) + 1))
        before = found[-1]
