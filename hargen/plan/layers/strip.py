"""When and how a convolution is computed by strips: firmware/runtime/hg_strip_s8.h."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from hargen.ir.tensor import Array
from hargen.plan.plan import Constant

_QUADS = 80  # HG_STRIP_QUADS
_TOGETHER = 3  # HG_STRIP_POSITIONS
_SHIFTS = range(1, 23)  # of hg_requantize_right
_SUM_LIMIT = 2**30


@dataclass(frozen=True)
class Column:
    """A convolution along one column of its input."""

    kernel_height: int
    stride_height: int
    row: int
    """Values under a row of the kernel."""

    def quads(self, positions: int) -> int:
        """Return the size of a strip; hg_strip_copy and hg_strip_copies have the same."""
        step = self.stride_height * self.row
        values = ((positions - 1) * self.stride_height + self.kernel_height) * self.row
        if step % 4 == 0:
            return -(-values // 4)
        phases = 2 if step % 2 == 0 else 4
        return (phases + _TOGETHER - 1) * (-(-(values + 3) // 4))

    def positions(self, wanted: int) -> int:
        """Return how many of the wanted positions a strip holds; 0 if not even one fits.

        If not all, then as many as are summed together, or a multiple of that.
        """
        if self.quads(wanted) <= _QUADS:
            return wanted
        most = max((n for n in range(1, wanted) if self.quads(n) <= _QUADS), default=0)
        return most // _TOGETHER * _TOGETHER if most > _TOGETHER else most


def scale_tables(
    multiplier: Constant, shift: Constant, limits: Array
) -> tuple[Constant, Constant] | None:
    """Return the tables of hg_requantize_double as hg_requantize_right takes them, if it can."""
    right = -shift.values.astype(np.int64)
    usable = np.isin(right, _SHIFTS) & (multiplier.values > 0) & (limits < _SUM_LIMIT)
    if not usable.all():
        return None
    return (
        multiplier,
        replace(
            shift, values=right.astype(np.int8), comment="bits to the right, one an output channel"
        ),
    )
