"""Every way to compute a network: all give the same bits, and sums of costs find the best."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from support import host_model

from hargen.errors import ModelError
from hargen.importers.model_file import read
from hargen.optimize.passes import optimize_apart
from hargen.plan.choice import Choice, Way
from hargen.plan.combine import Cost, Costs, combine
from hargen.plan.planner import make_chosen_plan
from hargen.plan.space import Segment, segments

NETWORKS = sorted((Path(__file__).parents[1] / "bench/networks").glob("*.tflite"))
GMP = Path(__file__).parents[1] / "golden"


def some_choice(found: tuple[Segment, ...], seed: int) -> Choice:
    generator = random.Random(seed)
    layers = [
        (candidate.layer, generator.choice(Way.all(candidate.kernel.function)))
        for segment in found
        for candidate in generator.choice(segment.alternatives).candidates
    ]
    return Choice("-O2", tuple(layers))


@pytest.mark.parametrize("path", NETWORKS, ids=lambda path: path.stem)
def test_any_way_gives_the_bits_of_the_reference(path: Path, tmp_path: Path) -> None:
    model = read(path)
    graph = optimize_apart(model.graph)
    found = segments(graph)
    generator = np.random.default_rng(5)
    size = graph.tensors[graph.input].size
    windows = generator.normal(0.0, 5.0, (3, size)).astype(np.float32)
    for seed in range(2):
        plan = make_chosen_plan(graph, some_choice(found, seed))
        folder = tmp_path / str(seed)
        folder.mkdir()
        host_model.write_plan(model, plan, folder)
        ran = host_model.run_program(host_model.compile_model(folder), plan, windows)
        expected = host_model.run_reference(model, plan, windows)
        assert np.array_equal(ran.outputs.view(np.uint8), expected.outputs.view(np.uint8))
        for a, b in zip(ran.layers, expected.layers, strict=True):
            assert np.array_equal(a, b)


def test_there_is_something_to_choose() -> None:
    for path in NETWORKS:
        found = segments(optimize_apart(read(path).graph))
        assert any(len(segment.alternatives) > 1 for segment in found), path.stem


@pytest.mark.parametrize(("name", "macro"), [("for_size", "COLD"), ("unrolled", "UNROLLED")])
def test_how_a_layer_is_compiled_is_said_in_c(name: str, macro: str, tmp_path: Path) -> None:
    model = read(NETWORKS[0])
    graph = optimize_apart(model.graph)
    layers = some_choice(segments(graph), 1).layers
    so = [index for index, (_, way) in enumerate(layers) if getattr(way, name)]
    assert 0 < len(so) < len(layers)
    host_model.write_plan(model, make_chosen_plan(graph, Choice("-O2", layers)), tmp_path)
    text = (tmp_path / "net.c").read_text(encoding="utf-8")
    assert [i for i in range(len(layers)) if f"HG_{macro} void net_layer_{i}(" in text] == so


def test_a_choice_of_another_network_is_refused() -> None:
    graph = optimize_apart(read(NETWORKS[0]).graph)
    other = some_choice(segments(optimize_apart(read(NETWORKS[1]).graph)), 0)
    with pytest.raises(ModelError, match=r"does not compute this operator|not this network's"):
        make_chosen_plan(graph, other)


def made_up(found: tuple[Segment, ...], seed: int) -> Costs:
    generator = random.Random(seed)
    return {
        (candidate.layer, Way(candidate.kernel.function, small)): Cost(
            generator.randrange(1, 1000), generator.randrange(1, 1000), generator.randrange(1, 500)
        )
        for segment in found
        for one in segment.alternatives
        for candidate in one.candidates
        for small in (False, True)
    }


def every_choice(found: tuple[Segment, ...], costs: Costs) -> Iterator[tuple[float, float]]:
    """Yield instructions and flash of every way through the network."""
    ways = [
        [
            (
                sum(costs[c.layer, Way(c.kernel.function, s)].instructions for c, s in layers),
                sum(
                    costs[c.layer, Way(c.kernel.function, s)].code + c.constants for c, s in layers
                ),
            )
            for one in segment.alternatives
            for small in product((False, True), repeat=len(one.candidates))
            for layers in [list(zip(one.candidates, small, strict=True))]
        ]
        for segment in found
    ]
    for parts in product(*ways):
        yield sum(part[0] for part in parts), sum(part[1] for part in parts)


@pytest.mark.parametrize("seed", range(3))
def test_sums_find_the_whole_front(seed: int) -> None:
    path = next(path for path in NETWORKS if path.stem == "mlp")
    graph = optimize_apart(read(path).graph)
    found = segments(graph)
    costs = made_up(found, seed)
    points = combine(graph, found, "-O3", costs, Cost(0, 0, 0), 1e6)
    every = set(every_choice(found, costs))
    front = {
        one
        for one in every
        if not any(other != one and other[0] <= one[0] and other[1] <= one[1] for other in every)
    }
    assert front <= {(p.instructions, p.flash) for p in points}
