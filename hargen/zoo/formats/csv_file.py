"""The table as CSV: the bare numbers, a column each, the published ones with their units."""

from __future__ import annotations

import csv
import io
from typing import Any

from hargen.zoo.published import Measured, Published, Shipped
from hargen.zoo.report import Row, ZooReport

_APART = ("published", "notes")


def render(report: ZooReport) -> str:
    """Return the report as CSV: fields of a row, published_..., shipped_..., stm32cubeai_..."""
    stream = io.StringIO()
    own = [name for name in Row.model_fields if name not in _APART]
    published = [name for name in Published.model_fields if name not in ("shipped", "measured")]
    names = own + [f"published_{name}" for name in published]
    names += [f"shipped_{name}" for name in Shipped.model_fields]
    names += [f"stm32cubeai_{name}" for name in Measured.model_fields]
    writer = csv.DictWriter(stream, names, lineterminator="\n", restval="")
    writer.writeheader()
    for row in report.rows:
        table = row.model_dump()
        printed = table["published"]
        flat: dict[str, Any] = {name: table[name] for name in own}
        flat |= {f"published_{name}": printed[name] for name in published}
        flat |= _prefixed("shipped", printed["shipped"])
        flat |= _prefixed("stm32cubeai", printed["measured"])
        writer.writerow(flat)
    return stream.getvalue()


def _prefixed(prefix: str, table: dict[str, Any] | None) -> dict[str, Any]:
    return {f"{prefix}_{name}": value for name, value in (table or {}).items()}
