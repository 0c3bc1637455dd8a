"""A programmer that is a program of its own: find it, run it, believe neither silence nor noise."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hargen.board import Board
from hargen.device.real.causes import diagnose
from hargen.device.real.programmer import Attempt, Job
from hargen.device.real.run import run

BESIDE_PYTHON = Path(sys.executable).parent
"""Where pip puts programs; not on the PATH where the environment was not activated."""
_LINES_SHOWN = 3
_LINE_LENGTH = 160
_VERSION_SECONDS = 15.0
_COLOURS = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


@dataclass(frozen=True)
class CommandLine:
    """A programmer as a command.

    Attributes:
        name: as --tool takes it. title: for people. executable: its file's name.
        verifies: whether it reads back what it wrote.
        install: how to get it.
        arguments: makes them for a job; the command runs in the folder of the ELF.
        oldest: the oldest version that knows the boards; "" where any does.
        success: words without which its exit code 0 is not believed; None where none are known.
        places: patterns of folders below "/" and the home folder where its installer puts it.
        attempts: how often to try where it fails without a known cause.
    """

    name: str
    title: str
    executable: str
    verifies: bool
    install: str
    arguments: Callable[[Job], list[str]]
    success: re.Pattern[str] | None
    places: tuple[str, ...] = ()
    attempts: int = 1
    oldest: str = ""

    def find(self, board: Board | None = None, serial_number: str = "") -> Path | None:
        """Return the program: on the PATH, beside Python, or the newest where installers put it."""
        del board, serial_number
        for folders in (None, str(BESIDE_PYTHON)):
            here = shutil.which(self.executable, path=folders)
            if here:
                return Path(here)
        found: list[Path] = []
        for root in (Path("/"), Path.home()):
            for place in self.places:
                found += root.glob(f"{place}/{self.executable}")
        return max(found, key=_numbers, default=None)

    def version(self, path: Path) -> str:
        """Return the version that the program prints, "unknown" where it prints none.

        Raises:
            ToolError: it cannot be started.
        """
        outcome = run([str(path), "--version"], seconds=_VERSION_SECONDS)
        found = re.search(r"\d+\.\d+(?:\.\d+)*", outcome.output)
        return found.group() if found else "unknown"

    def is_too_old(self, version: str) -> bool:
        """Tell whether a version that the program printed does not know the boards."""
        return bool(_numbers(version)) and _numbers(version) < _numbers(self.oldest)

    def program(self, where: Path, job: Job) -> Attempt:
        """Run the command; see Programmer."""
        attempt = self._once(where, job)
        for _ in range(self.attempts - 1):
            if not attempt.problem or diagnose(attempt.output) is not None:
                break
            attempt = self._once(where, job)
        return attempt

    def _once(self, where: Path, job: Job) -> Attempt:
        command = [str(where), *self.arguments(job)]
        outcome = run(command, seconds=job.seconds, folder=job.image.elf_path.parent)
        output = _COLOURS.sub("", outcome.output)
        if outcome.code is None:
            return Attempt(output, f"it did not end within {job.seconds:g} s, and was stopped")
        if outcome.code != 0:
            return Attempt(output, f"exit code {outcome.code}: {telling(output)}")
        if self.success is not None and not self.success.search(output):
            return Attempt(output, f"it ended without saying that it wrote: {telling(output)}")
        return Attempt(output)


def telling(output: str) -> str:
    """Return the lines of an output that tell most: those with "error" in them, or the last."""
    lines = [line.strip()[:_LINE_LENGTH] for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if re.search(r"error|fail|\*\*", line, re.IGNORECASE)]
    return " | ".join((errors or lines)[-_LINES_SHOWN:]) or "it said nothing"


def _numbers(text: str | Path) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", str(text))]
