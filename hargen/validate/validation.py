"""A whole validation: a project, its windows, a board, the reference, and the report."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hargen import files
from hargen.build.compile import Image
from hargen.device.real import detect
from hargen.errors import ToolError, UsageError
from hargen.link.client import Client
from hargen.link.messages import Stage
from hargen.link.replies import Hello
from hargen.validate import connection, judge, project, session, trial, twins, versions, wire
from hargen.validate import data as windows_of
from hargen.validate.data import Truth
from hargen.validate.project import Project
from hargen.validate.report import CountSpread, Footprint, Hashes, Report
from hargen.validate.session import Exchanged
from hargen.validate.trial import StageName, Trial

Progress = Callable[[int, int], None]
"""Called with the windows answered so far, and all of them."""


@dataclass(frozen=True)
class Request:
    """What a user asked for; one of virtual and port, one of data and synthetic."""

    project_dir: Path
    virtual: bool = False
    port: str | None = None
    data: Path | None = None
    synthetic: int | None = None
    seed: int = 0
    limit: int | None = None
    stage: StageName = "window"
    reference: bool = True
    baud: int | None = None
    timeout: float = 2.0


def validate(request: Request, progress: Progress, warn: Callable[[str], None]) -> Report:
    """Send windows to a board and report what it made of them.

    Raises:
        UsageError: the request does not fit together, or the folder is not a project.
        DataError, ModelError: data or model are not usable.
        ToolError: the reference or the virtual board is not installed.
        DeviceError: the board, its port or the link fails, or it runs something else.
    """
    if request.virtual == (request.port is not None):
        raise UsageError(
            "give one of --virtual and --port",
            hint="--virtual starts the project's virtual board; "
            "--port /dev/ttyACM0 is a real one, hargen doctor lists the ports",
        )
    found = project.read(request.project_dir, warn)
    truth = windows_of.read(found, request.data, request.synthetic, request.seed, request.limit)
    asked = trial.prepare(request.stage, found, truth, request.reference, warn)
    expected, exact = asked.expected, asked.exact
    image = connection.built_image(request.project_dir)
    with connection.connect(
        found,
        virtual=request.virtual,
        port=request.port,
        timeout=request.timeout,
        count=_counted(request.stage, found),
        warn=warn,
    ) as opened:
        opened.client.pause()
        if opened.virtual is not None:
            opened.virtual.drain_runs()  # those of the sensor's own windows
        fast = opened.fast_baud if request.baud is None else request.baud
        exchanged = _exchange(opened.client, found, asked, fast, progress)
        hello, port, baud = opened.hello, opened.port, opened.client.baud
        runs = [] if opened.virtual is None else opened.virtual.drain_runs()
        violations = opened.violations()
    return Report(
        **_who(request, found, truth, image, hello),
        reference=None if expected is None else expected.name,
        reference_version=None if expected is None else expected.version,
        exact_with=None if exact is None else exact.name,
        port=port,
        baud=baud,
        **judge.verdict(
            asked.manifest,
            truth.windows,
            truth.classes,
            exchanged.run,
            expected,
            None if exact is None else exact.outputs,
        ),
        **twins.fields(asked, found.preprocessing, truth.classes, exchanged.run),
        **_costs(exchanged, [run.instructions for run in runs], hello),
        estimated=request.virtual or not detect.is_serial_device(port),
        choice=found.manifest.choice,
        tuning=found.manifest.tuning,
        footprint=_footprint(image, exchanged, warn),
        retries=exchanged.retries,
        resets=exchanged.resets,
        lost=exchanged.lost,
        violations=violations,
        seconds=exchanged.seconds,
    )


def _exchange(
    client: Client, found: Project, asked: Trial, fast_baud: int | None, progress: Progress
) -> Exchanged:
    total = len(asked.rows)
    sink = asked.manifest.model.output
    size = sink.size * wire.DTYPES[sink.dtype].itemsize
    if asked.counts is not None:
        return session.exchange_streams(
            client,
            asked.counts,
            window=found.preprocessing.window,
            hop=found.preprocessing.hop,
            fast_baud=fast_baud,
            output_size=size,
            progress=lambda done: progress(done, total),
        )
    return session.exchange(
        client,
        asked.rows,
        fast_baud=fast_baud,
        output_size=size,
        stage=Stage.INT8 if asked.stage == "int8" else Stage.WINDOW,
        progress=lambda done: progress(done, total),
    )


def _counted(stage: StageName, found: Project) -> str:
    """Return the function whose instructions are those of one inference."""
    model = found.manifest.model
    if stage == "raw":
        return f"{found.manifest.name}_run_window"
    has_edges = "float32" in (model.input.dtype, model.output.dtype)
    return f"{found.manifest.name}_run" + ("_s8" if stage == "int8" and has_edges else "")


def _who(
    request: Request, found: Project, truth: Truth, image: Image | None, hello: Hello
) -> dict[str, Any]:
    manifest = found.manifest
    elf = None if image is None else image.elf_path
    return {
        "name": manifest.name,
        "model": manifest.model.source or Path(manifest.model.file).name,
        "hashes": Hashes(
            model=manifest.model.sha256,
            preprocessing=manifest.preprocessing.sha256,
            elf=None if elf is None else files.sha256(elf),
            build_id=hello.build_id.hex(),
        ),
        "preprocessing": found.preprocessing.preset,
        "board": manifest.board,
        "virtual": request.virtual,
        "precision": manifest.model.precision,
        "stage": request.stage,
        "data": truth.windows.source,
        "synthetic": truth.windows.synthetic,
        "notes": list(truth.windows.notes),
        "left_out_classes": truth.left_out,
        "tool_versions": versions.of_tools(elf, virtual=request.virtual),
    }


def _costs(exchanged: Exchanged, instructions: list[int], hello: Hello) -> dict[str, Any]:
    cycles: CountSpread | None = judge.counts(exchanged.run.cycles)
    return {
        "instructions": judge.counts(instructions),
        "cycles": cycles,
        "clock_hz": hello.clock_hz,
        "latency_ms": None if cycles is None else judge.milliseconds(cycles, hello.clock_hz),
    }


def _footprint(
    image: Image | None, exchanged: Exchanged, warn: Callable[[str], None]
) -> Footprint | None:
    if image is None:
        return None
    try:
        size = image.footprint
    except ToolError as error:
        warn(f"no footprint: {error}")
        return None
    return Footprint(
        weights=size.weights,
        tables=size.tables,
        code=size.code,
        activation_ram=size.activation_ram,
        other_ram=size.other_ram,
        image=size.image,
        stack_high_water=exchanged.run.stack_high_water or None,
    )
