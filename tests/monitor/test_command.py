"""hargen monitor as a user runs it, against a device that speaks real frames from a script."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fcntl import ioctl
from pathlib import Path

import pytest
from support.live_device import LiveDevice

from hargen import datasets
from hargen.cli import main

HOP = 24
SECONDS = 30.0
COMMAND = [sys.executable, "-c", "from hargen.cli.main import main; main()"]


class Motion:
    """Has a device sample: a window every few milliseconds, x numbering the samples."""

    def __init__(self, device: LiveDevice, *, period: float = 0.02) -> None:
        self._device = device
        self._period = period
        self._first = 0
        self._window = 0
        self._is_over = threading.Event()
        self.is_paused = False
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._is_over.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._is_over.wait(self._period):
            if self._device.sends is None:
                self._first = self._window = 0
            elif not self.is_paused:
                with contextlib.suppress(OSError):  # unplugged meanwhile
                    self._tell()

    def _tell(self) -> None:
        counts = [(n % 30000, -(n % 30000), 8197) for n in range(self._first, self._first + HOP)]
        self._device.samples(counts, first=self._first)
        rate = int(self._device.state.get("rate_mhz", 26042))
        self._device.result(
            self._window % 3, self._window, settled=int(self._window > 0), rate_mhz=rate
        )
        self._first += HOP
        self._window += 1


@pytest.fixture
def motion(device: LiveDevice) -> Iterator[Motion]:
    found = Motion(device)
    yield found
    found.close()


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str


Run = Callable[..., Ran]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], device: LiveDevice) -> Run:
    """Return a function that runs hargen monitor on the device's port, in this process."""

    def go(*arguments: object, port: str | None = device.port) -> Ran:
        capsys.readouterr()
        where = [] if port is None else ["--port", port]
        code = main.run(["monitor", *where, *map(str, arguments)])
        printed = capsys.readouterr()
        assert "Traceback" not in printed.out + printed.err
        return Ran(code, printed.out, printed.err)

    return go


def x_of(path: Path) -> list[list[int]]:
    """Return the x counts of each recording of a file."""
    return [
        [round(float(sample[0]) / 0.122) for sample in one.samples]
        for one in datasets.recordings(path).recordings
    ]


def test_a_line_a_window(run: Run, motion: Motion) -> None:
    done = run("--windows", 4)
    assert done.code == 0
    lines = done.out.splitlines()
    assert len(lines) == 4
    assert re.fullmatch(
        r"window 0     stationary  100\.0 %  unsettled  26\.04 Hz by the board  1\.000 ms  0 lost",
        lines[0],
    )
    assert re.fullmatch(r"window 1     walking     100\.0 %  settled    .*", lines[1])
    assert done.err.splitlines()[0].startswith("scripted on socket://")
    assert "4 windows in " in done.err
    assert "1 of them unsettled" in done.err
    assert "stationary 2, walking 1, running 1" in done.err


def test_json_is_an_object_a_line(run: Run, motion: Motion) -> None:
    done = run("--windows", 3, "--json")
    assert done.code == 0
    told = [json.loads(line) for line in done.out.splitlines()]
    assert {one["schema"] for one in told} == {1}
    assert [one["event"] for one in told] == ["connected", "result", "result", "result", "summary"]
    assert told[0]["classes"] == ["stationary", "walking", "running"]
    assert told[0]["nominal_hz"] == 26.0
    assert told[0]["estimated"] is True
    second = told[2]
    assert (second["window"], second["activity"], second["class"]) == (1, "walking", "walking")
    assert (second["outputs"], second["settled"]) == ([0.0, 1.0, 0.0], True)
    assert (second["cycles"], second["latency_ms"], second["lost"]) == (160000, 1.0, 0)
    assert (second["rate_hz"], second["board_rate_hz"]) == (None, 26.042)
    assert told[-1]["activities"] == {"stationary": 1, "walking": 1, "running": 1}
    assert (told[-1]["results"], told[-1]["samples"]) == (3, 72)
    assert told[-1]["recording"] is None


def test_it_ends_after_so_many_seconds(run: Run, motion: Motion) -> None:
    began = time.monotonic()
    assert run("--seconds", 1).code == 0
    assert 1.0 <= time.monotonic() - began < 10


