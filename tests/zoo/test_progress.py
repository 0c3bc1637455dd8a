"""Progress of the rows: bars where somebody looks, a line a row elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from hargen.cli import zoo_progress
from hargen.zoo.artifacts import Artifact
from hargen.zoo.catalogue import Entry
from hargen.zoo.published import Published
from hargen.zoo.task import Task, empty


def task(number: int, model: str) -> Task:
    artifact = Artifact(Path("AST/a.h5"), "AST/a.h5", "AST", "a", None, "a", "int8")
    return Task(Entry(number, model, "int8", artifact, Published()), Path(), Path("p"))


def run(first: Task, second: Task) -> None:
    with zoo_progress.watch(2) as follow:
        follow(first, ("export", 0, 0))
        follow(second, ("windows", 3, 10))
        follow(first, ("windows", 10, 10))
        follow(first, empty(first.entry, "passed"))
        follow(second, empty(second.entry, "failed: [bold]no[/bold]\x1b[2J"))


def test_a_line_a_row(capsys: pytest.CaptureFixture[str]) -> None:
    run(task(1, "one"), task(2, "two"))
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.splitlines() == [
        "[1/2, 0 s] row 1 one int8 AST: passed",
        "[2/2, 0 s] row 2 two int8 AST: failed: [bold]no[/bold]\\x1b[2J",
    ]


def test_bars_on_a_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "120")
    run(task(1, "one"), task(2, "two"))
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "failed: [bold]no[/bold]\\x1b[2J" in printed.err
    assert "passed" not in printed.err
    assert "rows" in printed.err
    assert "2/2" in printed.err
