"""Powers of two with a negative fraction as exponent: the table of hg_svm_s8.h."""

from __future__ import annotations

PIECES = 32
"""HG_SVM_S8_KNOTS_LOG2 in firmware/runtime/hg_svm_s8.h; straight lines between them err by 6e-5."""

_ONE = 2.0**30


def halving_table() -> list[int]:
    """Return 2^(-i / PIECES) in Q1.30 for i = 0 to PIECES."""
    return [round(_ONE * 2.0 ** (-i / PIECES)) for i in range(PIECES + 1)]
