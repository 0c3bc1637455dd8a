"""What the tests of hargen compare share."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from hargen.validate.compare.comparison import Request, compare
from hargen.validate.compare.report import CompareReport

Edit = Callable[..., Path]
Run = Callable[..., CompareReport]


@pytest.fixture
def run() -> Run:
    """Return a function that compares a project without a terminal."""

    def call(folder: Path, **fields: object) -> CompareReport:
        return compare(Request(folder, **fields), lambda *_: None, lambda _: None)  # type: ignore[arg-type]

    return call


@pytest.fixture
def edited(demo: Path, tmp_path: Path) -> Edit:
    """Return a function that copies the project of the embedded model with one text replaced."""

    def call(file: str, right: str, wrong: str, count: int = 1, name: str = "edited") -> Path:
        folder = tmp_path / name
        shutil.copytree(demo, folder, ignore=shutil.ignore_patterns(".hargen"))
        path = folder / file
        text = path.read_text(encoding="utf-8")
        assert text.count(right) >= count, f"{file} has no {right!r}"
        path.write_text(text.replace(right, wrong, count), encoding="utf-8")
        return folder

    return call
