"""hargen export: what it writes, what it refuses, and in which order it judges."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hargen import manifest

BOARD = "B-U585I-IOT02A"


def tree(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_the_embedded_model_by_name_or_by_path(hargen, tmp_path: Path, model: Path) -> None:
    found = hargen("export", "default", "-o", tmp_path / "a", "--board", BOARD)
    assert found.code == 0
    assert "har_default.tflite" in found.out
    assert "stationary, walking, running" in found.out
    assert hargen("export", model, "-o", tmp_path / "b", "--board", BOARD.lower()).code == 0
    assert tree(tmp_path / "a") == tree(tmp_path / "b")


def test_the_project_is_what_its_manifest_says(project: Path) -> None:
    written = manifest.read(project)
    assert manifest.verify(written, project) == []
    assert set(tree(project)) == {*written.files, "hargen.toml"}
    assert (written.board, written.optimize, written.name) == (BOARD, "balanced", "har")


def test_a_model_without_a_card_says_which_preprocessing_it_gets(
    hargen, tmp_path: Path, shared: Path
) -> None:
    zoo = shared / "zoo/AST/ign_wl_24_int8.tflite"
    arguments = ("export", zoo, "-o", tmp_path / "p", "--board", BOARD)
    found = hargen(*arguments, "--classes", "Stationary, Walking, Jogging, Biking", "--name", "ast")
    assert found.code == 0
    assert "st-zoo" in found.err
    written = manifest.read(tmp_path / "p")
    assert written.classes == ("Stationary", "Walking", "Jogging", "Biking")
    assert written.model.source == "ign_wl_24_int8.tflite"
    assert (tmp_path / "p/Model/ast.c").is_file()


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "empty.tflite"),
        (b"just text\n", "renamed.tflite"),
        (b"PK\x03\x04" + bytes(100), "archive.tflite"),
        (b"\x1c\0\0\0TFL3" + bytes(40), "hollow.tflite"),
        (b"model", "model.xyz"),
    ],
)
def test_what_is_no_model_is_judged_before_the_options(
    hargen, tmp_path: Path, content: bytes, name: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    folder = tmp_path / "out"
    # the number of classes cannot be judged without a model, nor may a bad name come first
    found = hargen(
        *("export", path, "-o", folder, "--board", BOARD, "--classes", "a,a", "--name", "1 x")
    )
    assert found.code == 3
    assert name in found.err
    assert not folder.exists()


def test_a_truncated_model_is_refused_at_every_length(hargen, tmp_path: Path, model: Path) -> None:
    content = model.read_bytes()
    path, folder = tmp_path / "cut.tflite", tmp_path / "out"
    for size in range(0, len(content) - 1, len(content) // 25):
        path.write_bytes(content[:size])
        found = hargen("export", path, "-o", folder, "--board", BOARD)
        assert found.code == 3, f"{size} bytes: {found}"
    assert not folder.exists()


@pytest.mark.parametrize(
    ("options", "code", "text"),
    [
        (["--board", "NUCLEO"], 2, "unknown board 'NUCLEO'"),
        (["--board", BOARD, "--optimize", "fast"], 2, "fast"),
        (["--board", BOARD, "--name", "int"], 2, "'int'"),
        (["--board", BOARD, "--name", "../x"], 2, "'../x'"),
        (["--board", BOARD, "--classes", "a,b"], 3, "2 class names for a network with 3 outputs"),
        (["--board", BOARD, "--classes", "a,b,a"], 3, "repeat"),
        (["--board", BOARD, "--classes", ""], 3, "1 class names"),
    ],
)
def test_wrong_options_write_nothing(
    hargen, tmp_path: Path, options: list[str], code: int, text: str
) -> None:
    found = hargen("export", "default", "-o", tmp_path / "out", *options)
    assert (found.code, list(tmp_path.iterdir())) == (code, [])
    assert text in found.err


def test_a_model_that_is_not_there(hargen, tmp_path: Path) -> None:
    found = hargen("export", tmp_path / "no.tflite", "-o", tmp_path / "out", "--board", BOARD)
    assert found.code == 3
    assert "no.tflite" in found.err


def test_a_file_of_ones_own_that_breaks_a_rule_is_told_by_the_exit_code(
    hargen, tmp_path: Path, project: Path
) -> None:
    (project / "App/mine.c").write_text("int mine;\n")
    found = hargen("export", "default", "-o", project, "--board", BOARD)
    assert found.code == 6
    assert "App/mine.c: only STM32CubeIDE builds it" in found.err
    assert manifest.verify(manifest.read(project), project) == []


def test_a_pipe_or_a_device_is_no_model(hargen, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/zero")):
        found = hargen("export", path, "-o", tmp_path / "out", "--board", BOARD)
        assert (found.code, "no regular file" in found.err) == (3, True)


def test_another_folder_is_left_alone(hargen, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "thesis.tex").write_text("years of work", encoding="utf-8")
    before = tree(folder)
    assert hargen("export", "default", "-o", folder, "--board", BOARD).code == 2
    assert tree(folder) == before
    assert hargen("export", "default", "-o", folder, "--board", BOARD, "--force").code == 0
    assert tree(folder).items() > before.items()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder_is_an_error(hargen, tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        found = hargen("export", "default", "-o", tmp_path / "out", "--board", BOARD)
    finally:
        tmp_path.chmod(0o700)
    assert found.code == 3
    assert "cannot write" in found.err


def test_a_model_with_an_odd_file_name(hargen, tmp_path: Path, model: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff*/ \x1b[2J.tflite"))
    path.parent.mkdir()
    path.write_bytes(model.read_bytes())
    found = hargen("export", path, "-o", tmp_path / "out", "--board", BOARD, "-c", "a,b,c")
    assert found.code == 0
    assert "\x1b" not in found.out + found.err
    assert manifest.verify(manifest.read(tmp_path / "out"), tmp_path / "out") == []
