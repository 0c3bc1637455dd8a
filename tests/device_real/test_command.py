"""hargen flash with a fake tool, and the virtual board behind the port that is asked."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hargen import board, models
from hargen.build import compile as compiling
from hargen.cli import main
from hargen.device import virtual
from hargen.device.virtual import VirtualBoard
from hargen.emit import project
from hargen.validate import reference

BOARD = "B-U585I-IOT02A"


PATH = os.environ["PATH"]
"""The machine's own, where the compiler is."""


def exported(folder: Path, name: str) -> Path:
    target = board.load(BOARD)
    project.export(
        models.default().tflite, folder, board=target, reference=reference.run, name=name
    )
    return folder


@pytest.fixture(scope="module")
def flashed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a project whose image its virtual board runs."""
    pytest.importorskip("unicorn")
    folder = exported(tmp_path_factory.mktemp("flashed") / "project", "har")
    virtual.program(folder, compiling.build(folder).elf_path)
    return folder


def test_the_command_names_the_tool_and_catches_its_lie(
    flashed: Path, tools, tmp_path: Path, monkeypatch, capsys: pytest.CaptureFixture[str]
) -> None:
    notes = tools("STM32_Programmer_CLI", "print('Download verified successfully')")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{PATH}")
    with VirtualBoard(flashed, with_pty=False) as running:
        options = ["--board", BOARD, "--port", running.url]
        code = main.run(["flash", str(flashed), *options])
        printed = capsys.readouterr()
        assert (code, printed.err) == (0, "")
        assert "written by STM32_Programmer_CLI (" in printed.out
        assert f"the board on {running.url} answers with this build id" in printed.out
        assert "'har.elf', '-v', '-rst'" in notes.read_text(encoding="utf-8")

        # The same model under another name: another image, which the tool does not write.
        other = exported(tmp_path / "other", "other")
        code = main.run(["flash", str(other), *options])
        printed = capsys.readouterr()
    assert (code, printed.out) == (5, "")
    assert "says that it wrote the image, but the board runs another" in printed.err
