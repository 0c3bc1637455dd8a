"""Limits that the user sets, and whether a result keeps them."""

from __future__ import annotations

from dataclasses import dataclass

from hargen.errors import DeviceError, LimitError, UsageError
from hargen.validate.report import Report


@dataclass(frozen=True)
class Limits:
    """The least accuracy (0 to 1, None for any), and whether every output byte must be equal.

    reference says whether there will be a reference to be equal to.
    """

    min_accuracy: float | None = None
    bit_exact: bool = False
    reference: bool = True

    def __post_init__(self) -> None:
        if self.min_accuracy is not None and not 0 <= self.min_accuracy <= 1:
            raise UsageError(
                f"--min-accuracy {self.min_accuracy:g} is not between 0 and 1",
                hint="91.7 % is written 0.917",
            )
        if self.bit_exact and not self.reference:
            raise UsageError(
                "--require-bit-exact and --no-reference exclude each other",
                why="without the reference there is nothing to be equal to",
            )


def check(limits: Limits, report: Report) -> None:
    """Check a report against limits.

    Raises:
        DeviceError: the virtual board saw an access that real silicon would not serve: whatever
            came out, it proves nothing.
        LimitError: it is outside of the limits, or it cannot tell.
    """
    if report.violations:
        raise DeviceError(
            "the firmware did what real silicon would not serve",
            where=report.port,
            why=report.violations[0],
            hint=f"{len(report.violations)} such accesses are in the report",
        )
    faults = []
    if limits.min_accuracy is not None:
        if report.accuracy is None:
            faults.append("the accuracy is unknown: no window has a class that the model has")
        elif report.accuracy < limits.min_accuracy:
            faults.append(
                f"the accuracy is {report.accuracy:.4f}, asked for was {limits.min_accuracy:g}"
            )
    if limits.bit_exact:
        sent = report.windows + report.lost
        if report.bit_exact is None:
            faults.append("nothing was compared with the reference")
        elif report.bit_exact != sent or sent == 0:
            faults.append(f"{report.bit_exact} of {sent} windows are bit-exact")
        if report.twin_exact is not None and report.twin_exact != sent:
            faults.append(f"{report.twin_exact} of {sent} windows are those of the twin")
    if faults:
        raise LimitError(
            "the result is outside the limits asked for", where=report.port, why="; ".join(faults)
        )
