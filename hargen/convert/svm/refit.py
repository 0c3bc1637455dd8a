"""Coefficients that make up for rounded vectors.

A decision is a sum of kernels around the vectors. Rounding moves the vectors, and where large
coefficients of both signs nearly cancel, a little is much. Of all sums of kernels around the
rounded vectors, the one nearest to the float decision (in the kernel's own Hilbert space, where
distances between functions bound those of their values) solves one set of linear equations:
K(rounded, rounded) a = K(rounded, exact) c. No data are needed for it.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

MAX_VECTORS = 4096
"""Of a pair of classes: the equations take the cube of it in time."""

_RIDGE = 1e-4
"""Against coefficients that grow without a gain: kernels of one are on the diagonal."""


def refit(
    exact: Floats, rounded: Floats, coefficients: Floats, counts: tuple[int, ...], gamma: float
) -> Floats:
    """Return coefficients (classes - 1, vectors) for the rounded vectors; zeros stay zeros.

    Args:
        exact: (vectors, features), ordered by class.
        rounded: the same, as the integers stand for.
        coefficients: (classes - 1, vectors), rows as those of SvmDecision.
        counts: vectors of each class.
        gamma: of the RBF kernel.
    """
    own = np.repeat(np.arange(len(counts)), counts)
    found = coefficients.copy()
    for low, high in combinations(range(len(counts)), 2):
        rows = np.where(own == low, high - 1, low)
        of_pair = (own == low) | (own == high)
        members = np.flatnonzero(of_pair & (coefficients[rows, np.arange(len(own))] != 0.0))
        if not 1 <= len(members) <= MAX_VECTORS:
            continue
        given = coefficients[rows[members], members]
        between = kernel(rounded[members], rounded[members], gamma)
        missing = (kernel(rounded[members], exact[members], gamma) - between) @ given
        between[np.diag_indices_from(between)] += _RIDGE
        found[rows[members], members] = given + np.linalg.solve(between, missing)
    return found


def kernel(a: Floats, b: Floats, gamma: float) -> Floats:
    """Return exp(-gamma |a - b|^2) of all rows of a with all of b."""
    squared = (a**2).sum(axis=1)[:, np.newaxis] - 2.0 * a @ b.T + (b**2).sum(axis=1)
    return np.asarray(np.exp(-gamma * np.maximum(squared, 0.0)), dtype=np.float64)
