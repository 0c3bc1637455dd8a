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
    inputs = int(rng.choice([1, 5, 24, 60, 300]))
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


def draw_rbf_machine(seed: int, features: int) -> tuple[bytes, np.ndarray]:
    """Return a random .svm of decisions alone, and windows for it, near and far."""
    rng = np.random.default_rng(seed)
    classes = int(rng.choice([2, 4, 6, 12]))
    layer = draw_rbf(rng, classes, features)
    machine = of.Machine(classes=[f"c{i}" for i in range(classes)], inputs=features, layers=[layer])
    reach = np.sqrt(layer.farthest / features) / layer.steps_in_one
    windows = rng.normal(0.0, reach * 2.0 ** rng.uniform(-6, 0, (30, 1)), (30, features))
    windows[0] = np.nan
    windows[1] *= 1e9
    return of.dumps(machine), windows.astype(np.float32)


def draw_linear_machine(seed: int, inputs: int) -> tuple[bytes, np.ndarray]:
    """Return a random .svm of a linear kernel, and windows for it."""
    rng = np.random.default_rng(seed)
    classes = int(rng.choice([2, 3, 5, 6]))  # 1, 3, 10 and 15 decisions
    layer = draw_fully_connected(rng, inputs, pair_count(classes))
    machine = of.Machine(classes=[f"c{i}" for i in range(classes)], inputs=inputs, layers=[layer])
    reach = layer.limit / layer.steps_in_one
    windows = rng.normal(0.0, reach * 2.0 ** rng.uniform(-6, 1, (30, 1)), (30, inputs))
    windows[0] = np.nan
    windows[1] = np.inf
    return of.dumps(machine), windows.astype(np.float32)


def floats(rng: np.random.Generator, count: int) -> list[float]:
    return [float(np.float32(value)) for value in rng.normal(0.0, 2.0, count)]


def draw_fully_connected(rng: np.random.Generator, inputs: int, outputs: int) -> of.FullyConnected:
    weights = rng.integers(-128, 128, (outputs, inputs))
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


def draw_rbf(
    rng: np.random.Generator, classes: int, features: int, *, counts: list[int] | None = None
) -> of.Rbf:
    """Return decisions whose sums come near what 32 and 64 bits hold; counts: vectors a class."""
    if counts is None:
        counts = rng.integers(1, int(rng.choice([12, 120])), classes).tolist()
    total = sum(counts)
    largest = bool(rng.integers(2))
    coefficients = rng.integers(-32768, 32768, (classes - 1, total))
    coefficients[rng.random(coefficients.shape) < 0.3] = 0
    if largest:
        coefficients[:] = np.where(coefficients < 0, -32768, 32767)
    vectors = rng.integers(-127, 128, (total, features))
    if largest:
        vectors[0] = np.where(vectors[0] < 0, -127, 127)
    norm_unit = int(rng.integers(1, 256))
    norms = rng.integers(0, 2**14, total)
    # Sums of two vectors are to reach what 32 bits hold; the window's part of them is this.
    room = (2**31 - 1) // 257 - 1 - norm_unit * int(norms.max())
    length = float(np.sqrt((vectors.astype(float) ** 2).sum(axis=1).max()))
    farthest = min(int((room / length) ** 2), 32767**2 - 1)
    # Largest sums are some 2^23: with few bits, most kernels are 0.
    fraction_bits = int(rng.choice([4, *range(15, 21), *range(15, 21)]))
    # The farthest windows are up to 64 halvings away.
    multiplier = 2.0 ** (rng.uniform(0, 6) + fraction_bits + 32) / farthest
    rbf = of.Rbf(
        vectors_per_class=counts,
        steps_in_one=float(np.float32(np.sqrt(farthest / features) * 2.0 ** rng.uniform(-8, 1))),
        vectors=vectors.tolist(),
        norms=norms.tolist(),
        scales=rng.integers(1, 256, total).tolist(),
        coefficients=coefficients.tolist(),
        bias=[0] * pair_count(classes),
        norm_unit=norm_unit,
        fraction_bits=fraction_bits,
        farthest=farthest,
        multiplier=min(2**32 - 1, int(multiplier)),
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
