"""Programs that do not end, do not stop talking, or leave children behind."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from pathlib import Path

import pytest

from hargen.device.real.run import KEPT, run
from hargen.errors import ToolError


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def test_both_streams_and_the_exit_code() -> None:
    outcome = run(python("import sys; print('a'); print('b', file=sys.stderr); exit(3)"), seconds=9)
    assert (outcome.code, sorted(outcome.output.split())) == (3, ["a", "b"])


def test_a_program_that_hangs_is_ended_with_its_children(tmp_path: Path) -> None:
    note = tmp_path / "child"
    code = (
        "import subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        f"open({str(note)!r}, 'w').write(str(child.pid))\n"
        "print('begun', flush=True)\ntime.sleep(60)"
    )
    started = time.monotonic()
    outcome = run(python(code), seconds=1.5)
    assert (outcome.code, outcome.output) == (None, "begun\n")
    assert time.monotonic() - started < 5
    pid = int(note.read_text(encoding="utf-8"))
    for _ in range(100):  # until init has reaped it
        state = Path(f"/proc/{pid}/stat")
        if not state.exists() or state.read_text(encoding="utf-8").split()[2] == "Z":
            return
        time.sleep(0.02)
    os.kill(pid, 9)
    pytest.fail("the child lives")


def test_endless_noise_needs_bounded_memory() -> None:
    code = "import os\nos.write(1, b'first\\n')\nwhile True: os.write(1, bytes(range(256)) * 64)"
    outcome = run(python(code), seconds=0.5)
    assert outcome.code is None
    assert outcome.output.startswith("first\n")
    assert KEPT < len(outcome.output) <= 2 * KEPT + 16


def test_long_output_keeps_both_ends() -> None:
    outcome = run(python("print('first' + 'x' * 200000 + 'last')"), seconds=9)
    assert outcome.output.startswith("first")
    assert outcome.output.endswith("last\n")
    assert "[...]" in outcome.output
    whole = run(python(f"print('y' * {KEPT + 100})"), seconds=9)
    assert whole.output == "y" * (KEPT + 100) + "\n"


def test_what_cannot_be_started(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="cannot be started: No such file"):
        run([str(tmp_path / "none")], seconds=1)
    script = tmp_path / "script"
    script.write_text("no shebang", encoding="utf-8")
    with pytest.raises(ToolError, match="cannot be started"):
        run([str(script)], seconds=1)


def test_ctrl_c_ends_the_program_too(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    code = f"import os, time\nopen({str(note)!r}, 'w').write(str(os.getpid()))\ntime.sleep(60)"
    timer = threading.Timer(1.0, signal.raise_signal, [signal.SIGINT])
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        run(python(code), seconds=30)
    timer.join()
    assert not Path(f"/proc/{note.read_text(encoding='utf-8')}").exists()
