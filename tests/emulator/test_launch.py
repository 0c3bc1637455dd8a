"""The board as a process: serial ports, control channel, and how it ends."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import serial

from hargen.device.virtual import VirtualBoard, program, run_foreground
from hargen.device.virtual.launch import RunCount
from hargen.errors import DeviceError, MissingExtraError

ROOT = Path(__file__).parents[2]
REQUEST, REPLY, TURNS = 300, 60, 27200


@pytest.fixture
def board(tmp_path, firmware):
    """Return a function (*sources, **how) -> VirtualBoard; all end with the test."""
    with contextlib.ExitStack() as stack:

        def start(*sources: str, defines: tuple[str, ...] = (), **how: object) -> VirtualBoard:
            program(tmp_path, firmware(*sources, defines=defines))
            return stack.enter_context(VirtualBoard(tmp_path, **how))  # type: ignore[arg-type]

        yield start


def opened(address, baud=115200):
    return serial.serial_for_url(address, baudrate=baud, timeout=5)


def wait_for(condition, seconds=5.0):
    """Wait until condition() is true."""
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.01)
    assert condition()


def work(request):
    """Return what windows.c computes of a request."""
    mask = 0xFFFFFFFF
    value = 0
    for byte in request:
        value = (value * 17 + byte) & mask
    for turn in range(TURNS):
        value = (value * 31 + (value >> 7) + turn) & mask
    return (value.to_bytes(4, "little") * REPLY)[:REPLY]


@pytest.mark.parametrize("way", ["pty", "url"])
def test_pyserial_talks_to_it(board, way):
    running = board("hello.c")
    address = getattr(running, way)

    with opened(address) as port:
        wait_for(lambda: running.state()["sent"] >= 6)
        port.reset_input_buffer()
        port.write(b"0123456789" * 20)
        assert port.read(200) == b"0123456789" * 20
    with opened(address) as port:  # and again
        port.write(b"x")
        assert port.read(1) == b"x"

    assert running.violations() == []
    assert running.resets() == ["power"]


def test_windows_by_interrupt_are_computed_right_and_counted(board):
    running = board("windows.c", count="work")
    requests = [bytes((number + index) % 256 for index in range(REQUEST)) for number in range(3)]

    with opened(running.pty or running.url, 921600) as port:
        wait_for(lambda: any("921" in line or "919" in line for line in running.log()))
        for request in requests:
            port.write(request)
        replies = [port.read(REPLY) for _ in requests]

    runs = running.drain_runs()
    assert replies == [work(request) for request in requests]
    assert len(runs) == 3
    assert isinstance(runs[0], RunCount)
    assert len({run.instructions for run in runs}) == 1
    assert runs[0].instructions > 6 * TURNS - 10
    assert runs[0].cycles >= runs[0].instructions
    assert running.drain_runs() == [], "each is told once"
    assert running.violations() == []


def test_what_is_counted_may_change_while_it_runs(board):
    running = board("windows.c")

    def runs_of_a_window(port):
        port.write(bytes(REQUEST))
        assert port.read(REPLY) == work(bytes(REQUEST))
        return len(running.drain_runs())

    with opened(running.pty or running.url, 921600) as port:
        wait_for(lambda: any("921" in line or "919" in line for line in running.log()))
        found = [runs_of_a_window(port)]
        for functions in (["work"], [], ["send_byte"], ["work", "send_byte"]):
            running.count(*functions)
            found.append(runs_of_a_window(port))
        with pytest.raises(DeviceError, match="no function nonsense"):
            running.count("work", "nonsense")

    assert found == [0, 1, 0, REPLY, 1 + REPLY]


def test_a_terminal_at_the_wrong_rate_gets_and_gives_garbage(board):
    running = board("hello.c")
    if running.pty is None:
        pytest.skip("no pseudo-terminals here")
    wait_for(lambda: running.state()["sent"] >= 6)

    with opened(running.pty, 38400) as port:
        port.timeout = 0.3
        port.write(b"UUUUUUUU")
        assert port.read(8) != b"UUUUUUUU"
    with opened(running.pty) as port:
        port.write(b"ab")
        assert port.read(2) == b"ab"


def test_the_reset_button_and_faults_work_from_outside(board):
    running = board("hello.c")
    with opened(running.url) as port:
        running.reset()
        wait_for(lambda: running.resets() == ["power", "pin"])
        wait_for(lambda: running.state()["sent"] >= 6)
        port.timeout = 0.3
        port.read(100)

        running.inject("silence", direction="rx")
        port.write(b"abc")
        assert port.read(3) == b""
        running.inject("clear")
        port.write(b"abc")
        assert port.read(3) == b"abc"

        running.inject("freeze")
        port.write(b"abc")
        assert port.read(3) == b""
        running.reset()
        port.timeout = 5
        assert port.read(6) == b"hello\n"
        assert running.state()["resets"] == 3

    with pytest.raises(DeviceError, match="no fault of kind 'nonsense'"):
        running.inject("nonsense")


def test_a_broken_rule_is_told_while_the_board_goes_on(board):
    running = board("violating.c")

    wait_for(lambda: running.violations())
    assert "clock-off: write of GPIOH_BSRR while its clock is off" in running.violations()[0]
    with opened(running.url) as port:
        port.write(b"x")
        assert port.read(1) == b"x"
    assert running.state()["violations"] == 1


def test_what_the_firmware_programs_outlives_the_process(tmp_path, firmware):
    program(tmp_path, firmware("flash_program.c"))
    for _ in range(2):
        with VirtualBoard(tmp_path) as running:
            wait_for(lambda: running.state()["asleep"] > 0)
    content = (tmp_path / ".hargen/virtual/flash.bin").read_bytes()

    assert content[0x1FE000:0x1FE010] == bytes.fromhex("11" * 4 + "22" * 4 + "33" * 4 + "44" * 4)


def test_a_sleeping_board_leaves_the_processor_alone(board):
    running = board("windows.c")
    wait_for(lambda: running.state()["asleep"] > 0)

    def cpu_ticks():
        fields = Path(f"/proc/{running.pid}/stat").read_text().rsplit(") ", 1)[1].split()
        return int(fields[11]) + int(fields[12])

    before = cpu_ticks()
    time.sleep(0.5)
    assert (cpu_ticks() - before) / os.sysconf("SC_CLK_TCK") < 0.05


def test_a_blank_flash_says_so(tmp_path):
    with pytest.raises(DeviceError, match="flash is blank") as caught:
        VirtualBoard(tmp_path)

    assert "hargen flash" in caught.value.hint


def test_an_unknown_function_says_so(tmp_path, firmware):
    program(tmp_path, firmware("hello.c"))

    with pytest.raises(DeviceError, match="no function har_run"):
        VirtualBoard(tmp_path, count="har_run")


def test_a_board_that_dies_is_told_with_its_last_words(board):
    running = board("hello.c")
    os.kill(running.pid, signal.SIGKILL)

    with pytest.raises(DeviceError, match="the virtual board died: exit code -9"):
        running.drain_runs()
    assert not running.is_running()


def test_without_unicorn_the_extra_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)

    with pytest.raises(MissingExtraError) as caught:
        VirtualBoard(tmp_path)

    assert caught.value.hint == "pip install 'hargen[virtual]'"


def test_without_a_compiler_it_counts_in_python_and_says_so(board, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CC", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))

    running = board("hello.c")

    assert running.hook == "python"
    assert sum("fifty times slower" in line for line in running.log()) == 1
    with opened(running.url) as port:
        port.write(b"x")
        assert port.read(1)


def test_the_front_does_not_import_unicorn():
    program_text = "import hargen.device.virtual, sys; sys.exit('unicorn' in sys.modules)"

    subprocess.run([sys.executable, "-c", program_text], check=True, cwd=ROOT)


def is_alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1][0] != "Z"
    except OSError:
        return False


def test_the_board_ends_when_its_launcher_is_killed(tmp_path, firmware):
    program(tmp_path, firmware("hello.c"))
    launcher = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys, time; from pathlib import Path\n"
            "from hargen.device.virtual import VirtualBoard\n"
            "board = VirtualBoard(Path(sys.argv[1])); print(board.pid, flush=True)\n"
            "time.sleep(60)",
            str(tmp_path),
        ],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    assert launcher.stdout is not None
    with launcher.stdout:
        pid = int(launcher.stdout.readline())
        assert is_alive(pid)
        launcher.kill()
        launcher.wait()
        wait_for(lambda: not is_alive(pid))


def test_in_the_foreground_it_runs_until_interrupted(tmp_path, firmware):
    program(tmp_path, firmware("hello.c"))
    shown = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys; from pathlib import Path\n"
            "from hargen.device.virtual import run_foreground\n"
            "run_foreground(Path(sys.argv[1]), say=lambda line: print(line, flush=True))",
            str(tmp_path),
        ],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    assert shown.stdout is not None
    with shown.stdout:
        lines = [shown.stdout.readline().split() for _ in range(3)]
        addresses = {line[0]: line[1] for line in lines[:2]}
        with opened(addresses["socket"]) as port:
            port.write(b"x")
            port.timeout = 5
            assert port.read_until(b"x").endswith(b"x")
        shown.send_signal(signal.SIGINT)
        assert shown.wait(10) == 0
        assert "USART1 at 115191 baud\n" in shown.stdout.readlines()


def test_in_the_foreground_a_broken_rule_ends_it(tmp_path, firmware):
    program(tmp_path, firmware("violating.c"))
    said: list[str] = []

    with pytest.raises(DeviceError, match="clock-off") as caught:
        run_foreground(tmp_path, say=said.append)

    assert caught.value.exit_code == 5
    assert any(line.startswith("socket") for line in said)


def test_in_the_foreground_a_blank_flash_says_so(tmp_path):
    with pytest.raises(DeviceError, match="blank"):
        run_foreground(tmp_path, say=lambda _line: None)
