"""hargen monitor: what a board makes of its own sensor, live, and a recording of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from hargen.cli.options import BoardTimeout, Port, Virtual

if TYPE_CHECKING:
    from hargen.monitor.labels import Labels
    from hargen.monitor.recorder import Recorder
    from hargen.monitor.watch import Display, Watched


def monitor(
    directory: Annotated[
        Path | None,
        typer.Argument(
            metavar="[DIR]",
            help="Folder of an exported project, to be sure that the board runs it.",
            show_default="here with --virtual, else none",
        ),
    ] = None,
    virtual: Virtual = False,
    port: Port = None,
    sensor: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="What the virtual board's sensor feels: a CSV recording, or `synthetic`. "
            "Without it the board lies still.",
        ),
    ] = None,
    record: Annotated[
        Path | None,
        typer.Option(
            "--record",
            "-r",
            metavar="FILE.csv",
            help="Record the samples, with labels by the keys 1 to 9 (0 or space: none).",
        ),
    ] = None,
    labels: Annotated[
        str | None,
        typer.Option(
            "--labels", metavar="A,B,C", help="Labels of the keys, instead of the model's classes."
        ),
    ] = None,
    label: Annotated[
        str | None, typer.Option("--label", metavar="NAME", help="The label to begin with.")
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", "-f", help="Replace a recording that is there.")
    ] = False,
    seconds: Annotated[
        float | None,
        typer.Option("--seconds", metavar="N", min=0.1, help="End after so many seconds."),
    ] = None,
    windows: Annotated[
        int | None, typer.Option("--windows", metavar="N", min=1, help="End after so many windows.")
    ] = None,
    json_lines: Annotated[
        bool, typer.Option("--json", help="Print one JSON object a line.")
    ] = False,
    timeout: BoardTimeout = 2.0,
) -> None:
    """Watch a board that samples its own sensor: its activity, live.

    Shows activity, probabilities, the axes, the sample rate that really arrives, and what is lost;
    prints a line for each window where there is no terminal. Ctrl-C ends it. A port that goes and
    comes back is waited for.
    """
    from hargen.cli import console, keyboard
    from hargen.device.real import detect
    from hargen.monitor.connection import Connection
    from hargen.monitor.opening import Opener, Request
    from hargen.monitor.recorder import Recorder, check_target
    from hargen.monitor.watch import Until, watch

    asked = _asked(record, labels, label, force)
    if record is not None:
        check_target(record, force=force)
    opener = Opener(Request(directory, virtual, port, sensor, timeout), console.warn)
    with ExitStack() as stack:
        stack.callback(opener.close)
        connection = Connection(opener, check=opener.check)
        stack.callback(connection.close)
        first = connection.connect()
        labels_on = _labels(asked, connection.device.classes)
        recorder = None if record is None else Recorder(record, labels_on, force=force)
        if recorder is not None:
            stack.callback(recorder.close)
        is_real = port is not None and detect.is_serial_device(port)
        with _display(json_lines, not is_real) as display, keyboard.keys() as keys:
            until = Until(seconds, windows)
            watched = watch(
                connection, first, display, keys, labels_on, recorder, until, is_real=is_real
            )
        _summarize(watched, recorder, json_lines)


class _Asked(NamedTuple):
    """What the recording's options say; labels None: the model's classes."""

    is_recording: bool
    labels: tuple[str, ...] | None
    first: str


def _asked(record: Path | None, labels: str | None, label: str | None, force: bool) -> _Asked:
    """Return what the options of a recording say, checked before anything is opened.

    Raises:
        UsageError: one of them without --record, or a label that cannot be one.
        DataError: a label that cannot be printed.
    """
    from hargen.errors import UsageError
    from hargen.monitor.labels import NONE, check

    if record is None:
        given = {"--labels": labels is not None, "--label": label is not None, "--force": force}
        for option in (name for name, is_there in given.items() if is_there):
            raise UsageError(
                f"{option} goes with --record", hint="--record FILE.csv names the file"
            )
    names = None
    if labels is not None:
        names = check([name.strip() for name in labels.split(",")], "--labels")
    first = NONE if label is None else check([label.strip()], "--label")[0]
    return _Asked(record is not None, names, first)


def _labels(asked: _Asked, classes: tuple[str, ...]) -> Labels:
    """Return the labels by key: those asked for, or the model's classes; that of --label too."""
    from hargen.cli import console
    from hargen.monitor.labels import MOST, Labels, check

    if not asked.is_recording:
        return Labels(())
    names = asked.labels
    if names is None:
        names = check(classes, "the model's classes")
    if asked.first and asked.first not in names:
        names = (*names, asked.first)
    if len(names) > MOST:
        console.note(f"only the first {MOST} of {len(names)} labels have a key; see --labels")
    return Labels(names, asked.first)


@contextmanager
def _display(json_lines: bool, estimated: bool) -> Iterator[Display]:
    from hargen.cli import console
    from hargen.cli.monitor_lines import JsonLines, Lines
    from hargen.cli.monitor_screen import Screen

    if json_lines:
        yield JsonLines(estimated=estimated)
        return
    terminal = console.rich_console()
    if not terminal.is_terminal:
        yield Lines()
        return
    with Screen(terminal, estimated=estimated) as screen:
        yield screen


def _summarize(watched: Watched, recorder: Recorder | None, json_lines: bool) -> None:
    from hargen.cli import console, monitor_lines, monitor_text

    if json_lines:
        monitor_lines.print_summary(watched.state, watched.seconds, recorder)
        return
    for line in monitor_text.summary(watched.state, watched.seconds, recorder):
        console.progress(line)
