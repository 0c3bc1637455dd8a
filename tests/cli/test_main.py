"""The guard around every command: exit codes, no traceback, quiet ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import hargen as package
from hargen.cli import main
from hargen.errors import DataError, DeviceError, HargenError, LimitError, ModelError, ToolError

RUN = "from hargen.cli.main import main; main()"


def python(*arguments: str, code: str = RUN) -> list[str]:
    return [sys.executable, "-c", code, *arguments]


def test_version(hargen) -> None:
    found = hargen("--version")
    assert (found.code, found.out) == (0, f"hargen {package.__version__}\n")


def test_it_runs_as_a_module_too() -> None:
    found = subprocess.run(
        [sys.executable, "-m", "hargen", "--version"], capture_output=True, text=True, check=False
    )
    assert (found.returncode, found.stdout) == (0, f"hargen {package.__version__}\n")


@pytest.mark.parametrize("flag", ["--help", "-h"])
def test_help_names_every_command_and_exit_code(hargen, flag: str) -> None:
    found = hargen(flag)
    assert found.code == 0
    for command in (
        *("export", "build", "flash", "validate-serial", "compare"),
        *("board", "boards", "doctor", "Exit codes"),
    ):
        assert command in found.out


@pytest.mark.parametrize(
    "arguments",
    [["nonsense"], ["export"], ["export", "a.tflite"], ["build", "--nonsense"], ["board", "stop"]],
)
def test_wrong_words_are_usage_errors(hargen, arguments: list[str]) -> None:
    found = hargen(*arguments)
    assert found.code == 2
    assert "Error" in found.err
    assert found.out == ""


@pytest.mark.parametrize(
    ("error", "code"),
    [(DataError, 3), (ModelError, 3), (ToolError, 4), (DeviceError, 5), (LimitError, 6)],
)
def test_an_error_is_one_line_with_its_hint_and_code(
    hargen, monkeypatch: pytest.MonkeyPatch, error: type[HargenError], code: int
) -> None:
    def fail() -> list[str]:
        raise error("cannot do it", where="here", why="because", hint="do that")

    monkeypatch.setattr("hargen.board.names", fail)
    found = hargen("boards")
    assert found.code == code
    assert found.err == "error: here: cannot do it: because\nhint: do that\n"


def test_control_characters_of_a_file_do_not_reach_the_terminal(
    hargen, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> list[str]:
        raise DataError("bad name \x1b[2J\x07 in file", why="two\nlines")

    monkeypatch.setattr("hargen.board.names", fail)
    assert hargen("boards").err == "error: bad name \\x1b[2J\\x07 in file: two\n  lines\n"


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (ZeroDivisionError("by zero"), "error: internal error: ZeroDivisionError: by zero\nhint: "),
        (OSError(28, "No space left on device", "/x"), "error: /x: No space left on device\n"),
        (MemoryError(), "error: out of memory\n"),
    ],
)
def test_what_nobody_expected_is_one_line_too(
    hargen, monkeypatch: pytest.MonkeyPatch, error: Exception, text: str
) -> None:
    def fail() -> list[str]:
        raise error

    monkeypatch.setattr("hargen.board.names", fail)
    found = hargen("boards")
    assert found.code == 1
    assert found.err.startswith(text)


def test_debug_shows_the_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> list[str]:
        raise DataError("bad")

    monkeypatch.setattr("hargen.board.names", fail)
    monkeypatch.setenv("HARGEN_DEBUG", "1")
    with pytest.raises(DataError):
        main.run(["boards"])


def test_ctrl_c_is_quiet(hargen, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt() -> list[str]:
        raise KeyboardInterrupt

    monkeypatch.setattr("hargen.board.names", interrupt)
    found = hargen("boards")
    assert (found.code, found.out, found.err) == (130, "", "")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_a_running_command_and_closes_what_is_open(number: int, code: int) -> None:
    # a command that says when it runs, and says so when it is unwound
    program = (
        "import sys, time\n"
        "from hargen import board\n"
        "def slow():\n"
        "    try:\n"
        "        print('running', flush=True); time.sleep(60)\n"
        "    finally:\n"
        "        print('closed', flush=True)\n"
        "board.names = slow\n"
        "from hargen.cli.main import main; main()\n"
    )
    process = subprocess.Popen(
        python("boards", code=program), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "running\n"
    process.send_signal(number)
    out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err) == (code, "closed\n", "")


def test_a_reader_that_leaves_is_no_error() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    process = subprocess.run(
        python("boards"), stdout=writer, stderr=subprocess.PIPE, text=True, check=False
    )
    os.close(writer)
    assert (process.returncode, process.stderr) == (1, "")


HEAVY = {
    *("numpy", "scipy", "tensorflow", "keras", "rich", "jinja2", "pydantic", "serial", "tflite"),
    *("flatbuffers", "ai_edge_litert", "unicorn", "capstone", "elftools", "tomli_w"),
}


@pytest.mark.parametrize(
    ("arguments", "allowed"),
    # typer itself reads the options of a command by pydantic
    [
        (["--help"], set()),
        (["validate-serial", "--help"], {"pydantic"}),
        (["compare", "--help"], {"pydantic"}),
    ],
)
def test_help_imports_nothing_heavy(arguments: list[str], allowed: set[str]) -> None:
    program = (
        "import sys\n"
        "from hargen.cli import main\n"
        "main.run(sys.argv[1:])\n"
        "print('modules:', *{name.split('.')[0] for name in sys.modules})\n"
    )
    command = python(*arguments, code=program)
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    loaded = set(done.stdout.splitlines()[-1].split()[1:])
    assert "typer" in loaded
    assert loaded & HEAVY - allowed == set()


def test_completion_is_typers(hargen, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_HARGEN_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", "hargen export --board B-U")
    monkeypatch.setenv("COMP_CWORD", "3")
    assert hargen().out.strip() == "B-U585I-IOT02A"


def test_boards_as_json(hargen) -> None:
    import json

    found = hargen("boards", "--json", "-")
    assert found.code == 0
    assert json.loads(found.out)["boards"][0]["name"] == "B-U585I-IOT02A"
    assert "160 MHz" in found.err


@pytest.mark.parametrize(
    ("where", "why"),
    [("absent/a.json", "there is no folder"), (".", "it is a folder")],
)
def test_a_json_file_that_cannot_be_written_is_told_first(
    hargen, tmp_path: Path, where: str, why: str
) -> None:
    found = hargen("boards", "--json", tmp_path / where)
    assert (found.code, found.out) == (2, "")
    assert why in found.err
