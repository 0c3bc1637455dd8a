"""Loops of convolutions by Kronecker substitution: hg_kronecker_s8.h, hg_conv_2d_kronecker_s8.h."""

from __future__ import annotations

from dataclasses import dataclass

from hargen.plan.features.features import Features
from hargen.plan.features.fields import Fields

_SUMS = 3  # HG_KRONECKER_SUMS
_ROWS = 2 * _SUMS
_FEW = 4  # HG_KRONECKER_TERMS
_MOST = 8  # HG_THUMB2_TERMS
_TOGETHER = 4  # values of a row in a round, where it has as many or a multiple of them


def of_kronecker(p: Fields) -> Features:
    """Return the loops of a convolution along columns, alone or with the pool behind it."""
    column = _Column(p)
    columns = p.pooled_width * p.pool_width
    each = columns * p.output_channels
    turns = -(-(column.sums - column.sums_in_c) // _SUMS)
    strips = -(-column.turns // p.turns)
    stride = p.pool_stride_height
    stored = each * (-(-p.rows // stride) if stride else 1)
    inside, outside = column.fills()
    return Features(
        time={
            "products": each * column.terms * p.row_size * (column.sums - column.sums_in_c),
            "loads": each * turns * p.row_size * -(-column.terms // _FEW),
            "rounds": each * turns * column.rounds,
            "turns": each * column.turns,
            "products_in_c": each * column.terms * p.row_size * column.sums_in_c,
            "fills": inside,
            "edge_fills": outside,
            "rows": each * p.rows,
            "pooled_rows": 0 if stride == 1 else each * p.rows,
            "outputs": stored,
            "limits": stored * (p.is_clamped + (p.output_min < p.output_offset)),
            "states": each * strips if strips > 1 else 0,
        },
        code={
            "products": sum(column.written_out(count) for count in column.counts),
            "rows": sum(rows for rows, _ in column.forms()),
            "outputs": sum(stores for _, stores in column.forms()),
            "padded": p.padded,
            "states": strips > 1,
            "whole_columns": stride == 0,
        },
    )


@dataclass(frozen=True)
class _Column:
    """A column of the output, before any pool."""

    p: Fields

    @property
    def terms(self) -> int:
        """Words of a kernel for each value of a row."""
        return (self.p.kernel_height + 1) // 2

    @property
    def sums(self) -> int:
        """Of a channel."""
        return self.p.rows // 2 + 1

    @property
    def turns(self) -> int:
        """Of three sums, or what is left."""
        return -(-self.sums // _SUMS)

    @property
    def last(self) -> int:
        """Sums of the last turn."""
        return self.sums - _SUMS * (self.turns - 1)

    @property
    def sums_in_c(self) -> int:
        """Sums for which there is no assembly: one that is alone, or those of tall kernels."""
        return self.sums if self.terms > _MOST else int(self.last == 1)

    @property
    def rounds(self) -> int:
        """Of the inner loop in a turn; none where there is no loop."""
        row = self.p.row_size
        return 0 if row == 1 else row // _TOGETHER if row % _TOGETHER == 0 else row

    @property
    def counts(self) -> tuple[int, ...]:
        """Sums of the turns for which there is code."""
        whole = (_SUMS,) if self.turns > 1 or self.last == _SUMS else ()
        return whole if self.last == _SUMS else (*whole, self.last)

    def written_out(self, count: int) -> int:
        """Return how many products the code of a turn has."""
        if count == 1 or self.terms > _MOST:
            return count * min(self.terms, _FEW)
        return count * self.terms * (_TOGETHER if self.p.row_size % _TOGETHER == 0 else 1)

    def forms(self) -> list[tuple[int, int]]:
        """Return, of the code of each kind of turn, how many rows it takes and how many stores."""
        stride = self.p.pool_stride_height
        last_rows = self.p.rows - _ROWS * (self.turns - 1)
        found = []
        for count in self.counts:
            rows = _ROWS + 1 if count == _SUMS else last_rows + 1
            found.append((rows, -(-rows // stride) if stride else 0))
        return found

    def fills(self) -> tuple[int, int]:
        """Return how many words of strips are read, and how many where some may be outside."""
        p = self.p
        first = [
            (turn, word) for turn in range(0, self.turns, p.turns) for word in self._words(turn)
        ]
        rows = [_ROWS * turn - p.padding_top + 2 * word for turn, word in first]
        rows_inside = sum(0 <= row < p.input_height - 1 for row in rows)
        columns = [
            (px * p.pool_stride_width + x) * p.stride_width - p.padding_left
            for px in range(p.pooled_width)
            for x in range(p.pool_width)
        ]
        columns_inside = sum(0 <= x <= p.input_width - p.kernel_width for x in columns)
        total = len(rows) * len(columns)
        inside = rows_inside * columns_inside if p.dilation_width == 1 else 0
        if not p.padded:
            inside = total
        return inside * p.row_size, (total - inside) * p.row_size

    def _words(self, turn: int) -> range:
        """Return the words that a strip which begins with a turn reads, of each value of a row."""
        end = min(_SUMS * self.p.turns, self.sums - _SUMS * turn) + self.terms - 1
        return range(self.terms - 1 if turn else 0, end)