def test_what_was_sampled_is_recorded(run: Run, motion: Motion, tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    done = run("--windows", 5, "--record", path, "--label", "walking")
    assert done.code == 0
    found = datasets.recordings(path)
    assert x_of(path) == [list(range(5 * HOP))]
    assert found.classes == ("walking",)
    assert found.unit == "mg"
    assert f"{path}: 120 samples, 120 of them labelled" in done.err
    again = run("--windows", 1, "--record", path)
    assert again.code == 2
    assert "it exists" in again.err
    assert "--force" in again.err
    assert x_of(path) == [list(range(5 * HOP))]
    assert run("--windows", 1, "--record", path, "--force", "--json").code == 0
    assert len(x_of(path)[0]) == HOP


def test_a_new_label_may_be_one_that_the_model_lacks(
    run: Run, motion: Motion, tmp_path: Path
) -> None:
    path = tmp_path / "mine.csv"
    assert run("--windows", 2, "--record", path, "--label", "climbing").code == 0
    assert datasets.recordings(path).classes == ("climbing",)


def test_a_port_that_vanishes_is_waited_for_and_leaves_a_gap(
    run: Run, motion: Motion, device: LiveDevice, tmp_path: Path
) -> None:
    path = tmp_path / "mine.csv"

    def pull_and_plug() -> None:
        while device.sends is None:
            time.sleep(0.01)
        time.sleep(0.5)
        device.unplug()
        time.sleep(1.5)
        device.plug()

    thread = threading.Thread(target=pull_and_plug)
    thread.start()
    done = run("--seconds", 8, "--record", path, "--timeout", 0.5)
    thread.join()
    assert done.code == 0
    assert re.search(r"warning: .*waiting for it", done.err)
    assert done.err.count("scripted on socket://") == 2
    assert "1 gap\n" in done.err
    first, second = x_of(path)
    assert first == list(range(len(first)))
    assert second == list(range(len(second)))
    times = [float(line.split(",")[0]) for line in path.read_text().splitlines()[1:]]
    step = times[len(first)] - times[len(first) - 1]
    # gone for 1.5 s and more; the first block behind it says that it took 23 periods of 1/26 s
    assert 0.5 < step < 7.0


def test_lost_samples_are_told_and_cut_the_recording(
    run: Run, device: LiveDevice, tmp_path: Path
) -> None:
    path = tmp_path / "mine.csv"

    def sample() -> None:
        while device.sends is None:
            time.sleep(0.01)
        device.samples([(n, 0, 0) for n in range(24)])
        device.samples([(n, 0, 0) for n in range(26, 50)], first=26, lost=2)
        device.result(1, 0)

    thread = threading.Thread(target=sample)
    thread.start()
    done = run("--windows", 1, "--record", path, "--json")
    thread.join()
    told = [json.loads(line) for line in done.out.splitlines()]
    (gap,) = (one for one in told if one["event"] == "gap")
    assert (gap["lost"], gap["lost_on_wire"]) == (2, 0)
    assert x_of(path) == [list(range(24)), list(range(26, 50))]
    assert told[-1]["recording"] == {"file": str(path), "samples": 48, "labelled": 0, "gaps": 1}


def test_trouble_and_a_rate_that_is_off_are_warned_of_once(
    run: Run, motion: Motion, device: LiveDevice
) -> None:
    device.state = {"rate_mhz": 27300, "sensor": 2}
    device.text = "a transfer failed: NACK"
    done = run("--windows", 1)
    assert done.code == 0
    assert done.err.count("warning: sensor: a transfer failed: NACK") == 1
    assert done.err.count("warning: the sensor gives 27.30 Hz by the board's clock, +5.0 %") == 1


def test_names_of_the_board_cannot_play_with_the_terminal(
    run: Run, motion: Motion, device: LiveDevice
) -> None:
    device.state = {"sensor": 2}
    device.text = "\x1b[2J gone"
    assert "\x1b" not in run("--windows", 1).err


def test_more_labels_than_keys_are_said(run: Run, motion: Motion, tmp_path: Path) -> None:
    labels = ",".join(f"activity {number}" for number in range(12))
    done = run("--windows", 1, "--record", tmp_path / "a.csv", "--labels", labels)
    assert done.code == 0
    assert "note: only the first 9 of 12 labels have a key" in done.err


def test_nothing_at_all_is_an_error(run: Run, device: LiveDevice) -> None:
    done = run("--seconds", 0.5)
    assert done.code == 5
    assert "the board gave no sample" in done.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "give one of --virtual and --port"),
        (["--port", "/dev/null", "--virtual"], "give one of --virtual and --port"),
        (["--port", "/dev/null", "--sensor", "synthetic"], "--sensor goes with --virtual"),
        (["--port", "/dev/null", "--labels", "a,b"], "--labels goes with --record"),
        (["--port", "/dev/null", "--label", "a"], "--label goes with --record"),
        (["--port", "/dev/null", "--force"], "--force goes with --record"),
        (["--port", "/dev/null", "--record", "/no/such/x.csv"], "cannot write the recording"),
        (["--port", "/dev/null", "--record", "x.csv", "--labels", "a,1"], "is a number"),
        (["no-project", "--virtual"], "not a hargen project"),
    ],
)
def test_words_that_do_not_fit_together(run: Run, arguments: list[str], words: str) -> None:
    done = run(*arguments, port=None)
    assert (done.code, done.out) == (2, "")
    assert words in done.err


def test_a_port_that_was_never_there_is_an_error(run: Run) -> None:
    done = run(port="/dev/ttyNOSUCH")
    assert done.code == 5
    assert "there is no such port" in done.err


