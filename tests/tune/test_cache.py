"""What was measured is remembered, and what cannot be read is measured again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hargen.emit.project import export
from hargen.importers.model_file import read
from hargen.optimize.passes import optimize_apart
from hargen.plan.choice import Choice, Level
from hargen.plan.choose import choose
from hargen.plan.front import Limits
from hargen.tune.cache import VARIABLE, Cache, Figures, LayerFigures, folder
from hargen.tune.measured import Subject, key_of

FIGURES = Figures(
    instructions=100.5,
    cycles=120.0,
    flash=4000,
    ram=256,
    windows="made up",
    layers=(LayerFigures(instructions=90.0, cycles=110.0, code=300),),
)
KEY = "a" * 64


def test_what_was_put_is_found_by_another_one(tmp_path: Path) -> None:
    first = Cache(tmp_path)
    assert first.get(KEY) is None
    first.put(KEY, FIGURES)
    second = Cache(tmp_path)
    assert second.get(KEY) == FIGURES
    assert second.get("b" * 64) is None
    assert (first.misses, second.hits, second.misses) == (1, 1, 1)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"instructions": 1}', "\0" * 9, '{"flash": "x"}'])
def test_what_is_broken_is_forgotten(text: str, tmp_path: Path) -> None:
    Cache(tmp_path).put(KEY, FIGURES)
    (file,) = (tmp_path / "tune").iterdir()
    file.write_text(text, encoding="utf-8")
    cache = Cache(tmp_path)
    assert cache.get(KEY) is None
    cache.put(KEY, FIGURES)
    assert cache.get(KEY) == FIGURES


def test_a_place_that_cannot_be_written_costs_time_alone(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("not a folder", encoding="utf-8")
    cache = Cache(file)
    cache.put(KEY, FIGURES)
    assert cache.get(KEY) is None


def test_the_variable_names_the_place(
    cache_folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert folder() == cache_folder
    monkeypatch.delenv(VARIABLE)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert folder() == tmp_path / "hargen"


def test_a_network_is_known_again_by_what_it_is_compiled_from(
    subject: Callable[[str], Subject], tmp_path: Path
) -> None:
    one = subject("mlp")

    def key(level: Level = "-O2", edit: Callable[[Path], None] = lambda _: None) -> str:
        exported = export(
            *(one.model, tmp_path / "project"),
            board=one.board,
            reference=one.reference,
            force=True,
            choice=Choice(level, layers),
        )
        edit(exported.folder)
        return key_of(exported, one.board, "12.2.1")

    def append(name: str) -> Callable[[Path], None]:
        def edit(folder: Path) -> None:
            with (folder / name).open("a", encoding="utf-8") as file:
                file.write("/* */\n")

        return edit

    graph = optimize_apart(read(one.model).graph)
    layers = choose(graph, "balanced", Limits(), 1.0).choice.layers
    first = key()
    assert key() == first
    assert key(edit=append("App/hg_app.c")) == first
    assert key(edit=append("Model/hg_model.c")) == first
    assert key("-O3") != first
    assert key(edit=append("Model/har_data.c")) != first
