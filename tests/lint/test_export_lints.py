"""Export checks what it is about to write; a broken rule is hargen's mistake and writes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from hargen import board, models
from hargen.emit.cubeide import context
from hargen.emit.project import export
from hargen.errors import HargenError
from hargen.lint import lint
from hargen.validate import reference

BOARD = board.load("B-U585I-IOT02A")


def test_a_broken_rule_stops_the_export(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(context, "natures", lambda _board: ("org.eclipse.cdt.core.cnature",))
    with pytest.raises(HargenError, match="natures") as caught:
        export(models.default().tflite, tmp_path / "out", board=BOARD, reference=reference.run)
    assert caught.value.exit_code == 1
    assert "report" in caught.value.hint
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("optimize", ["balanced", "speed", "size"])
def test_what_export_writes_keeps_every_rule(optimize: str, tmp_path: Path) -> None:
    export(
        models.default().tflite,
        tmp_path / "out",
        board=BOARD,
        reference=reference.run,
        name="walk",
        optimize=optimize,
    )
    report = lint.lint(tmp_path / "out")
    assert (report.findings, report.notes) == ((), ())


def test_what_was_there_and_breaks_a_rule_is_named(tmp_path: Path) -> None:
    """The project is written all the same: the file is somebody's own."""
    folder = tmp_path / "out"
    model = models.default().tflite
    assert export(model, folder, board=BOARD, reference=reference.run).broken == ()
    (folder / "App/mine.c").write_text("int mine;\n")
    debug, release = export(model, folder, board=BOARD, reference=reference.run).broken
    for note, name in ((debug, "Debug"), (release, "Release")):
        assert f"{name}: App/mine.c: only STM32CubeIDE builds it [sources-differ]" in note
