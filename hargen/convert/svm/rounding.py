"""A float classifier's graph, layer by layer, as the integers of an .svm file."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt

from hargen.convert.svm.refit import refit
from hargen.convert.svm.vectors import round_vectors
from hargen.errors import ModelError
from hargen.importers.model_file import ModelFile
from hargen.importers.svm import machine as of
from hargen.ir.graph import Graph
from hargen.ir.operator import Operator, TensorId
from hargen.ir.ops.binary import Add, Mul
from hargen.ir.ops.fully_connected import FullyConnected
from hargen.ir.ops.hybrid_fully_connected import MAX_STEPS
from hargen.ir.ops.svm import SvmDecision, SvmKernel, SvmPairProbability, SvmProbability
from hargen.ir.ops.svm_int8 import LARGEST_KERNEL, MAX_SIZE, ONE
from hargen.ir.ops.weighted import SUM_LIMIT

Floats = npt.NDArray[np.float64]

_HEADROOM = 2.0
"""Inputs twice as large as those seen are still within the limit: 16 bits have room for it."""

_LARGEST_COEFFICIENT = 2**15 - 1


def round_machine(model: ModelFile, classes: tuple[str, ...], x: npt.NDArray[np.float32]) -> bytes:
    """Return the .svm file of a float classifier.

    Args:
        model: an .onnx file as it was read.
        classes: names of its classes.
        x: (n, inputs), windows that the ranges of the inputs are taken from.

    Raises:
        ModelError: the kernel is not supported, or its numbers do not fit integers.
    """
    rounding = _Rounding(model.graph, x.astype(np.float64))
    for operator in model.graph.operators:
        rounding.take(operator)
    return of.dumps(
        of.Machine(
            source=of.Source(file=model.path.name, sha256=model.sha256),
            classes=list(classes),
            inputs=x.shape[1],
            layers=rounding.layers,
        )
    )


@dataclass(eq=False)
class _Rounding:
    """values: of the calibration windows, in float, behind the layers so far."""

    graph: Graph
    values: Floats

    def __post_init__(self) -> None:
        self.layers: list[of.Layer] = []

    def take(self, operator: Operator) -> None:
        """Append an operator's layer.

        Raises:
            ModelError: it has none.
        """
        if isinstance(operator, Add | Mul):
            self._binary(operator)
        elif isinstance(operator, FullyConnected):
            self._fully_connected(operator)
        elif isinstance(operator, SvmDecision):
            self._decisions(operator)
        elif isinstance(operator, SvmPairProbability):
            slopes, offsets = self._data(operator.slopes), self._data(operator.offsets)
            self.layers.append(of.Platt(slopes=slopes.tolist(), offsets=offsets.tolist()))
        elif isinstance(operator, SvmProbability):
            self.layers.append(of.Couple())
        else:
            raise operator.fail("there is no such layer in a quantized classifier")

    def _binary(self, operator: Add | Mul) -> None:
        constant = self._data(operator.rhs).reshape(-1)
        if isinstance(operator, Add):
            self._add(constant)
        else:
            self.layers.append(of.Mul(values=constant.tolist()))
            self.values = self.values * constant

    def _add(self, values: Floats) -> None:
        self.layers.append(of.Add(values=values.tolist()))
        self.values = self.values + values

    def _move(self, values: Floats) -> None:
        """Add to the features; distances between them stay the same."""
        last = self.layers[-1] if self.layers else None
        if isinstance(last, of.FullyConnected):
            offsets = (np.array(last.offsets) + values).tolist()
            self.layers[-1] = last.model_copy(update={"offsets": offsets})
            self.values = self.values + values
        elif values.any():
            self._add(values)

    def _fully_connected(self, operator: FullyConnected) -> None:
        exact = self._data(operator.weights)
        offsets = np.zeros(len(exact)) if operator.bias is None else self._data(operator.bias)
        scales = np.abs(exact).max(axis=1) / 127.0
        scales[scales == 0.0] = 1.0
        weights = np.rint(exact / scales[:, np.newaxis]).astype(np.int64)
        most = max(int(np.abs(weights).sum(axis=1).max()), 1)
        limit = min(MAX_STEPS, (SUM_LIMIT - 1) // most)
        largest = float(np.abs(self.values).max()) or 1.0
        steps_in_one = float(np.float32(limit / (_HEADROOM * largest)))
        self.layers.append(
            of.FullyConnected(
                steps_in_one=steps_in_one,
                limit=limit,
                weights=weights.tolist(),
                scales=(scales / steps_in_one).tolist(),
                offsets=offsets.tolist(),
            )
        )
        self.values = self.values @ exact.T + offsets

    def _decisions(self, operator: SvmDecision) -> None:
        if operator.kernel is not SvmKernel.RBF:
            raise ModelError(
                "a polynomial kernel has no integer form",
                where=operator.name,
                hint="train with SVC(kernel='rbf') or 'linear', or leave it in float32",
            )
        used = operator.partners(self.graph.tensors).any(axis=1)
        if not used.any():
            raise operator.fail("all coefficients are zero")
        own = np.repeat(np.arange(operator.classes), operator.vectors_per_class)[used]
        counts = tuple(np.bincount(own, minlength=operator.classes).tolist())
        vectors = self._data(operator.vectors)[used]
        if vectors.shape[1] > MAX_SIZE:
            raise ModelError(
                f"{vectors.shape[1]} features are more than the {MAX_SIZE} of a quantized one",
                where=operator.name,
                hint="put a PCA or TruncatedSVD in front of the SVC",
            )
        center = np.median(vectors, axis=0)
        self._move(-center)
        vectors = vectors - center
        rounded = round_vectors(vectors, operator.gamma)
        if rounded is None:
            raise ModelError(
                f"gamma {operator.gamma:g} is too large for the vectors' range",
                where=operator.name,
                why="the kernel changes faster than steps of int8 can tell",
                hint="train with a smaller gamma, such as 'scale', or leave it in float32",
            )
        coefficients = refit(
            vectors,
            rounded.real,
            self._data(operator.coefficients)[:, used],
            counts,
            operator.gamma,
        )
        coefficients = coefficients * rounded.factors
        scale = float(np.abs(coefficients).max()) / _LARGEST_COEFFICIENT
        integers = np.rint(coefficients / scale).astype(np.int64)
        unit = scale / ONE
        decision_shift, bias = _decision_factor(
            integers, own, self._data(operator.bias) / unit, operator
        )
        self.layers.append(
            of.Rbf(
                vectors_per_class=list(counts),
                steps_in_one=rounded.steps_in_one,
                vectors=rounded.values.tolist(),
                norms=rounded.norms.tolist(),
                scales=rounded.scales.tolist(),
                coefficients=integers.tolist(),
                bias=bias,
                norm_unit=rounded.norm_unit,
                fraction_bits=rounded.fraction_bits,
                farthest=rounded.farthest,
                multiplier=rounded.multiplier,
                decision_shift=decision_shift,
                decision_scale=unit * 2.0**decision_shift,
            )
        )

    def _data(self, tensor: TensorId) -> Floats:
        values: npt.NDArray[Any] = np.asarray(self.graph.tensors[tensor].data)
        return values.astype(np.float64)


def _decision_factor(
    coefficients: npt.NDArray[np.int64],
    own: npt.NDArray[np.int64],
    bias: Floats,
    operator: SvmDecision,
) -> tuple[int, list[int]]:
    """Return the smallest shift with which all decisions fit 32 bits, and the shifted bias."""
    pairs = combinations(range(operator.classes), 2)
    sums = [
        int(np.abs(coefficients[high - 1, own == low]).sum())
        + int(np.abs(coefficients[low, own == high]).sum())
        for low, high in pairs
    ]
    for shift in range(1, 63):
        half = 1 << (shift - 1)
        shifted = [round(float(value) / 2.0**shift) for value in bias]
        largest = max(
            ((LARGEST_KERNEL * total + half) >> shift) + abs(value) + 1
            for total, value in zip(sums, shifted, strict=True)
        )
        if largest < SUM_LIMIT:
            return shift, shifted
    raise operator.fail("its decisions are too large for integers")
