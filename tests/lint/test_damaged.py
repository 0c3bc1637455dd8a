"""Damaged files end in findings, never in a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hargen import board, manifest, models
from hargen.emit.project import export
from hargen.lint import lint
from hargen.lint.tree import Tree
from hargen.validate import reference

BOARD = board.load("B-U585I-IOT02A")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("damaged") / "har"
    export(models.default().tflite, folder, board=BOARD, reference=reference.run)
    return folder


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_lost_piece(project: Path, data: st.DataObject) -> None:
    """Lose a word, line, attribute, element or field of one of the files that lint reads."""
    tree = Tree.on_disk(project)
    contents = {path: tree.read(path) for path in tree.paths}
    file = data.draw(st.sampled_from([".cproject", ".project", BOARD.memory.linker_script]))
    separator = data.draw(st.sampled_from([b" ", b"\n", b'"', b">", b"||", b"."]))
    pieces = contents[file].split(separator)
    del pieces[data.draw(st.integers(0, len(pieces) - 1))]
    contents[file] = separator.join(pieces)
    for found in lint.check(Tree.staged(contents), manifest.read(project), BOARD):
        assert found.why
        assert found.todo


def test_an_empty_project_of_each_form(project: Path) -> None:
    tree = Tree.on_disk(project)
    contents = {path: tree.read(path) for path in tree.paths}
    contents[".cproject"] = b"<cproject/>"
    contents[".project"] = b"<projectDescription/>"
    rules = {f.rule for f in lint.check(Tree.staged(contents), manifest.read(project), BOARD)}
    assert rules == {
        "file-version",
        "natures",
        "builders",
        "trustzone",
        "configurations",
        "one-mcu",
    }
    contents[".cproject"] = b'<cproject><configuration name="Debug"/></cproject>'
    rules = {f.rule for f in lint.check(Tree.staged(contents), manifest.read(project), BOARD)}
    assert {"folder-id", "linker-script", "board-mcu", "defaults-record"} <= rules
