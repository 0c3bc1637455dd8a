"""The twin runs a project's own C on this machine."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from hargen import manifest, models
from hargen.board import load
from hargen.emit import project
from hargen.errors import DataError, ToolError
from hargen.validate import expected, twin


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
    kernel = changed / "Runtime/hg_quantize_s8.h"
    kernel.write_text(kernel.read_text().replace("x / scale", "x / scale / 2.0f"))
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
