"""The errors that a user may see, each with its exit code.

An error says what went wrong, where (file, node, tensor, offset), why, and what to do. The
command line prints these four and exits with the class's code; a caller of the Python API catches
the class.
"""

from __future__ import annotations

from typing import Self


class HargenError(Exception):
    """Base of every error that hargen raises on purpose.

    Args:
        what: one sentence, what could not be done.
        where: the file, node, tensor or offset that it is about.
        why: the cause, as far as it is known.
        hint: what the user can do.
    """

    exit_code = 1

    def __init__(self, what: str, *, where: str = "", why: str = "", hint: str = "") -> None:
        self.what = what
        self.where = where
        self.why = why
        self.hint = hint
        super().__init__(str(self))

    def at(self, place: str) -> Self:
        """Return this error, seen from further out: `place` goes before where it is."""
        self.where = f"{place}: {self.where}" if self.where else place
        return self

    def __str__(self) -> str:
        text = self.what
        if self.where:
            text = f"{self.where}: {text}"
        if self.why:
            text = f"{text}: {self.why}"
        return text


class UsageError(HargenError):
    """The command's words do not fit together."""

    exit_code = 2


class ModelError(HargenError):
    """A model file is not usable: unreadable, corrupt, or outside what hargen supports."""

    exit_code = 3


class DataError(HargenError):
    """A data set, label or card is not usable."""

    exit_code = 3


class ToolError(HargenError):
    """A tool that hargen calls is missing or failed."""

    exit_code = 4


class MissingExtraError(ToolError):
    """A Python package of an optional extra is not installed."""

    def __init__(self, package: str, extra: str, purpose: str) -> None:
        super().__init__(
            f"{purpose} needs the Python package {package!r}, which is not installed",
            hint=f"pip install 'hargen[{extra}]'",
        )


class DeviceError(HargenError):
    """A board, a port or the link to it failed."""

    exit_code = 5


class LimitError(HargenError):
    """The result is outside the limits that the user asked for."""

    exit_code = 6
