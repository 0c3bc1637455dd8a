"""Writing to a real board with fake tools, which succeed, fail, hang, babble and lie."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from hargen.board import Board
from hargen.device.real import Request, program
from hargen.errors import DeviceError, ToolError, UsageError

CLI = "STM32_Programmer_CLI"
CLI_GOOD = "print('File download complete')\nprint('Download verified successfully')"
OPENOCD_GOOD = "print('** Programming Finished **')\nprint('** Verified OK **', file=sys.stderr)"
FAIL = "print('something odd')\nsys.exit(1)"


def notes_of(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


def test_the_first_tool_writes_and_the_board_confirms(target: Board, image, tools, port) -> None:
    notes, others = tools(CLI, CLI_GOOD), tools("openocd", OPENOCD_GOOD)
    done = program(image, target, Request(port=port, serial_number="AB12"))
    assert (done.tool, done.verified, done.port) == (CLI, True, port)
    assert done.where.name == CLI
    assert notes_of(notes) == (
        "['-c', 'port=SWD', 'sn=AB12', 'mode=UR', 'reset=HWrst', '-w', 'har.elf', '-v', '-rst']\n"
    )
    assert notes_of(others) == ""


def test_without_it_openocd_does_it(target: Board, image, tools, port) -> None:
    notes = tools("openocd", OPENOCD_GOOD + "\nassert open('har.elf', 'rb').read(4) == b'\\x7fELF'")
    assert program(image, target, Request(port=port, serial_number="AB12")).tool == "OpenOCD"
    said = notes_of(notes)
    assert "'adapter serial AB12'" in said
    assert said.index("dapdirect_swd") < said.index("target/stm32u5x.cfg")
    assert said.index("connect_assert_srst") < said.index("program har.elf verify reset exit")


def test_pyocd_never_waits_and_is_believed_only_with_the_boards_word(
    target: Board, image, tools, port
) -> None:
    notes = tools("pyocd", "pass")
    done = program(image, target, Request(port=port))
    assert (done.tool, done.verified) == ("pyOCD", False)
    assert notes_of(notes) == (
        "['flash', '-W', '-t', 'stm32u585aiixq', '-M', 'under-reset', 'har.elf']\n"
    )
    with pytest.raises(DeviceError, match="cannot be trusted without a port"):
        program(image, target, Request())


def test_the_probes_own_port_is_asked(target: Board, image, tools, plug, port) -> None:
    notes = tools(CLI, CLI_GOOD)
    plug((port, "AB12", 0x0483, 0x374E), ("/dev/nowhere", "CD34", 0x0483, 0x374E))
    done = program(image, target, Request(probe="ab1"))
    assert done.port == port
    assert "sn=AB12" in notes_of(notes)
    with pytest.raises(UsageError, match="2 boards, and none is chosen"):
        program(image, target, Request())
    assert notes_of(notes).count("\n") == 1


def test_without_a_port_the_tools_word_is_called_that(target: Board, image, tools) -> None:
    tools(CLI, CLI_GOOD)
    warnings: list[str] = []
    assert program(image, target, Request(), warnings.append).port is None
    assert "word alone" in warnings[0]


def test_a_lie_is_caught_by_the_build_id(target: Board, lie, tools, port) -> None:
    tools(CLI, CLI_GOOD)
    with pytest.raises(DeviceError, match="says that it wrote the image, but the board runs") as e:
        program(lie, target, Request(port=port))
    assert "build 000000000000; the image is build 000102030405" in e.value.why
    assert "--tool openocd" in e.value.hint


def test_a_board_that_is_silent_afterwards(target: Board, image, tools) -> None:
    tools(CLI, CLI_GOOD)
    with pytest.raises(DeviceError, match="the board does not confirm it: there is no such port"):
        program(image, target, Request(port="/dev/nowhere"))


def test_trustzone_explains_the_silence(target: Board, image, tools) -> None:
    tools("openocd", "print('TZEN = 1 : TrustZone enabled by option bytes')\n" + OPENOCD_GOOD)
    with pytest.raises(DeviceError, match="TrustZone is enabled on the chip") as caught:
        program(image, target, Request(port="/dev/nowhere"))
    assert "TZEN=0" in caught.value.hint


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("print('Memory Programming ...')\nprint('  50%')\nsys.exit(1)", "exit code 1"),
        ("print('\\x1b[31m  50%\\x1b[0m')\nos.kill(os.getpid(), 9)", "exit code -9: 50%"),
        ("os.write(1, os.urandom(5000) + b'\\xff\\0')", "ended without saying that it wrote"),
        ("", "ended without saying that it wrote: it said nothing"),
        ("print('begun', flush=True)\ntime.sleep(60)", "did not end within 1.5 s"),
        ("while True: os.write(1, b'ab' * 999)", "did not end within 1.5 s"),
    ],
    ids=["half-way", "killed", "garbage", "silence", "hangs", "endless"],
)
def test_a_tool_that_fails_is_named_and_the_next_has_its_turn(
    target: Board, image, tools, port, body: str, words: str
) -> None:
    tools(CLI, body)
    started = time.monotonic()
    with pytest.raises(DeviceError) as caught:
        program(image, target, Request(port=port, seconds=1.5))
    assert time.monotonic() - started < 6
    assert f"{CLI}: " in caught.value.why
    assert words in caught.value.why
    tools("openocd", OPENOCD_GOOD)
    warnings: list[str] = []
    done = program(image, target, Request(port=port, seconds=1.5), warnings.append)
    assert done.tool == "OpenOCD"
    assert len(warnings) == 1
    assert words in warnings[0]


def test_a_known_cause_ends_it(target: Board, image, tools, port) -> None:
    tools(CLI, "print('Error: Read Out Protection is active')\nsys.exit(1)")
    notes = tools("openocd", OPENOCD_GOOD)
    with pytest.raises(DeviceError, match=r"protected from reading \(RDP level 1\)") as caught:
        program(image, target, Request(port=port))
    assert "RDP=0xAA" in caught.value.hint
    assert caught.value.where == CLI
    assert notes_of(notes) == ""


def test_a_debugger_that_holds_the_probe_is_named(
    target: Board, image, tools, port, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hargen.device.real.causes.holders", lambda: ["openocd (pid 7)"])
    tools(CLI, "print('Error: ST-LINK is already in use')\nsys.exit(1)")
    with pytest.raises(DeviceError, match=r"another program holds the probe: openocd \(pid 7\)"):
        program(image, target, Request(port=port))


def test_a_probe_that_is_seen_but_not_by_the_tool(
    target: Board, image, tools, plug, monkeypatch: pytest.MonkeyPatch
) -> None:
    tools("openocd", "print('Error: open failed')\nsys.exit(1)")
    with pytest.raises(DeviceError, match="no debug probe was found"):
        program(image, target, Request())
    plug(("/dev/ttyACM0", "AB12", 0x0483, 0x374E))
    with pytest.raises(DeviceError, match="plugged in, but the tool cannot open it") as caught:
        program(image, target, Request())
    assert "udev" in caught.value.hint
    monkeypatch.setattr("hargen.device.real.causes.holders", lambda: ["st-util (pid 8)"])
    with pytest.raises(DeviceError, match="another program holds the probe"):
        program(image, target, Request())


def test_openocd_gets_a_second_try(target: Board, image, tools, port) -> None:
    body = "if open(notes.name).read().count('program') < 2: sys.exit(1)\n" + OPENOCD_GOOD
    notes = tools("openocd", body)
    assert program(image, target, Request(port=port)).tool == "OpenOCD"
    assert notes_of(notes).count("\n") == 2


def test_the_tool_that_was_asked_for_is_the_only_one(target: Board, image, tools, port) -> None:
    notes = tools(CLI, CLI_GOOD)
    tools("openocd", FAIL)
    with pytest.raises(DeviceError, match=r"was not written.*OpenOCD: exit code 1: something odd"):
        program(image, target, Request(tool="openocd", port=port))
    with pytest.raises(ToolError, match="none of pyOCD was found") as caught:
        program(image, target, Request(tool="pyocd"))
    assert "pip install pyocd" in caught.value.hint
    with pytest.raises(UsageError, match="no tool 'st-flash'") as unknown:
        program(image, target, Request(tool="st-flash"))
    assert "mass-storage" in unknown.value.hint
    assert notes_of(notes) == ""


def test_no_tool_says_what_to_install(target: Board, image, tools) -> None:
    del tools  # the machine is empty
    with pytest.raises(ToolError) as caught:
        program(image, target, Request())
    for words in ("STM32CubeProgrammer", "apt install openocd", "DIS_U585AI", "--virtual"):
        assert words in caught.value.hint
    assert str(image.binary_path) in caught.value.hint


def test_a_tool_in_its_installers_folder_is_found(
    target: Board, image, tools, port, tmp_path: Path
) -> None:
    tools(CLI, CLI_GOOD)
    folder = tmp_path / "home/STMicroelectronics/STM32Cube/STM32CubeProgrammer/bin"
    folder.mkdir(parents=True)
    (tmp_path / "bin" / CLI).rename(folder / CLI)
    assert program(image, target, Request(port=port)).where == folder / CLI


def test_a_tool_beside_python_is_found(
    target: Board, image, tools, port, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a virtual environment that is not activated, pip's programs are not on the PATH."""
    tools("pyocd", "pass")
    monkeypatch.setattr("hargen.device.real.command_line.BESIDE_PYTHON", tmp_path / "venv")
    (tmp_path / "bin").rename(tmp_path / "venv")
    assert program(image, target, Request(port=port)).where == tmp_path / "venv/pyocd"


@pytest.mark.parametrize("seconds", [0.0, -1.0, float("nan"), float("inf")])
def test_a_time_that_is_none(target: Board, image, tools, seconds: float) -> None:
    del tools
    with pytest.raises(UsageError, match="is no time"):
        program(image, target, Request(seconds=seconds))
