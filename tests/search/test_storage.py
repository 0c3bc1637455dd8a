"""Storages that are none, that cannot be reached, and studies of something else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import optuna
import pytest

from hargen.errors import HargenError, ToolError, UsageError
from hargen.train.search import storage, study
from hargen.train.search.request import SearchRequest

PROBLEM = {"window": 24, "classes": ["a", "b"], "data": "00"}


@pytest.mark.parametrize("name", ["study.db", "study.journal"])
def test_files_that_are_made(name: str, tmp_path: Path, request_of) -> None:
    request = request_of(storage=str(tmp_path / name))
    for _ in range(2):
        kept = storage.connect(request.storage)
        found = study.open_study(request, kept, PROBLEM)
    assert (tmp_path / name).is_file()
    assert len(found.get_trials()) == 2  # the first ones, enqueued once


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ("{}/study.txt", UsageError, "no kind of storage"),
        ("{}/none/study.db", UsageError, "there is no folder"),
        ("{}/none/study.journal", UsageError, "there is no folder"),
        ("{}/text.db", ToolError, "cannot be reached: file is not a database"),
        ("{}/text.journal", HargenError, "no journal"),
        ("nonsense://host/name", UsageError, "no kind of storage"),
        ("sqlite:////none/study.db", ToolError, "unable to open database file"),
    ],
)
def test_what_cannot_be_reached(
    text: str, error: type[HargenError], message: str, tmp_path: Path
) -> None:
    for name in ("text.db", "text.journal"):
        (tmp_path / name).write_text("this is neither of them\n" * 100)
    with pytest.raises(error, match=message):
        storage.connect(text.format(tmp_path))


def test_a_driver_that_is_not_installed() -> None:
    with pytest.raises(HargenError) as found:
        storage.connect("mysql+mysqldb://user:secret@localhost:1/none")
    assert found.value.exit_code == 4
    assert "secret" not in str(found.value) + found.value.hint


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("postgresql://user:p@ss@host/db", "postgresql://host/db"),
        ("sqlite:///a.db", "sqlite:///a.db"),
        ("a@b.db", "a@b.db"),
    ],
)
def test_no_password_is_shown(text: str, shown: str) -> None:
    assert storage.shown(text) == shown


def test_a_study_of_another_problem_is_refused(request_of: Callable[..., SearchRequest]) -> None:
    request = request_of()
    kept = storage.connect(request.storage)
    study.open_study(request, kept, PROBLEM)
    with pytest.raises(UsageError, match="data, window differ"):
        study.open_study(request, kept, PROBLEM | {"window": 48, "data": "01"})
    study.open_study(replace(request, study="other"), kept, PROBLEM | {"window": 48})


def test_a_study_of_somebody_else_is_refused(request_of: Callable[..., SearchRequest]) -> None:
    request = request_of()
    kept = storage.connect(request.storage)
    theirs = optuna.create_study(storage=kept, study_name=request.study)
    theirs.tell(theirs.ask(), 1.0)
    with pytest.raises(UsageError, match="none of hargen search"):
        study.open_study(request, kept, PROBLEM)
