"""Scalers and projections in front of a classifier, taken together in float64.

What comes first is subtracted first, and never folded into the offset behind the matrix: a mean far
from zero (gravity) would there be taken away again from sums that are as large, with their rounding
errors.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from hargen.importers.onnx.values import Floats


@dataclass(frozen=True, eq=False)
class Affine:
    """(x - center) * scale + offset, or (x - center) @ matrix + offset where there is a matrix.

    center, scale: (inputs,); matrix: (inputs, outputs); offset: (outputs,).
    """

    center: Floats
    scale: Floats
    matrix: Floats | None
    offset: Floats

    @staticmethod
    def identity(size: int) -> Affine:
        """Return what changes nothing of so many inputs."""
        return Affine(np.zeros(size), np.ones(size), None, np.zeros(size))

    @property
    def outputs(self) -> int:
        """How many values come out."""
        return len(self.offset)

    def plus(self, values: Floats) -> Affine:
        """Return this with values (outputs,) added behind it."""
        untouched = self.matrix is None and bool((self.scale == 1.0).all())
        if untouched and not self.offset.any():
            return replace(self, center=self.center - values)
        return self.plus_behind(values)

    def plus_behind(self, values: Floats) -> Affine:
        """Return this with values (outputs,) added behind the matrix, never in front of it."""
        return replace(self, offset=self.offset + values)

    def times(self, factors: Floats) -> Affine:
        """Return this with its outputs multiplied by factors (outputs,)."""
        offset = self.offset * factors
        if self.matrix is None:
            return replace(self, scale=self.scale * factors, offset=offset)
        return replace(self, matrix=self.matrix * factors, offset=offset)

    def matmul(self, matrix: Floats) -> Affine:
        """Return this with a matrix (outputs, new outputs) multiplied from the right."""
        weights = (
            self.scale[:, np.newaxis] * matrix if self.matrix is None else self.matrix @ matrix
        )
        return replace(self, matrix=weights, offset=self.offset @ matrix)