def environment() -> dict[str, str]:
    """Return this process's, but for what would say another size than the terminal's."""
    inherited = {name: os.environ[name] for name in os.environ.keys() - {"COLUMNS", "LINES"}}
    return {**inherited, "LANG": "C.UTF-8", "TERM": "xterm-256color", "PYTHONUNBUFFERED": "1"}


def test_ctrl_c_ends_it_with_a_summary(device: LiveDevice, motion: Motion, tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    process = subprocess.Popen(
        [*COMMAND, "monitor", "--port", device.port, "--record", str(path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
    )
    assert process.stdout
    for _ in range(3):
        assert process.stdout.readline().startswith("window ")
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=SECONDS)
    assert process.returncode == 0
    assert "Traceback" not in out + err
    assert "windows in" in err
    assert f"recorded     {path}: " in err
    assert x_of(path)[0][:72] == list(range(72))


class Person:
    """Sits at a terminal of their own in front of hargen monitor."""

    def __init__(self, *arguments: str, columns: int = 100, lines: int = 40) -> None:
        self._terminal, command = pty.openpty()
        ioctl(command, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        self._command = command
        self.before = termios.tcgetattr(command)
        self.process = subprocess.Popen(
            [*COMMAND, "monitor", *arguments],
            stdin=command,
            stdout=command,
            stderr=command,
            env=environment(),
            start_new_session=True,
        )
        self.seen = ""

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._terminal)
        os.close(self._command)

    def __enter__(self) -> Person:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def press(self, keys: str) -> None:
        os.write(self._terminal, keys.encode())

    def see(self, pattern: str) -> str:
        """Wait until it is on the screen, and return all that was since the last time."""
        end = time.monotonic() + SECONDS
        text = ""
        while not re.search(pattern, text):
            assert time.monotonic() < end, f"{pattern!r} is not in {text[-2000:]!r}"
            if select.select([self._terminal], [], [], 0.1)[0]:
                text += os.read(self._terminal, 65536).decode("utf-8", "replace")
        return text

    def modes(self) -> list[object]:
        return termios.tcgetattr(self._command)


def test_a_person_sees_the_picture_and_types_labels(
    device: LiveDevice, motion: Motion, tmp_path: Path
) -> None:
    path = tmp_path / "mine.csv"
    # as it is sampled here: labels go by the time at which a sample was taken
    device.state = {"nominal_mhz": 1_200_000, "rate_mhz": 1_200_000}
    with Person("--port", device.port, "--record", str(path)) as person:
        shown = person.see("label: .*none")
        assert "scripted, 24 samples a window, one every 24" in shown
        shown += person.see("settled(.|\n)*label: ")
        assert "█" in shown
        assert "100.0 %" in shown
        assert "x +" in shown
        assert "1200.00 Hz by the board's, the model's is 1200 Hz" in shown
        assert "160000 cycles, estimated" in shown
        assert "1 stationary  2 walking  3 running  0 none  q end" in shown
        person.press("2")
        person.see("label: .*walking")
        time.sleep(0.3)
        person.press("0")
        person.see("label: .*none")
        time.sleep(0.3)
        person.press("3x")
        person.see("label: .*running")
        time.sleep(0.3)
        person.press("q")
        said = person.see("recorded     ")
        assert person.process.wait(SECONDS) == 0
        assert person.modes() == person.before
    assert "Traceback" not in said
    found = datasets.recordings(path)
    assert found.classes == ("running", "walking")
    labels = [found.classes[one.label] if one.label >= 0 else "" for one in found.recordings]
    assert labels == ["", "walking", "", "running"]
    flat = [x for one in x_of(path) for x in one]
    assert flat == list(range(len(flat)))


def test_the_screen_says_that_the_board_is_gone_and_that_it_is_back(
    device: LiveDevice, motion: Motion
) -> None:
    with Person("--port", device.port, "--timeout", "0.5") as person:
        person.see("settled")
        device.unplug()
        assert "waiting for it" in person.see("waiting for it")
        device.plug()
        person.see("waiting for the first window|settled")
        os.kill(person.process.pid, signal.SIGINT)
        said = person.see("board gone   1 time")
        assert person.process.wait(SECONDS) == 0
        assert person.modes() == person.before
    assert "Traceback" not in said


def test_it_fits_a_small_terminal(device: LiveDevice, motion: Motion, tmp_path: Path) -> None:
    with Person(
        "--port", device.port, "--record", str(tmp_path / "a.csv"), columns=80, lines=24
    ) as person:
        shown = person.see("settled(.|\n)*q end(.|\n)* z [+](.|\n)*samples")
        assert "..." not in shown, "rich's mark of what did not fit"
        assert "0 of them labelled" in shown


def test_a_terminated_watch_gives_the_terminal_back(device: LiveDevice, motion: Motion) -> None:
    with Person("--port", device.port) as person:
        person.see("settled")
        assert person.modes() != person.before
        person.process.send_signal(signal.SIGTERM)
        assert person.process.wait(SECONDS) == 143
        assert person.modes() == person.before
