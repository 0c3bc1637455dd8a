"""Writes an image to a real board by the first tool here, and asks the board what it runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from hargen.board import Board
from hargen.build.compile import Image
from hargen.device.real import causes, confirm, detect, volumes
from hargen.device.real.detect import Probe
from hargen.device.real.mass_storage import MASS_STORAGE
from hargen.device.real.openocd import OPENOCD
from hargen.device.real.programmer import Attempt, Job, Programmer
from hargen.device.real.programmer_cli import PROGRAMMER_CLI
from hargen.device.real.pyocd import PYOCD
from hargen.errors import DeviceError, ToolError, UsageError

PROGRAMMERS: tuple[Programmer, ...] = (PROGRAMMER_CLI, OPENOCD, MASS_STORAGE, PYOCD)
"""In the order in which they are preferred."""
SECONDS = 90.0
"""For one tool to write one image; a few are usual."""
_ID_SHOWN = 12


@dataclass(frozen=True)
class Request:
    """What a user asked for; see the options of hargen flash."""

    probe: str | None = None
    serial_number: str | None = None
    tool: str | None = None
    port: str | None = None
    seconds: float = SECONDS


@dataclass(frozen=True)
class Flashed:
    """What was done: the tool and the file that it is, the probe, and the port that was asked.

    port is None where there was none to ask: then the tool's word is all there is.
    """

    tool: str
    where: Path
    verified: bool
    probe: Probe | None
    port: str | None


def program(
    image: Image, board: Board, request: Request, warn: Callable[[str], None] = lambda _: None
) -> Flashed:
    """Write an image, verify it, reset the board, and check the build id that it answers with.

    Tools are tried in the order of PROGRAMMERS. A failure with a known cause ends it: another tool
    would fail as well. After any other failure the next tool has its turn.

    Raises:
        UsageError: no such tool, or several boards and none chosen.
        ToolError: there is no tool to do it with.
        DeviceError: it was not written, or the board does not run it.
    """
    if not 0 < request.seconds < float("inf"):
        raise UsageError(f"--timeout {request.seconds:g} is no time")
    candidates = _asked(request.tool)
    probe = detect.choose(
        detect.find(board),
        probe=request.probe,
        serial_number=request.serial_number,
        port=request.port,
    )
    number = probe.serial_number if probe else ""
    port = request.port or (probe.port if probe else "") or None
    job = Job(image, board, number, request.seconds)
    failures: list[str] = []
    for programmer in candidates:
        where = programmer.find(board, number)
        if where is None:
            continue
        if port is None and not programmer.verifies:
            failures.append(f"{programmer.title} cannot be trusted without a port to ask: --port")
            continue
        attempt = programmer.program(where, job)
        if not attempt.problem:
            _confirm(programmer, attempt, job, port, warn)
            return Flashed(programmer.title, where, programmer.verifies, probe, port)
        cause = _cause(attempt, probe)
        if cause is not None:
            raise _known(programmer, cause, attempt)
        failures.append(f"{programmer.title}: {attempt.problem}")
        warn(f"{programmer.title} did not write the image: {attempt.problem}")
    raise _given_up(candidates, failures, job)


def _asked(tool: str | None) -> tuple[Programmer, ...]:
    if tool is None:
        return PROGRAMMERS
    found = tuple(programmer for programmer in PROGRAMMERS if programmer.name == tool)
    if not found:
        raise UsageError(
            f"there is no tool {tool!r}",
            hint=f"known: {', '.join(programmer.name for programmer in PROGRAMMERS)}",
        )
    return found


def _cause(attempt: Attempt, probe: Probe | None) -> causes.Cause | None:
    cause = causes.diagnose(attempt.output)
    if cause is causes.NO_PROBE and probe is not None and probe.port:
        # It is plugged in, for its serial port is there: the tool was not let in.
        return causes.BUSY if causes.holders() else causes.UNREACHABLE
    return cause


def _known(programmer: Programmer, cause: causes.Cause, attempt: Attempt) -> DeviceError:
    why = attempt.problem
    if cause is causes.BUSY and (running := causes.holders()):
        why = f"{', '.join(running)} runs; {why}"
    return DeviceError(cause.what, where=programmer.title, why=why, hint=cause.hint)


def _confirm(
    programmer: Programmer,
    attempt: Attempt,
    job: Job,
    port: str | None,
    warn: Callable[[str], None],
) -> None:
    """Hold the board's build id against the image's.

    Raises:
        DeviceError: the board does not answer, or runs something else.
    """
    if port is None:
        warn(
            f"no serial port was found to ask the board what it runs: that is {programmer.title}'s "
            "word alone; --port names one"
        )
        return
    image = job.image
    try:
        hello = confirm.ask(port, job.board, confirm.SECONDS)
    except DeviceError as error:
        cause = causes.diagnose(attempt.output)
        if cause is causes.TRUSTZONE:
            raise _known(programmer, cause, attempt) from error
        raise DeviceError(
            f"{programmer.title} says that it wrote the image, but the board does not confirm it",
            where=port,
            why=f"{error.what}: {error.why}" if error.why else error.what,
            hint=error.hint or _another(programmer),
        ) from error
    if hello.build_id != image.build_id:
        raise DeviceError(
            f"{programmer.title} says that it wrote the image, but the board runs another",
            where=port,
            why=f"it says it is {hello.name!r}, build {hello.build_id.hex()[:_ID_SHOWN]}; "
            f"the image is build {image.build_id.hex()[:_ID_SHOWN]}",
            hint=f"is {port} the port of the board that was written to (--probe, --port)? "
            + _another(programmer),
        )


def _another(programmer: Programmer) -> str:
    others = (one.name for one in PROGRAMMERS if one.name != programmer.name)
    return f"another way to write it: --tool {' or '.join(others)}"


def _given_up(
    candidates: Sequence[Programmer], failures: Sequence[str], job: Job
) -> DeviceError | ToolError:
    if failures:
        return DeviceError(
            f"the image was not written to the {job.board.name}",
            why="; ".join(failures),
            hint="unplug the board, plug it in and try again; then another tool (hargen doctor "
            "lists them), or hargen flash --virtual",
        )
    ways = "; ".join(f"{one.title}: {one.install}" for one in candidates)
    labels = job.board.probe.volumes
    drives = volumes.mounted(labels, MASS_STORAGE.places)
    device = volumes.unmounted(labels, MASS_STORAGE.places)
    if len(drives) > 1:
        drive = f"; there are {len(drives)} drives of such boards: --serial-number chooses"
    elif device is not None and not drives:
        drive = f"; its drive is here but not mounted: udisksctl mount -b {device}"
    else:
        drive = f"; or connect the board: its drive {labels[0]} takes {job.image.binary_path}"
    return ToolError(
        f"there is no tool here to write to the {job.board.name}",
        why="none of " + ", ".join(one.title for one in candidates) + " was found",
        hint=f"{ways}{drive}; without a board: hargen flash --virtual",
    )
