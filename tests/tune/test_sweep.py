"""The images of a sweep have every way of every layer."""

from __future__ import annotations

from pathlib import Path

import pytest

from hargen.importers.model_file import read
from hargen.optimize.passes import optimize_apart
from hargen.plan.choice import SMALL_AT, Way
from hargen.plan.planner import make_chosen_plan
from hargen.plan.space import segments
from hargen.tune.sweep import LEVELS, sweep

NETWORKS = sorted((Path(__file__).parents[1] / "bench/networks").glob("*.tflite"))


@pytest.mark.parametrize("path", NETWORKS, ids=lambda path: path.stem)
def test_nothing_is_left_out_and_every_image_can_be_made(path: Path) -> None:
    graph = optimize_apart(read(path).graph)
    found = segments(graph)
    images = sweep(found)
    measured = {(layer, image.level, way) for image in images for layer, way in image.layers}
    for segment in found:
        for one in segment.alternatives:
            for candidate in one.candidates:
                layer, kernel = candidate.layer, candidate.kernel.function
                assert all((layer, level, Way(kernel)) in measured for level in LEVELS)
                assert all(
                    (layer, level, Way(kernel, unrolled=True)) in measured
                    for level in ("-O2", "-O3")
                )
                assert (layer, SMALL_AT, Way(kernel, for_size=True)) in measured
    for image in images:
        make_chosen_plan(graph, image)
    most = max(len(segment.alternatives) for segment in found)
    assert len(set(images)) == len(images) <= 12 * most


def test_what_an_estimate_does_not_choose_need_not_be_measured_for_it() -> None:
    found = segments(optimize_apart(read(NETWORKS[0]).graph))
    images = sweep(found, unrolled=False)
    assert images
    assert not any(way.unrolled for image in images for _, way in image.layers)
