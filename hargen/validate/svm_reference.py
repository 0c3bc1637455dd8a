"""The judge of quantized support vector machines: the arithmetic of docs/numerics.md in NumPy.

It shares no line with the C: it reads the .svm file itself, takes integers of 64 bits and whole
arrays, and has its own fused multiply-add. That the classes are right is for onnxruntime to say,
on the machine that the file was quantized from.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hargen.errors import ModelError
from hargen.importers.svm import machine as of
from hargen.importers.svm.machine import loads
from hargen.validate.float32 import Singles, exp_of_negative, fma

NAME = "hargen's model in NumPy"
FIRST_BYTE = b"{"

_Integers = NDArray[np.int64]
_WINDOWS_AT_ONCE = 256  # all distances of so many windows are in memory together
_POLYNOMIAL = (-83769260, 368365768, -1052604537, 1518228838)  # of 2^-f, from f^3 to 1
_LIMIT = 32767  # of a feature in steps
_FAR = 2**30
_ROUNDS = 100


@dataclass(frozen=True, eq=False)
class Answers:
    """layers: (n, values) float32 of each; outputs: the last of them; classes: (n,) the votes."""

    layers: tuple[Singles, ...]
    outputs: Singles
    classes: NDArray[np.int64]


def version() -> str:
    """Return the version of NumPy."""
    return np.__version__


def run(model: bytes, windows: NDArray[Any]) -> Answers:
    """Return what a quantized machine makes of every window.

    Args:
        model: the bytes of an .svm file that hargen.importers has read.
        windows: (n, inputs) float32.

    Raises:
        ModelError: the file is corrupt, or the windows do not fit it.
    """
    found = loads(model)
    if windows.ndim != 2 or windows.shape[1] != found.inputs:
        raise ModelError(
            "the windows do not fit the model",
            why=f"it takes {found.inputs} values, got windows of shape {windows.shape[1:]}",
        )
    x = windows.astype(np.float32)
    layers: list[Singles] = []
    decisions: Singles | None = None
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        for layer in found.layers:
            if isinstance(layer, of.Platt):
                decisions = x
            x = _compute(layer, x, len(found.classes))
            layers.append(x)
    decisions = x if decisions is None else decisions
    return Answers(tuple(layers), x, _votes(decisions, len(found.classes)))


def _compute(layer: of.Layer, x: Singles, classes: int) -> Singles:
    if isinstance(layer, of.Add):
        return x + np.array(layer.values, np.float32)
    if isinstance(layer, of.Mul):
        return x * np.array(layer.values, np.float32)
    if isinstance(layer, of.FullyConnected):
        return _fully_connected(layer, x)
    if isinstance(layer, of.Rbf):
        parts = [x[i : i + _WINDOWS_AT_ONCE] for i in range(0, len(x), _WINDOWS_AT_ONCE)]
        pairs = len(layer.bias)
        found = [_decisions(layer, part) for part in parts]
        return np.concatenate([np.zeros((0, pairs), np.float32), *found])
    if isinstance(layer, of.Platt):
        return _platt(layer, x)
    return _couple(x, classes)


def _to_steps(x: Singles, steps_in_one: float, limit: int | _Integers) -> _Integers:
    """Return round(x * steps_in_one), halves away from zero, within +-limit; NaN is -limit."""
    scaled = x * np.float32(steps_in_one)
    whole = np.trunc(scaled)
    rounded = whole + np.copysign(np.abs(scaled - whole) >= np.float32(0.5), scaled)
    defined = np.where(np.isnan(scaled), -np.inf, rounded.astype(np.float64))
    return np.clip(defined, -limit, limit).astype(np.int64)


def _fully_connected(layer: of.FullyConnected, x: Singles) -> Singles:
    sums = _to_steps(x, layer.steps_in_one, layer.limit) @ np.array(layer.weights, np.int64).T
    scales, offsets = (np.array(v, np.float32) for v in (layer.scales, layer.offsets))
    shape = sums.shape
    return fma(
        sums.astype(np.float32), np.broadcast_to(scales, shape), np.broadcast_to(offsets, shape)
    )


def _decisions(layer: of.Rbf, x: Singles) -> Singles:
    features = _to_steps(x, layer.steps_in_one, _LIMIT)
    squared = (features**2).sum(axis=1)
    is_far = squared > layer.farthest
    features[is_far] = 0
    base = np.where(is_far, _FAR, np.where(is_far, 0, squared) * layer.multiplier >> 32)
    norms = layer.norm_unit * np.array(layer.norms, np.int64)
    products = norms - features @ np.array(layer.vectors, np.int64).T
    distances = base[:, np.newaxis] + (products * np.array(layer.scales, np.int64) >> 8)
    kernels = _kernels(distances, layer.fraction_bits)
    coefficients = np.array(layer.coefficients, np.int64)
    own = np.repeat(np.arange(len(layer.vectors_per_class)), layer.vectors_per_class)
    sums = [
        kernels[:, own == low] @ coefficients[high - 1, own == low]
        + kernels[:, own == high] @ coefficients[low, own == high]
        for low, high in combinations(range(len(layer.vectors_per_class)), 2)
    ]
    half = 1 << (layer.decision_shift - 1)
    rounded = (np.stack(sums, axis=1) + half) >> layer.decision_shift
    decisions = np.array(layer.bias, np.int64) + rounded
    return decisions.astype(np.float32) * np.float32(layer.decision_scale)


def _kernels(distances: _Integers, fraction_bits: int) -> _Integers:
    """Return 2^-h of distances h, which have so many bits of fraction; 1 is 23168."""
    one = 1 << fraction_bits
    halvings = np.floor_divide(distances + one // 2, one)  # to the nearest
    fraction = distances - halvings * one << 32 - fraction_bits
    power = np.full(distances.shape, _POLYNOMIAL[0], np.int64)
    for coefficient in _POLYNOMIAL[1:]:
        power = coefficient + (power * fraction >> 32)
    kernels: _Integers = power >> np.clip(halvings, 0, 31) >> 16
    return kernels


def _platt(layer: of.Platt, decisions: Singles) -> Singles:
    slopes, offsets = (
        np.broadcast_to(np.array(v, np.float32), decisions.shape)
        for v in (layer.slopes, layer.offsets)
    )
    argument = fma(decisions, slopes, offsets)
    one = np.float32(1.0)
    larger = one / (one + exp_of_negative(-np.abs(argument)))
    value = np.where(argument < 0.0, larger, one - larger)
    lowest = np.float32(1e-7)
    return np.clip(value, lowest, one - lowest)


def _couple(pairwise: Singles, classes: int) -> Singles:
    """Return the classes' probabilities by Wu, Lin and Weng's second method, its stopping rule.

    The order of every sum is that of docs/numerics.md: over the classes, from the first on.
    """
    one, n = np.float32(1.0), len(pairwise)
    against = np.zeros((n, classes, classes), np.float32)  # of the first, given it is one of both
    for index, (low, high) in enumerate(combinations(range(classes), 2)):
        against[:, low, high] = pairwise[:, index]
        against[:, high, low] = one - pairwise[:, index]
    q = np.zeros_like(against)
    for low, high in combinations(range(classes), 2):
        value = against[:, low, high]
        q[:, low, high] = q[:, high, low] = -(value * (one - value))
    for i in range(classes):
        for j in range(classes):
            if j != i:
                q[:, i, i] = fma(against[:, j, i], against[:, j, i], q[:, i, i])
    p = np.full((n, classes), one / np.float32(classes), np.float32)
    tolerance = np.float32(0.005) / np.float32(classes)
    running = np.arange(n)
    for _ in range(_ROUNDS):
        products, objective = _products(q[running], p[running])
        largest = np.abs(products - objective[:, np.newaxis]).max(axis=1)
        going = ~(largest < tolerance)
        running, products, objective = running[going], products[going], objective[going]
        if not len(running):
            break
        p[running] = _improve(q[running], p[running], products, objective)
    return p


def _products(q: Singles, p: Singles) -> tuple[Singles, Singles]:
    """Return Q p, and p Q p."""
    products, objective = np.zeros_like(p), np.zeros(len(p), np.float32)
    for i in range(p.shape[1]):
        for j in range(p.shape[1]):
            products[:, i] = fma(q[:, i, j], p[:, j], products[:, i])
        objective = fma(p[:, i], products[:, i], objective)
    return products, objective


def _improve(q: Singles, p: Singles, products: Singles, objective: Singles) -> Singles:
    """Return p with each class at its optimum in turn, all scaled to one after each."""
    p, products = p.copy(), products.copy()
    one, two = np.float32(1.0), np.float32(2.0)
    for i in range(p.shape[1]):
        diagonal = q[:, i, i]
        step = (objective - products[:, i]) / diagonal
        total = one + step
        grown = fma(step, diagonal, two * products[:, i])
        p[:, i] += step
        objective = fma(step, grown, objective) / total / total
        for j in range(p.shape[1]):
            products[:, j] = fma(step, q[:, i, j], products[:, j]) / total
            p[:, j] /= total
    return p


def _votes(decisions: Singles, classes: int) -> NDArray[np.int64]:
    """Return the winner of the vote of all pairs; the first of equals."""
    votes = np.zeros((len(decisions), classes), np.int64)
    for index, (low, high) in enumerate(combinations(range(classes), 2)):
        for_low = decisions[:, index] > 0.0
        votes[:, low] += for_low
        votes[:, high] += ~for_low
    winners: NDArray[np.int64] = np.argmax(votes, axis=1).astype(np.int64)
    return winners
