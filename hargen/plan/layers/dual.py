"""Weights of two outputs in one word, as firmware/runtime/hg_dual_s8.h reads them."""

from __future__ import annotations

import numpy as np

from hargen.ir.tensor import Array, Tensor
from hargen.plan.plan import Constant, Role

_LARGEST_INPUT = 128
_SUM_LIMIT = 2**31
_SWAPPED = [0, 2, 1, 3]


def fits(rows: Array) -> bool:
    """Whether int8 rows (outputs, inputs) can be packed, and no sum of theirs can overflow.

    A word's half holds 256 times the odd output's weight and the even one's: only -128 with a
    negative weight beside it does not fit. The sums of such halves are 256 times as large.
    """
    first, second = _pairs(rows)
    magnitudes = np.abs(first).sum(axis=1) + 256 * np.abs(second).sum(axis=1)
    return bool(
        (first + 256 * second >= -(2**15)).all()
        and (_LARGEST_INPUT * magnitudes < _SUM_LIMIT).all()
    )


def packed_weights(
    rows: Array, swapped: int, tensor: Tensor, prefix: str, *, together: int = 1
) -> Constant:
    """Return int8 rows (outputs, inputs) as quads: four inputs of two outputs in 64 bits.

    So many pairs `together` quad by quad, then the next ones; behind them, of every pair, the
    inputs that are left over. In the first `swapped` inputs the second and third of four change
    places.
    """
    first, second = _pairs(rows)
    halves = (first + 256 * second).astype("<i2")
    quads = halves[:, :swapped].reshape(len(halves), -1, 4)[:, :, _SWAPPED]
    halves[:, :swapped] = quads.reshape(len(halves), -1)
    whole = halves.shape[1] // 4 * 4
    by_quads = halves[:, :whole].reshape(len(halves), whole // 4, 4)
    groups = [
        by_quads[pair : pair + together].swapaxes(0, 1).reshape(-1)
        for pair in range(0, len(halves), together)
    ]
    flat = np.concatenate([*groups, halves[:, whole:].reshape(-1)])
    words = np.pad(flat, (0, -len(flat) % 4)).view("<u8")
    shape = "x".join(str(n) for n in tensor.shape)
    return Constant(
        f"{prefix}_weights", Role.WEIGHTS, "uint64_t", words, f"{shape}, in pairs of outputs"
    )


def _pairs(rows: Array) -> tuple[Array, Array]:
    """Return the even and the odd outputs as int64; zeros stand for one that is missing."""
    wide = np.pad(rows.astype(np.int64), ((0, len(rows) % 2), (0, 0)))
    return wide[0::2], wide[1::2]
