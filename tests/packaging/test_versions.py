"""One version, wherever it is written."""

from __future__ import annotations

import re
from pathlib import Path

import hargen

ROOT = Path(__file__).parents[2]


def test_the_firmware_tells_the_version_of_the_hargen_it_came_with() -> None:
    text = (ROOT / "firmware/app/hg_version.h").read_text(encoding="utf-8")
    assert re.findall(r'"([^"]+)"', text) == [hargen.__version__]


def test_every_document_that_is_spoken_of_exists() -> None:
    sources = [*(ROOT / "hargen").rglob("*.py"), *ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]
    for source in sources:
        for name in re.findall(r"\bdocs/[\w./-]+\.(?:md|json)\b", source.read_text("utf-8")):
            assert (ROOT / name).is_file(), f"{source.relative_to(ROOT)} speaks of {name}"
