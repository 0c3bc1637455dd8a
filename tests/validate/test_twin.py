"""The twin runs a project's own C on this machine."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from hargen import manifest, models
from hargen.board import load
from hargen.emit import project
from hargen.errors import DataError, ToolError
from hargen.validate import expected, twin, twin_program


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("twin") / "har"
    board = load("B-U585I-IOT02A")
    project.export(models.default().tflite, folder, board=board, reference=expected.outputs)
    return folder


@pytest.fixture
def rows() -> np.ndarray:
    return np.random.default_rng(3).normal(scale=8, size=(40, 72)).astype(np.float32)


def test_it_gives_the_references_bytes_and_classes(exported: Path, rows: np.ndarray) -> None:
    found = twin.run(exported, manifest.read(exported), rows)
    truth = expected.expect(models.default().tflite.read_bytes(), rows)
    assert found.outputs.tobytes() == truth.outputs.tobytes()
    assert np.array_equal(found.classes, truth.classes)
    assert found.compiler.split()[-1][0].isdigit()


def test_it_compiles_the_sources_as_they_are_now(
    exported: Path, rows: np.ndarray, tmp_path: Path
) -> None:
    changed = tmp_path / "har"
    shutil.copytree(exported, changed)
    kernel = changed / "Runtime/hg_quantize_product_s8.h"
    kernel.write_text(kernel.read_text().replace("x, factor)", "x, factor / 2.0f)"))
    own = twin.run(exported, manifest.read(exported), rows)
    other = twin.run(changed, manifest.read(changed), rows)
    assert not np.array_equal(own.outputs, other.outputs)


def test_without_a_compiler_it_says_how_to_get_one(
    exported: Path, rows: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("CC", raising=False)
    with pytest.raises(ToolError, match="no C compiler") as caught:
        twin.run(exported, manifest.read(exported), rows)
    assert "apt install" in caught.value.hint


def test_what_does_not_compile_is_named(exported: Path, rows: np.ndarray, tmp_path: Path) -> None:
    broken = tmp_path / "har"
    shutil.copytree(exported, broken)
    (broken / "Model/har.c").write_text("#error no network here\n")
    with pytest.raises(ToolError, match="no network here"):
        twin.run(broken, manifest.read(broken), rows)


def test_a_network_that_fails_is_an_error(exported: Path, rows: np.ndarray, tmp_path: Path) -> None:
    failing = tmp_path / "har"
    shutil.copytree(exported, failing)
    table = failing / "Model/hg_model.c"
    table.write_text(table.read_text().replace("last_input = input;", "return HG_ERROR_STATE;", 1))
    with pytest.raises(DataError, match="returned -3"):
        twin.run(failing, manifest.read(failing), rows)


# --- the programs are kept


@pytest.fixture
def counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """Put a compiler in front that notes what it compiles; return a function that counts."""
    notes = tmp_path / "compiled"
    wrapper = tmp_path / "counting-cc"
    wrapper.write_text(
        f'#!/bin/sh\nfor word; do [ "$word" = -o ] && echo >> {notes}; done\nexec cc "$@"\n'
    )
    wrapper.chmod(0o755)
    monkeypatch.setenv("CC", str(wrapper))
    return lambda: len(notes.read_text().splitlines()) if notes.exists() else 0


@pytest.fixture
def own(exported: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "own"
    shutil.copytree(exported, folder, ignore=shutil.ignore_patterns(".hargen"))
    return folder


def test_the_same_sources_are_compiled_once(
    own: Path, rows: np.ndarray, counted: Callable[[], int]
) -> None:
    first = twin.run(own, manifest.read(own), rows)
    again = twin.run(own, manifest.read(own), rows[:7])
    assert counted() == 1
    assert again.outputs.tobytes() == first.outputs[:7].tobytes()
    assert again.compiler == first.compiler


@pytest.mark.parametrize("file", ["Model/har_data.c", "Runtime/hg_dual_s8.h", "App/hg_model.h"])
def test_other_sources_are_compiled_anew(
    own: Path, rows: np.ndarray, counted: Callable[[], int], file: str
) -> None:
    twin.run(own, manifest.read(own), rows)
    (own / file).write_text((own / file).read_text() + "/* edited */\n")
    twin.run(own, manifest.read(own), rows)
    assert counted() == 2


def test_only_the_last_programs_are_kept(own: Path, rows: np.ndarray) -> None:
    data = own / "Model/har_data.c"
    for _ in range(twin_program.KEPT + 2):
        data.write_text(data.read_text() + "/* edited */\n")
        twin.run(own, manifest.read(own), rows[:1])
    assert len(list((own / twin_program.KEPT_IN).iterdir())) == twin_program.KEPT


def test_where_nothing_can_be_kept_it_runs_all_the_same(own: Path, rows: np.ndarray) -> None:
    (own / ".hargen").write_text("in the way of the folder")
    found = twin.run(own, manifest.read(own), rows)
    assert len(found.outputs) == len(rows)
    assert (own / ".hargen").is_file()
