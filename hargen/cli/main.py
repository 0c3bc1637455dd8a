"""The entry point: runs the command line and turns whatever happens into an exit code.

Nothing that a user does may end in a traceback. The heavy part, hargen.cli.app, is imported inside
the guard so that Ctrl-C during start-up is quiet too.
"""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType
from typing import NoReturn

from hargen.cli import console
from hargen.errors import HargenError

EXIT_INTERNAL = 1
EXIT_INTERRUPTED = 130  # 128 + SIGINT, as shells report it
EXIT_BROKEN_PIPE = 1  # as typer has it, which sees most of them first
EXIT_TERMINATED = 143  # 128 + SIGTERM
REPORT_AT = "please report it with the output of HARGEN_DEBUG=1 and of hargen doctor"


def main() -> NoReturn:
    """Run hargen on the process's arguments and exit."""
    signal.signal(signal.SIGTERM, _terminate)
    code = run(sys.argv[1:])
    try:
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:  # closed by whoever started us
                stream.flush()
    except OSError:
        code = _silence_pipes()
    sys.exit(code)


def run(arguments: list[str]) -> int:
    """Run one command and return its exit code; errors are printed, never raised."""
    debug = os.environ.get("HARGEN_DEBUG", "") not in ("", "0")
    try:
        from hargen.cli.app import app

        app(arguments, prog_name="hargen")
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else int(stop.code is not None)
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except HargenError as error:
        if debug:
            raise
        console.error(str(error), error.hint)
        return error.exit_code
    except BrokenPipeError:
        return _silence_pipes()
    except Exception as error:
        if debug:
            raise
        console.error(*_describe(error))
        return EXIT_INTERNAL
    return 0


def _terminate(_number: int, _frame: FrameType | None) -> None:
    """End by an exception, so that open ports and child processes are closed on the way out."""
    raise SystemExit(EXIT_TERMINATED)


def _silence_pipes() -> int:
    """Let the interpreter's last flush go nowhere: whoever read our output has left."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    return EXIT_BROKEN_PIPE


def _describe(error: Exception) -> tuple[str, str]:
    if isinstance(error, OSError) and error.strerror:
        where = f"{error.filename}: " if error.filename else ""
        return f"{where}{error.strerror}", ""
    if isinstance(error, MemoryError):
        return "out of memory", ""
    return f"internal error: {type(error).__name__}: {error}", REPORT_AT
