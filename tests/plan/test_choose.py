"""What an export decides by estimate."""

from __future__ import annotations

from pathlib import Path

import pytest

from hargen.errors import LimitError
from hargen.importers.model_file import read
from hargen.ir.graph import Graph
from hargen.optimize.passes import optimize_apart
from hargen.plan import costs
from hargen.plan.choice import LEVELS, SMALL_AT, Optimize
from hargen.plan.choose import choose
from hargen.plan.front import Limits, Point, score
from hargen.plan.planner import make_chosen_plan
from hargen.plan.space import segments

NETWORKS = sorted((Path(__file__).parents[1] / "bench/networks").glob("*.tflite"))
CLOCK = 160e6
WORDS: tuple[Optimize, ...] = ("speed", "balanced", "size")


def apart(path: Path) -> Graph:
    return optimize_apart(read(path).graph)


def chosen(graph: Graph, optimize: Optimize, limits: Limits | None = None) -> Point:
    return choose(graph, optimize, limits or Limits(), CLOCK)


@pytest.mark.parametrize("path", NETWORKS, ids=lambda path: path.stem)
def test_the_words_mean_what_they_say(path: Path) -> None:
    graph = apart(path)
    found = {word: chosen(graph, word) for word in WORDS}
    assert score(found["speed"], "speed") == min(score(one, "speed") for one in found.values())
    light = [one for one in found.values() if one.is_light]
    for word in ("balanced", "size"):
        best = min(score(one, word) for one in light or found.values())
        assert score(found[word], word) <= best
    speed = found["speed"]
    assert speed.ram == make_chosen_plan(graph, speed.choice).arena_size


def test_the_same_network_gets_the_same_ways() -> None:
    graph = apart(NETWORKS[0])
    assert chosen(graph, "balanced").choice == chosen(apart(NETWORKS[0]), "balanced").choice


def test_limits_are_kept_or_refused() -> None:
    graph = apart(NETWORKS[0])
    speed, size = chosen(graph, "speed"), chosen(graph, "size")
    between = (speed.flash + size.flash) // 2
    found = chosen(graph, "speed", Limits(flash=between))
    assert found.flash <= between
    assert found.instructions >= speed.instructions
    with pytest.raises(LimitError, match=r"at least \d+ B of flash"):
        chosen(graph, "speed", Limits(flash=size.flash // 2))
    with pytest.raises(LimitError, match=r"at least \d+ B of RAM"):
        chosen(graph, "speed", Limits(ram=16))
    with pytest.raises(LimitError, match=r"at least [\d.]+ us"):
        chosen(graph, "size", Limits(us=1.0))


@pytest.mark.parametrize("path", NETWORKS, ids=lambda path: path.stem)
def test_every_kernel_was_measured(path: Path) -> None:
    """A kernel that is missing here: python tools/fit_costs.py."""
    known = {(fit.kernel, fit.level, fit.for_size): fit.instructions for fit in costs.load().fits}
    for segment in segments(apart(path)):
        for one in segment.alternatives:
            for candidate in one.candidates:
                for level in LEVELS.values():
                    for part in candidate.parts(level):
                        assert (part.function, level, False) in known
                        assert set(part.features.time) >= set(known[part.function, level, False])
                for part in candidate.parts(SMALL_AT):
                    assert (part.function, SMALL_AT, True) in known


def test_the_file_is_as_the_fit_writes_it() -> None:
    path = Path(costs.__file__).with_name(costs.FILE_NAME)
    assert costs.load().to_json() == path.read_text(encoding="utf-8")
