"""Single keys of a terminal, and the terminal as it was."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Iterator

import pytest

from hargen.cli import keyboard


@pytest.fixture
def terminal() -> Iterator[tuple[int, int]]:
    """Yield both ends of a pseudo-terminal: whose keys are typed, and the one that reads them."""
    person, command = os.openpty()
    yield person, command
    os.close(person)
    os.close(command)


def modes(descriptor: int) -> tuple[bool, bool, bool]:
    """Return whether there is echo, whether Enter is waited for, whether Ctrl-C is a signal."""
    flags = termios.tcgetattr(descriptor)[3]
    return bool(flags & termios.ECHO), bool(flags & termios.ICANON), bool(flags & termios.ISIG)


def typed(keys: keyboard.Keys, seconds: float = 5.0) -> str:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = keys()
        if found:
            return found
        time.sleep(0.01)
    return ""


def test_keys_come_without_enter_and_without_echo(terminal: tuple[int, int]) -> None:
    person, command = terminal
    assert modes(command) == (True, True, True)
    with keyboard.keys(command) as keys:
        assert modes(command) == (False, False, True)
        assert keys() == ""
        os.write(person, b"12 q")
        assert typed(keys) == "12 q"
        assert keys() == ""
    assert modes(command) == (True, True, True)


def test_what_is_no_text_is_passed_over(terminal: tuple[int, int]) -> None:
    person, command = terminal
    with keyboard.keys(command) as keys:
        os.write(person, b"\xff\xfe1")
        assert typed(keys) == "1"


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, RuntimeError])
def test_the_terminal_is_restored_whatever_happens(
    terminal: tuple[int, int], error: type[BaseException]
) -> None:
    _, command = terminal
    with pytest.raises(error), keyboard.keys(command):
        raise error
    assert modes(command) == (True, True, True)
    assert signal.getsignal(signal.SIGCONT) is signal.SIG_DFL


def test_a_terminal_that_had_another_mode_gets_that_back(terminal: tuple[int, int]) -> None:
    _, command = terminal
    before = termios.tcgetattr(command)
    before[3] &= ~termios.ECHO
    termios.tcsetattr(command, termios.TCSANOW, before)
    with keyboard.keys(command):
        pass
    assert modes(command) == (False, True, True)


def test_after_ctrl_z_the_mode_is_set_again(terminal: tuple[int, int]) -> None:
    _, command = terminal
    cooked = termios.tcgetattr(command)
    with keyboard.keys(command):
        termios.tcsetattr(command, termios.TCSANOW, cooked)  # as the shell does
        os.kill(os.getpid(), signal.SIGCONT)
        end = time.monotonic() + 5
        while modes(command)[0] and time.monotonic() < end:
            time.sleep(0.01)
        assert modes(command) == (False, False, True)
    assert modes(command) == (True, True, True)


def test_a_pipe_has_no_keys() -> None:
    reader, writer = os.pipe()
    os.write(writer, b"1")
    with keyboard.keys(reader) as keys:
        assert keys() == ""
    assert os.read(reader, 10) == b"1", "which is left for whom it is meant"
    os.close(reader)
    os.close(writer)


def test_a_terminal_that_hung_up_has_no_keys(terminal: tuple[int, int]) -> None:
    person, command = os.openpty()
    with keyboard.keys(command) as keys:
        os.close(person)
        assert keys() == ""
    os.close(command)


IN_BACKGROUND = """
import os, sys, time
from hargen.cli import keyboard
os.setsid()
terminal = os.open(sys.argv[1], os.O_RDWR)  # becomes the session's own
child = os.fork()
if child == 0:
    os.setpgid(0, 0)  # as a shell does with `command &`
    with keyboard.keys(terminal) as keys:
        os._exit(0 if keys() == "" else 1)
for _ in range(500):
    done, status = os.waitpid(child, os.WNOHANG | os.WUNTRACED)
    if done:
        sys.exit(99 if os.WIFSTOPPED(status) else os.waitstatus_to_exitcode(status))
    time.sleep(0.01)
"""


def test_in_the_background_nobody_is_stopped(terminal: tuple[int, int]) -> None:
    _, command = terminal
    done = subprocess.run(
        [sys.executable, "-c", IN_BACKGROUND, os.ttyname(command)], check=False, timeout=30
    )
    assert done.returncode == 0


def test_closed_standard_input_has_no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    with keyboard.keys() as keys:
        assert keys() == ""
