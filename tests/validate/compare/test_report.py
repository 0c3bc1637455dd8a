"""docs/compare.md names every field of the report."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hargen.validate.compare import report

PAGE = Path(__file__).parents[3] / "docs/compare.md"
TABLES = (report.CompareReport, report.Place, report.Match, report.Divergence, report.Apart)


@pytest.mark.parametrize("table", TABLES)
def test_every_field_is_on_the_page(table: type) -> None:
    named = set(re.findall(r"`(\w+)`", PAGE.read_text(encoding="utf-8").split("## The report")[1]))
    fields = {info.alias or name for name, info in table.model_fields.items()}  # type: ignore[attr-defined]
    assert fields <= named
