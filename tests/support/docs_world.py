"""A machine for the commands of a page: a folder, hargen on the PATH, and stand-ins.

Stand-ins take the place of what would install something or reach hardware; they write down what
they were asked. Everything else is the real thing.
"""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from support.markdown import ROOT
from support.transcript import Step, difference

BOARD = "B-U585I-IOT02A"
PORT = "/dev/ttyACM0"
"""What pages call the port of a real board; in the tests a virtual board sits behind it."""
SECONDS = 60.0

_RECORDED = ("apt", "apt-get", "git", "pip", "pyocd", "pytest", "sudo")
_HARGEN = """#!{python}
import sys
from hargen.cli.main import main
sys.argv[0] = "hargen"
sys.exit(main())
"""
_RECORD = """#!/bin/sh
echo "{name} $*" >> "$STAND_IN_RECORD"
"""
# A Makefile in the folder is one that a page made; else the page means that of the checkout.
_MAKE = """#!/bin/sh
[ ! -f Makefile ] || exec {make} "$@"
echo "make $*" >> "$STAND_IN_RECORD"
[ "$1" != demo ] || exec {root}/.ci/demo demo {board}
"""
_PROGRAMMER = """#!/bin/sh
[ "$1" != --version ] || {{ echo "STM32CubeProgrammer version: 2.18.0"; exit 0; }}
echo "STM32_Programmer_CLI $*" >> "$STAND_IN_RECORD"
[ -s har.elf ] || exit 1
echo "File download complete"
echo "Download verified successfully"
"""


def _executable(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


def _heed_ctrl_c() -> None:
    """Undo what the shell does to whatever it starts in the background, these tests included."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def stand_ins(folder: Path) -> Path:
    """Write hargen and the stand-ins into a folder, and return it."""
    folder.mkdir()
    _executable(folder / "hargen", _HARGEN.format(python=sys.executable))
    for name in _RECORDED:
        _executable(folder / name, _RECORD.format(name=name))
    make = shutil.which("make")
    _executable(folder / "make", _MAKE.format(make=make, root=ROOT, board=BOARD))
    _executable(folder / "STM32_Programmer_CLI", _PROGRAMMER.format())
    return folder


@dataclass
class World:
    """Where the blocks of one page run, one after the other.

    Attributes:
        folder: the page's own, empty but for what the page takes for granted.
        tools: the folder of stand-ins, first on the PATH.
        home: the user's folder, with hargen's cache.
    """

    folder: Path
    tools: Path
    home: Path
    _code: int = 0
    _boards: list[subprocess.Popen[str]] = field(default_factory=list)
    _port: str = ""

    @property
    def recorded(self) -> list[str]:
        """What the stand-ins were asked, one command line each."""
        record = self._beside("record")
        return record.read_text(encoding="utf-8").splitlines() if record.exists() else []

    def script(self, text: str) -> tuple[int, str]:
        """Run a whole sh block, which stops at the first command that fails."""
        return self._run(f"set -eu\n{text}")

    def step(self, step: Step) -> str:
        """Run one command of a console block; return in what its output differs."""
        if step.interrupted:
            return self._interrupted(step)
        self._code, printed = self._run(f"(exit {self._code})\n{step.command}")
        return difference(step.output, printed, self.folder)

    def begin(self) -> None:
        """Go back to the page's folder, where every block begins."""
        self._beside("place").unlink(missing_ok=True)
        self._code = 0

    @property
    def code(self) -> int:
        """The exit code of the last step."""
        return self._code

    def close(self) -> None:
        for board in self._boards:
            board.send_signal(signal.SIGINT)
            try:
                board.communicate(timeout=SECONDS)
            finally:
                board.kill()

    def _beside(self, name: str) -> Path:
        return self.folder.with_name(f"{self.folder.name}.{name}")

    def _environment(self) -> dict[str, str]:
        return {
            "PATH": f"{self.tools}:{os.environ['PATH']}",
            "HOME": str(self.home),
            "LANG": "C.UTF-8",
            "PYTHONPATH": str(ROOT),
            "STAND_IN_RECORD": str(self._beside("record")),
        }

    def _start(self, text: str, output: int) -> subprocess.Popen[str]:
        state = self._beside("place")
        place = state.read_text(encoding="utf-8") if state.exists() else str(self.folder)
        return subprocess.Popen(
            ["bash", "-c", f"trap 'printf %s \"$PWD\" > {state}' EXIT\n{self._with_port(text)}"],
            cwd=place,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            preexec_fn=_heed_ctrl_c,
        )

    def _run(self, text: str) -> tuple[int, str]:
        with self._start(text, subprocess.PIPE) as process:
            try:
                printed, _ = process.communicate(timeout=SECONDS)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                raise
        return process.returncode, printed

    def _interrupted(self, step: Step) -> str:
        """Run a command until it has printed what the page shows, then press Ctrl-C."""
        output = self._beside("output")
        with output.open("w") as file, self._start(step.command, file.fileno()) as process:
            deadline = time.monotonic() + SECONDS
            wrong = "nothing"
            while wrong and process.poll() is None and time.monotonic() < deadline:
                time.sleep(0.05)
                wrong = difference(step.output, output.read_text(encoding="utf-8"), self.folder)
            os.killpg(process.pid, signal.SIGINT)
            try:
                process.wait(timeout=SECONDS)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                raise
        self._code = 0
        return wrong

    def _with_port(self, text: str) -> str:
        """Return a command with a virtual board's port in place of a real one's."""
        if PORT not in text:
            return text
        if not self._port:
            board = subprocess.Popen(
                [self.tools / "hargen", "board", "run", "har"],
                cwd=self.folder,
                env=self._environment(),
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                preexec_fn=_heed_ctrl_c,
            )
            self._boards.append(board)
            assert board.stdout
            self._port = board.stdout.readline().removeprefix("pty").strip()
        return text.replace(PORT, self._port)
