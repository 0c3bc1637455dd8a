"""The self-test: its checks in their order, and what becomes of the rest when one breaks."""

from __future__ import annotations

import platform
import statistics
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from hargen import board as boards
from hargen.board import Board
from hargen.build.compile import Image
from hargen.device.real import detect
from hargen.device.virtual import VirtualBoard
from hargen.errors import DeviceError, LimitError, MissingExtraError, UsageError
from hargen.link.client import Client
from hargen.link.replies import Hello
from hargen.validate import connection, data, project, session, versions, wire, yardstick
from hargen.validate.expected import expect
from hargen.validate.project import Project
from hargen.validate.selftest import clock, echo, estimate
from hargen.validate.selftest.report import Check, SelftestReport, Status
from hargen.validate.yardstick import Yardstick

WINDOWS = 300
_MISMATCHES_SHOWN = 5

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Request:
    """What a user asked for; one of virtual and port."""

    project_dir: Path
    virtual: bool = False
    port: str | None = None
    windows: int = WINDOWS
    timeout: float = 2.0


@dataclass
class _Bench:
    """The board under test and what the checks share."""

    client: Client
    found: Project
    board: Board
    image: Image | None
    rows: NDArray[Any]
    exact: Yardstick
    virtual: VirtualBoard | None
    hardware: bool
    progress: Progress
    hello: Hello | None = None
    cycles: list[int] = field(default_factory=list)

    @property
    def known(self) -> Hello:
        assert self.hello is not None, "identity comes first"
        return self.hello


def run(request: Request, progress: Progress, warn: Callable[[str], None]) -> SelftestReport:
    """Check a board and return what was found, also where it fails.

    Raises:
        UsageError: the request does not fit together, or the folder is not a project.
        DataError, ModelError: the project's model is not usable.
        ToolError: the reference or the virtual board is not installed.
        DeviceError: the port cannot be opened, or the virtual board does not start.
    """
    if request.virtual == (request.port is not None):
        raise UsageError(
            "give one of --virtual and --port",
            hint="--port /dev/ttyACM0 is a real board, hargen doctor lists the ports; "
            "--virtual is the project's virtual one",
        )
    found = project.read(request.project_dir, warn)
    board = boards.load(found.manifest.board)
    truth = data.read(found, None, request.windows, 0, None)
    rows = wire.inputs(truth.windows.x, found.manifest.model.input)
    exact = yardstick.of(found, rows, expect(found.model, rows))
    image = connection.built_image(request.project_dir)
    with ExitStack() as stack:
        virtual = (
            stack.enter_context(VirtualBoard(request.project_dir)) if request.virtual else None
        )
        port = request.port or (virtual.pty or virtual.url if virtual else "")
        hardware = detect.is_serial_device(port)
        client = stack.enter_context(
            Client(port, baud=board.serial.hello_baud, timeout=request.timeout)
        )
        bench = _Bench(
            client, found, board, image, rows, exact, virtual, hardware, progress
        )  # fmt: skip
        checks = _all(bench)
    return SelftestReport(
        project=f"{found.manifest.name}, model {found.manifest.model.sha256[:12]}",
        board=board.name,
        virtual=request.virtual,
        hardware=hardware,
        port=port,
        platform=f"{platform.system()} {platform.release()} {platform.machine()}",
        tool_versions=versions.of_tools(
            None if image is None else image.elf_path, virtual=request.virtual
        ),
        checks=checks,
    )


def judge(report: SelftestReport) -> None:
    """Turn a report that is not all right into the error that says so.

    Raises:
        DeviceError: something broke. LimitError: something is wrong.
    """
    for status, error in (("broken", DeviceError), ("wrong", LimitError)):
        names = [check.name for check in report.checks if check.status == status]
        if names:
            raise error(
                f"the board did not pass: {', '.join(names)}",
                where=report.port,
                hint="paste the text above into the report of the problem",
            )


def _all(bench: _Bench) -> list[Check]:
    steps: list[tuple[str, Callable[[_Bench], Iterable[Check]]]] = [
        ("identity", _identity),
        ("clock", _clock),
        ("echo", lambda b: echo.every_rate(b.client, b.known)),
        ("known answers", _known_answers),
        ("windows", _windows),
        ("cycles", _cycles),
    ]
    checks: list[Check] = []
    lost = ""
    for name, step in steps:
        if lost:
            checks.append(Check(name=name, status="skipped", lines=[f"not reached: {lost}"]))
            continue
        try:
            checks.extend(step(bench))  # what came before an error stays
        except DeviceError as error:
            lines = [str(error), *([error.hint] if error.hint else [])]
            checks.append(Check(name=name, status="broken", lines=lines))
            lost = _is_lost(bench, name)
    return [*checks, *_violations(bench)]


def _is_lost(bench: _Bench, name: str) -> str:
    """Return why the checks after a broken one make no sense, "" where they do."""
    if bench.hello is None:
        return "the board is not the project's"
    try:
        bench.client.hello()
    except DeviceError:
        return f"the board is silent since {name}"
    return ""


