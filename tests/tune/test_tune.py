"""A network tuned on the virtual board."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from tune.conftest import BOARD, NETWORKS, Hargen

from hargen import manifest
from hargen.bench import counting, windows
from hargen.build import compile as compiling
from hargen.device import flashing
from hargen.emit.project import export
from hargen.errors import LimitError
from hargen.plan.front import Limits, pick
from hargen.tune.cache import Cache
from hargen.tune.measured import WINDOWS, Subject
from hargen.tune.tune import Tuned, tune
from hargen.validate import project

NETWORK = "mlp"


@pytest.fixture
def tuned(subject: Callable[[str], Subject], cache_folder: Path) -> Callable[..., Tuned]:
    """Return a function that tunes the network."""

    def run(**limits: float) -> Tuned:
        return tune(subject(NETWORK), "speed", Limits(**limits), Cache(cache_folder))  # type: ignore[arg-type]

    return run


def test_the_chosen_one_costs_what_was_said(
    tuned: Callable[..., Tuned], subject: Callable[[str], Subject], tmp_path: Path
) -> None:
    found = tuned()
    chosen = found.chosen
    one = subject(NETWORK)
    folder = tmp_path / "project"
    export(
        one.model,
        folder,
        board=one.board,
        reference=one.reference,
        name="other",
        choice=chosen.choice,
    )
    image = compiling.build(folder)
    flashing.flash_virtual(folder, image)
    there = project.read(folder, lambda _: None)
    rows = windows.read(there, WINDOWS)
    with counting.on_board(there) as board:
        runs = board.inferences(rows.own)
    assert chosen.instructions == sum(run.instructions for run in runs) / len(runs)
    size = image.footprint
    assert chosen.flash == size.weights + size.tables + size.code
    assert chosen.ram == size.activation_ram


def test_what_was_measured_is_not_measured_again(
    subject: Callable[[str], Subject], cache_folder: Path
) -> None:
    first = tune(subject(NETWORK), "speed", Limits(), Cache(cache_folder))
    cache = Cache(cache_folder)
    again = tune(subject(NETWORK), "speed", Limits(), cache)
    assert cache.misses == 0
    assert cache.hits >= len(first.sweep)
    assert again.points == first.points
    assert again.chosen == first.chosen


def test_every_word_and_limit_takes_from_the_same_front(tuned: Callable[..., Tuned]) -> None:
    points = tuned().points
    assert len(points) > 2
    fastest, smallest = points[0], min(points, key=lambda p: p.flash)
    assert fastest.instructions < smallest.instructions
    assert smallest.flash < fastest.flash
    within = tuned(flash=smallest.flash)
    assert within.chosen.flash == smallest.flash
    assert pick(points, "size", Limits()).flash < fastest.flash
    with pytest.raises(LimitError, match="keeps the limits"):
        tuned(us=0.5)


def test_the_command_writes_what_it_measured(hargen: Hargen, tmp_path: Path) -> None:
    folder = tmp_path / "tuned"
    model = NETWORKS / f"{NETWORK}.tflite"
    arguments = ("export", model, "-o", folder, "--board", BOARD, "--tune", "--optimize", "size")
    done = hargen(*arguments, "--json", tmp_path / "export.json")
    assert done.code == 0, done.err
    written = manifest.read(folder)
    assert written.tuning is not None and written.choice is not None
    (chosen,) = (point for point in written.tuning.points if point.chosen)
    assert chosen.level == written.choice.level
    assert chosen.kernels == tuple(
        layer.kernel + (", for size" if layer.for_size else ", unrolled" if layer.unrolled else "")
        for layer in written.choice.layers
    )
    assert f"{chosen.flash:,}" in done.out
    assert f"{chosen.instructions:,.0f}" in (folder / "README.md").read_text(encoding="utf-8")
    told = json.loads((tmp_path / "export.json").read_text(encoding="utf-8"))
    assert told["manifest"]["tuning"]["points"][0]["flash"] == written.tuning.points[0].flash

    first = manifest.dumps(written)
    assert hargen(*arguments).code == 0
    assert manifest.dumps(manifest.read(folder)) == first


def test_limits_that_nothing_keeps_write_nothing(hargen: Hargen, tmp_path: Path) -> None:
    folder = tmp_path / "tuned"
    model = NETWORKS / f"{NETWORK}.tflite"
    for tune_ in ((), ("--tune",)):
        done = hargen(*("export", model, "-o", folder, "--board", BOARD, "--max-flash", 1), *tune_)
        assert done.code == 6
        assert "at least" in done.err
        assert not folder.exists()


def test_tuning_needs_a_board(hargen: Hargen, tmp_path: Path) -> None:
    model = NETWORKS / f"{NETWORK}.tflite"
    for option in ("--tune", "--max-us=100"):
        done = hargen("export", model, "-o", tmp_path / "c", "--format", "c", option)
        assert done.code == 2
        assert "needs a board" in done.err
    done = hargen("export", model, "-o", tmp_path / "c", "--format", "c", "--max-ram", "0.01")
    assert done.code == 6


def test_a_folder_that_cannot_be_written_is_told_before_anything_is_measured(
    hargen: Hargen, tmp_path: Path, cache_folder: Path
) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    before = sorted(cache_folder.rglob("*.json"))
    model = NETWORKS / "tcn.tflite"
    done = hargen("export", model, "-o", tmp_path, "--board", BOARD, "--tune")
    assert done.code == 2
    assert "something else" in done.err
    assert sorted(cache_folder.rglob("*.json")) == before


def test_a_validation_reports_what_was_measured(hargen: Hargen, tmp_path: Path) -> None:
    folder = tmp_path / "tuned"
    model = NETWORKS / f"{NETWORK}.tflite"
    assert hargen("export", model, "-o", folder, "--board", BOARD, "--tune").code == 0
    assert hargen("build", folder).code == 0
    assert hargen("flash", folder, "--virtual").code == 0
    file = tmp_path / "report.json"
    done = hargen("validate-serial", folder, "--virtual", "--synthetic", 5, "--json", file)
    assert done.code == 0, done.err
    told = json.loads(file.read_text(encoding="utf-8"))
    written = manifest.read(folder).model_dump(mode="json")
    assert told["choice"] == written["choice"]
    assert told["tuning"] == written["tuning"]
    (chosen,) = (point for point in told["tuning"]["points"] if point["chosen"])
    assert abs(told["instructions"]["median"] - chosen["instructions"]) < 20
