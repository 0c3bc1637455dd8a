"""Estimates beside what was measured: the committed results of hargen bench.

The zoo's networks took no part in the fit.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from hargen.importers.model_file import read
from hargen.optimize.passes import optimize_apart
from hargen.plan import costs
from hargen.plan.choice import Optimize, Way
from hargen.plan.choose import choose
from hargen.plan.front import Limits
from hargen.plan.space import segments

BENCH = Path(__file__).parents[1] / "bench"
NETWORKS = sorted((BENCH / "networks").glob("*.tflite"))
ZOO = tuple(
    f"AST/{name}_int8.tflite" for name in ("ign_wl_24", "ign_wl_48", "gmp_wl_24", "gmp_wl_48")
)
CLOCK = 160e6
OF_NETWORK: dict[Optimize, float] = {"speed": 0.05, "size": 0.12}
OF_LAYER: dict[Optimize, float] = {"speed": 0.1, "size": 0.3}
"""Relative errors of instructions; of a layer, where it takes a tenth of the network or more. Small
code is less alike: what layers share is inlined where only one has it, and registers spill."""
OF_FLASH = 0.07


def measured(name: str, model: str) -> dict[str, Any]:
    report = json.loads((BENCH / f"results/{name}.json").read_text(encoding="utf-8"))
    found: dict[str, Any] = next(one for one in report["models"] if one["model"] == model)
    return found


def check(path: Path, model: str, results: str, optimize: Optimize) -> None:
    graph = optimize_apart(read(path).graph)
    chosen = choose(graph, optimize, Limits(), CLOCK)
    known = measured(results, model)
    total = known["instructions"]["mean"]
    assert chosen.instructions == pytest.approx(total, rel=OF_NETWORK[optimize])
    assert chosen.flash == pytest.approx(known["flash_bytes"], rel=OF_FLASH)
    estimates = costs.load().costs(segments(graph), chosen.choice.level)
    for (name, way), layer in zip(chosen.choice.layers, known["layers"], strict=True):
        mean = layer["instructions"]["mean"]
        assert way.kernel == layer["kernel"]
        if mean > 0.1 * total:
            estimate = estimates[name, Way(way.kernel, way.for_size)].instructions
            assert estimate == pytest.approx(mean, rel=OF_LAYER[optimize]), name


@pytest.mark.parametrize("path", NETWORKS, ids=lambda path: path.stem)
def test_the_ten_networks_cost_what_is_expected(path: Path) -> None:
    check(path, path.name, "networks_speed", "speed")


@pytest.mark.parametrize("optimize", ["speed", "size"])
@pytest.mark.parametrize("model", ZOO)
def test_so_do_networks_that_the_fit_did_not_see(
    model: str, optimize: Optimize, shared: Path
) -> None:
    check(shared / "zoo" / model, model, f"zoo_{optimize}", optimize)
