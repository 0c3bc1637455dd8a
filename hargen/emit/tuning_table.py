"""The ways that were measured, as README.md of a project lists them."""

from __future__ import annotations

from typing import Any

from hargen.manifest import Tuning


def tuning_table(tuning: Tuning | None) -> dict[str, Any] | None:
    """Return what the templates print: rows of text, and what was measured how."""
    if tuning is None:
        return None
    return {
        "compiler": tuning.compiler,
        "windows": tuning.windows,
        "rows": [
            {
                "chosen": "this" if point.chosen else "",
                "instructions": f"{point.instructions:,.0f}",
                "us": f"{point.us:,.1f}",
                "flash": f"{point.flash:,}",
                "ram": f"{point.ram:,}",
                "level": point.level,
                "kernels": ", ".join(f"`{kernel}`" for kernel in dict.fromkeys(point.kernels)),
            }
            for point in tuning.points
        ],
    }
