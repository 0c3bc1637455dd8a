"""Quantized support vector machines: random ones up to the edges of their integers, and runs."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
from support.host_model import ROOT, Run, compile_model, run_program, write_sources

from hargen.importers.model_file import parse
from hargen.importers.svm import machine as of
from hargen.importers.svm.build import read_graph
from hargen.ir.ops.svm import pair_count
from hargen.ir.ops.svm_int8 import SvmDecisionInt8

PATH = Path("machine.svm")


def c_run(
    content: bytes,
    windows: np.ndarray,
    folder: Path,
    runtime: Path = ROOT / "firmware/runtime",
    **options: object,
) -> Run:
    """Return what the generated C gives, every layer, under the sanitizers."""
    plan = write_sources(parse(PATH, content), folder)
    return run_program(compile_model(folder, runtime=runtime, **options), plan, windows)


def broken_runtime(folder: Path, header: str, old: str, new: str) -> Path:
    """Return a copy of the kernels with one mistake."""
    broken = folder / "runtime"
    shutil.copytree(ROOT / "firmware/runtime", broken)
    text = (broken / header).read_text(encoding="utf-8")
    assert text.count(old) == 1, (header, old)
    (broken / header).write_text(text.replace(old, new), encoding="utf-8")
    return broken


def draw_machine(seed: int) -> tuple[bytes, np.ndarray]:
    """Return a random .svm, some of it at the largest values allowed, and windows for it."""
    rng = np.random.default_rng(seed)
    classes = int(rng.choice([2, 3, 4, 5, 9, 17]))
    inputs = int(rng.choice([1, 5, 24, 60]))
    layers: list[of.Layer] = []
    if rng.integers(2):
        layers.append(of.Add(values=floats(rng, inputs)))
    if rng.integers(2):
        layers.append(of.Mul(values=floats(rng, inputs)))
    features = inputs
    linear = rng.integers(4) == 0
    if linear or rng.integers(2):
        features = pair_count(classes) if linear else int(rng.choice([1, 3, 4, 33, 130]))
        layers.append(draw_fully_connected(rng, inputs, features))
    if not linear:
        layers.append(draw_rbf(rng, classes, features))
    if rng.integers(2):
        pairs = pair_count(classes)
        slopes = [-abs(value) for value in floats(rng, pairs)]
        layers += [of.Platt(slopes=slopes, offsets=floats(rng, pairs)), of.Couple()]
    machine = of.Machine(classes=[f"c{i}" for i in range(classes)], inputs=inputs, layers=layers)
    windows = rng.normal(0.0, 10.0 ** rng.uniform(-2, 3, (30, 1)), (30, inputs))
    windows[:5] *= 10.0
    windows[0] = 0.0
    windows[1] = np.nan
    windows[2] = np.inf
    windows[3] = -3e38
    return of.dumps(machine), windows.astype(np.float32)


def floats(rng: np.random.Generator, count: int) -> list[float]:
    return [float(np.float32(value)) for value in rng.normal(0.0, 2.0, count)]


def draw_fully_connected(rng: np.random.Generator, inputs: int, outputs: int) -> of.FullyConnected:
    weights = rng.integers(-127, 128, (outputs, inputs))
    if rng.integers(2):
        weights[0] = 127
    most = int(np.abs(weights).sum(axis=1).max())
    return of.FullyConnected(
        steps_in_one=float(np.float32(10.0 ** rng.uniform(0, 4))),
        limit=min(32767, (2**31 - 1) // max(most, 1)),
        weights=weights.tolist(),
        scales=[abs(value) * 1e-4 for value in floats(rng, outputs)],
        offsets=floats(rng, outputs),
    )


def draw_rbf(rng: np.random.Generator, classes: int, features: int) -> of.Rbf:
    """Return decisions whose sums come near what 32 and 64 bits hold."""
    counts = rng.integers(1, 12, classes)
    total = int(counts.sum())
    largest = bool(rng.integers(2))
    steps = np.full(features, 255) if largest else rng.integers(1, 256, features)
    coefficients = rng.integers(-32768, 32768, (classes - 1, total))
    coefficients[rng.random(coefficients.shape) < 0.3] = 0
    if largest:
        coefficients[:] = np.where(coefficients < 0, -32768, 32767)
    # A distance of a few features' steps is a few halvings.
    spread = float((128 * steps.astype(float)).max() * 2 ** rng.uniform(-4, 6)) ** 2
    halvings = 1.0 / spread
    shift = max(0, int(np.floor(-26 - np.log2(halvings))))
    rbf = of.Rbf(
        vectors_per_class=counts.tolist(),
        steps_in_one=float(np.float32(steps.max() * 2.0 ** rng.uniform(0, 6))),
        steps=steps.tolist(),
        vectors=rng.integers(-128, 128, (total, features)).tolist(),
        exponents=rng.integers(0, 5, total).tolist(),
        coefficients=coefficients.tolist(),
        bias=[0] * pair_count(classes),
        distance_shift=shift,
        multiplier=min(2**32 - 1, int(halvings * 2.0 ** (58 + shift))),
        decision_shift=62,
        decision_scale=float(np.float32(1e-8)),
    )
    machine = of.Machine(classes=[f"c{i}" for i in range(classes)], inputs=features, layers=[rbf])
    graph, _ = read_graph(of.dumps(machine))
    (operator,) = (o for o in graph.operators if isinstance(o, SvmDecisionInt8))
    bound = max(operator.sum_bounds(graph.tensors)) - (1 << 61)  # without the half of the rounding
    shift = max(1, bound.bit_length() - 31)
    while (bound + (1 << (shift - 1)) >> shift) + 1 >= 2**31:
        shift += 1
    room = 2**31 - 2 - (bound + (1 << (shift - 1)) >> shift)
    bias = rng.integers(-room, room + 1, pair_count(classes))
    return rbf.model_copy(update={"decision_shift": shift, "bias": bias.tolist()})