def _identity(bench: _Bench) -> list[Check]:
    manifest, image = bench.found.manifest, bench.image
    build_id = None if image is None else image.build_id
    hello = session.identify(bench.client, manifest, build_id, bench.virtual is not None)
    bench.hello = hello
    compared = "the image built here" if build_id is not None else "no image here to compare with"
    lines = [
        f"model {hello.name}, SHA-256 {hello.model_sha256.hex()[:12]}, the project's",
        f"build id {hello.build_id.hex()}, {compared}",
        f"firmware {hello.firmware_version}, protocol {hello.protocol}, "
        f"clock {hello.clock_hz / 1e6:g} MHz, reset by {', '.join(hello.reset_cause) or 'nothing'}",
        f"chip {hello.uid.hex()}, {hello.slots} slots, payloads to {hello.max_payload} B, "
        f"stack {hello.stack_size} B, arena {hello.arena_size} B",
    ]
    values = {
        "model": hello.model_sha256.hex(),
        "build_id": hello.build_id.hex(),
        "clock_hz": hello.clock_hz,
        "firmware": hello.firmware_version,
        "uid": hello.uid.hex(),
    }
    checks = [Check(name="identity", status="ok", lines=lines, values=values)]
    classes = bench.client.classes()
    if classes != list(manifest.classes):
        text = (
            f"the board says {', '.join(classes)}; the project says {', '.join(manifest.classes)}"
        )
        checks.append(Check(name="classes", status="wrong", lines=[text]))
    return checks


def _clock(bench: _Bench) -> Iterator[Check]:
    yield clock.bit_rate(bench.client, bench.known, judged=bench.hardware)
    yield clock.cycle_clock(bench.client, bench.known, judged=bench.hardware)


def _known_answers(bench: _Bench) -> list[Check]:
    result = bench.client.selftest()
    lines = [f"{result.count - result.failures} of {result.count} right"]
    if result.first_failure is not None:
        lines.append(
            f"answer {result.first_failure}, byte {result.first_offset}: "
            f"{result.actual} instead of {result.expected}"
        )
    values = {"count": result.count, "failures": result.failures}
    status: Status = "ok" if result.passed else "wrong"
    return [Check(name="known answers", status=status, lines=lines, values=values)]


def _windows(bench: _Bench) -> list[Check]:
    tensor = bench.found.manifest.model.output
    fast = bench.board.serial.fast_baud
    exchanged = session.exchange(
        bench.client,
        bench.rows,
        fast_baud=fast if fast in bench.known.bauds else None,
        output_size=tensor.size * wire.DTYPES[tensor.dtype].itemsize,
        progress=lambda done: bench.progress(done, len(bench.rows)),
    )
    answers = exchanged.run
    bench.cycles = list(answers.cycles)
    wrong = [
        (index, got, want)
        for index, got in zip(answers.index, answers.outputs, strict=True)
        if got != (want := bench.exact.outputs[index].tobytes())
    ]
    sent = len(bench.rows)
    exact = len(answers.outputs) - len(wrong)
    lines = [
        f"{exact} of {sent} bit-exact with {bench.exact.name}, synthetic motion, seed 0",
        f"{bench.client.baud} baud, {sent / exchanged.seconds:.0f} windows/s, "
        f"{exchanged.retries} retries, {exchanged.resets} resets, {exchanged.lost} lost, "
        f"stack {answers.stack_high_water or 'not measured'}",
    ]
    lines += [
        f"window {index}: {got.hex()} instead of {want.hex()}"
        for index, got, want in wrong[:_MISMATCHES_SHOWN]
    ]
    values = {
        "windows": sent,
        "bit_exact": exact,
        "retries": exchanged.retries,
        "resets": exchanged.resets,
        "lost": exchanged.lost,
        "stack_high_water": answers.stack_high_water or None,
    }
    status: Status = "ok" if exact == sent else "wrong"
    return [Check(name="windows", status=status, lines=lines, values=values)]


def _cycles(bench: _Bench) -> list[Check]:
    """Put the board's cycles beside the estimate; a difference is news, not a fault."""
    name = "cycles"
    if not bench.cycles:
        return [Check(name=name, status="skipped", lines=["no window was answered"])]
    own = statistics.median_low(bench.cycles)
    line = f"{own} median, {min(bench.cycles)} to {max(bench.cycles)}"
    values: dict[str, Any] = {"median": own, "min": min(bench.cycles), "max": max(bench.cycles)}
    if bench.virtual is not None:
        return [Check(name=name, status="ok", lines=[line + ", estimated"], values=values)]
    if bench.image is None:
        lines = [line, "no estimate beside it: the project was not built here"]
        return [Check(name=name, status="ok", lines=lines, values=values)]
    try:
        guessed = estimate.cycles(bench.image, bench.board, bench.rows[: estimate.WINDOWS])
    except (MissingExtraError, DeviceError) as error:  # neither is the board's fault
        lines = [line, f"no estimate beside it: {error}; {error.hint}"]
        return [Check(name=name, status="ok", lines=lines, values=values)]
    same = statistics.median_low(bench.cycles[: len(guessed)])
    guess = statistics.median_low(guessed)
    values |= {"estimate": guess, "ratio": same / guess}
    second = f"the virtual board estimates {guess}, ratio {same / guess:.3f}"
    return [Check(name=name, status="ok", lines=[line, second], values=values)]


def _violations(bench: _Bench) -> list[Check]:
    """Return what a virtual board saw that real silicon would not serve.

    It stops there: this explains a silence, and is told whatever else broke.
    """
    found = [] if bench.virtual is None else bench.virtual.violations()
    return [Check(name="violations", status="broken", lines=found[:5])] if found else []
