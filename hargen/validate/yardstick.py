"""What the board's bits are compared with.

For an int8 network that is the reference itself. What a float32 network computes depends on the
order of its sums: its bits are held against the same C on this machine, and its classes and values
against the reference.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from hargen.validate import twin
from hargen.validate.expected import Expected
from hargen.validate.project import Project


@dataclass(frozen=True, eq=False)
class Yardstick:
    """name: in words, with versions. outputs: (n, outputs) in the model's dtype."""

    name: str
    outputs: NDArray[Any]


def of(found: Project, rows: NDArray[Any], expected: Expected) -> Yardstick:
    """Return what every output has to be equal to.

    Args:
        found: the project.
        rows: (n, elements) in the model's input dtype.
        expected: what the reference makes of them.

    Raises:
        ToolError: this machine has no compiler for the C of a float32 network, or it fails.
        DataError: that C fails.
    """
    if found.manifest.model.precision == "int8":
        return Yardstick(f"{expected.name} {expected.version}", expected.outputs)
    same = twin.run(found.directory, found.manifest, rows)
    return Yardstick(f"the same C on this machine, {same.compiler}", same.outputs)
