"""The whole self-test: against native firmware, sound and not, and against the virtual board."""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from hargen.build import compile as compiling
from hargen.cli import main
from hargen.device import virtual
from hargen.device.virtual import VirtualBoard
from hargen.errors import DeviceError, LimitError, UsageError
from hargen.link.client import Client
from hargen.validate import selftest
from hargen.validate.selftest import Check, Request, SelftestReport

CHECKS = [
    *("identity", "bit rate", "cycle counter"),
    *(f"echo at {baud} baud" for baud in (115200, 230400, 460800, 921600)),
    *("known answers", "windows", "cycles"),
]


def run(folder: Path, **fields: object) -> SelftestReport:
    return selftest.run(Request(folder, **fields), lambda *_: None, lambda _: None)


def statuses(report: SelftestReport) -> dict[str, str]:
    return {check.name: check.status for check in report.checks}


@pytest.fixture(scope="module")
def flashed(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the project, built, and its virtual board flashed."""
    folder = tmp_path_factory.mktemp("flashed") / "project"
    shutil.copytree(demo, folder)
    virtual.program(folder, compiling.build(folder).elf_path)
    return folder


def test_sound_firmware_passes(demo: Path, start) -> None:
    report = run(demo, port=start(demo), windows=40)
    found = statuses(report)
    assert list(found) == CHECKS
    assert {n for n, status in found.items() if status != "ok"} == {"bit rate", "cycle counter"}
    assert "broken" not in found.values()
    assert "wrong" not in found.values()
    assert (report.virtual, report.hardware) == (False, False)
    selftest.judge(report)
    assert SelftestReport.model_validate(json.loads(report.to_json())) == report


def test_one_changed_weight_is_wrong_twice(demo: Path, start, tmp_path: Path) -> None:
    folder = tmp_path / "edited"
    shutil.copytree(demo, folder)
    data = folder / "Model/har_data.c"
    text = data.read_text(encoding="utf-8")
    at = text.index("{", text.index("_weights[")) + 1
    end = text.index("}", at)
    numbers = text[at:end].split(",")
    numbers[:24] = ["127"] * 24
    data.write_text(text[:at] + ",".join(numbers) + text[end:], encoding="utf-8")
    report = run(folder, port=start(folder), windows=40)
    found = statuses(report)
    assert (found["known answers"], found["windows"]) == ("wrong", "wrong")
    assert found["echo at 921600 baud"] == "ok"
    assert "instead of" in report.to_text()
    with pytest.raises(LimitError, match="did not pass: known answers, windows"):
        selftest.judge(report)


def test_another_models_board_ends_it_with_a_report(demo: Path, host, tmp_path: Path) -> None:
    del tmp_path
    report = run(demo, port=host, windows=5)
    found = statuses(report)
    assert found.pop("identity") == "broken"
    assert set(found.values()) == {"skipped"}
    assert "another model's firmware" in report.to_text()
    with pytest.raises(DeviceError, match="did not pass: identity"):
        selftest.judge(report)


def test_a_board_that_dies_half_way(demo: Path, start, monkeypatch: pytest.MonkeyPatch) -> None:
    def die(_self: Client) -> None:
        def silent(_self: Client) -> None:
            raise DeviceError("no answer", where="here")

        monkeypatch.setattr(Client, "hello", silent)
        raise DeviceError("the firmware has crashed", where="here", hint="reset the board")

    monkeypatch.setattr(Client, "selftest", die)
    report = run(demo, port=start(demo), windows=5, timeout=0.5)
    found = statuses(report)
    assert (found["identity"], found["bit rate"]) == ("ok", "skipped")
    assert found["clock"] == "broken"
    assert found["windows"] == "skipped"
    assert "not reached: the board is silent since clock" in report.to_text()


def test_a_rate_that_does_not_work(demo: Path, start, monkeypatch: pytest.MonkeyPatch) -> None:
    set_baud = Client.set_baud

    def refuse(self: Client, baud: int) -> None:
        if baud == 460800:
            raise DeviceError("the device does not answer at 460800 baud")
        set_baud(self, baud)

    monkeypatch.setattr(Client, "set_baud", refuse)
    found = statuses(run(demo, port=start(demo), windows=5))
    assert found["echo at 460800 baud"] == "broken"
    assert found["echo at 921600 baud"] == found["windows"] == "ok"


def test_bytes_that_come_back_changed(demo: Path, start, monkeypatch: pytest.MonkeyPatch) -> None:
    echo = Client.echo
    monkeypatch.setattr(
        Client, "echo", lambda self, data: echo(self, data).replace(b"\x55\xaa", b"\x55\xab")
    )
    report = run(demo, port=start(demo), windows=5)
    assert statuses(report)["echo at 115200 baud"] == "wrong"
    assert "came back changed" in report.to_text()


def test_the_virtual_board_end_to_end(
    flashed: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    pytest.importorskip("unicorn")
    out = tmp_path / "out.json"
    code = main.run(["selftest", str(flashed), "--virtual", "--windows", "30", "--json", str(out)])
    printed = capsys.readouterr()
    assert (code, printed.err) == (0, "")
    assert printed.out.startswith("hargen selftest report, format 1\n")
    assert "30 of 30 bit-exact" in printed.out
    assert "board     B-U585I-IOT02A, virtual, on " in printed.out
    table = json.loads(out.read_text(encoding="utf-8"))
    assert table["schema"] == 1
    assert table["virtual"] is True
    assert {"ok", "skipped"} == {check["status"] for check in table["checks"]}


def test_what_silicon_would_not_serve_is_told_whatever_else_breaks(
    flashed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("unicorn")

    def die(_self: Client) -> None:
        raise DeviceError("no answer", where="here")

    monkeypatch.setattr(Client, "selftest", die)
    monkeypatch.setattr(VirtualBoard, "violations", lambda _: ["write to GPIOA, clock off"])
    report = run(flashed, virtual=True, windows=3, timeout=0.5)
    assert report.checks[-1] == Check(
        name="violations", status="broken", lines=["write to GPIOA, clock off"]
    )


def test_a_virtual_board_that_fails_is_not_the_boards_fault(
    flashed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("unicorn")

    def fail(*_: object) -> list[int]:
        raise DeviceError("the virtual board died", hint="see its log")

    monkeypatch.setattr("hargen.validate.selftest.estimate.cycles", fail)
    with VirtualBoard(flashed, with_pty=False) as board:
        report = run(flashed, port=board.url, windows=3)
    (cycles,) = [check for check in report.checks if check.name == "cycles"]
    assert cycles.status == "ok"
    assert "the virtual board died; see its log" in cycles.lines[1]


def test_the_tests_for_a_real_board_run(flashed: Path) -> None:
    """`pytest -m hil --port P`, with a virtual board behind the port."""
    pytest.importorskip("unicorn")
    with VirtualBoard(flashed) as board:
        done = subprocess.run(
            [
                *(sys.executable, "-m", "pytest", "-q", "-m", "hil", "-p", "no:cacheprovider"),
                *("--port", board.pty or board.url, "--project", str(flashed), "tests/hil"),
            ],
            cwd=Path(__file__).parents[3],
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stdout
    assert "3 passed" in done.stdout


def test_cycles_stand_beside_the_estimate(flashed: Path) -> None:
    """A board that is said to be real, and is a virtual one: both count the same work.

    Bytes that arrive while a window runs cost it some cycles, and come when they come.
    """
    pytest.importorskip("unicorn")
    with VirtualBoard(flashed) as board:
        report = run(flashed, port=board.pty or board.url, windows=30)
    (cycles,) = [check for check in report.checks if check.name == "cycles"]
    assert cycles.status == "ok"
    assert cycles.values["ratio"] == pytest.approx(1.0, abs=0.05)
    assert cycles.values["estimate"] > 10_000


def test_without_unicorn_there_is_no_estimate(
    flashed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("unicorn")
    with VirtualBoard(flashed) as board:
        monkeypatch.setitem(sys.modules, "unicorn", None)
        monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
        report = run(flashed, port=board.pty or board.url, windows=6)
    (cycles,) = [check for check in report.checks if check.name == "cycles"]
    assert cycles.status == "ok"
    assert "pip install 'hargen[virtual]'" in cycles.lines[1]


def test_what_cannot_be_asked_for(demo: Path) -> None:
    with pytest.raises(UsageError, match="one of --virtual and --port"):
        run(demo)
    with pytest.raises(UsageError, match="one of --virtual and --port"):
        run(demo, virtual=True, port="x")
    with pytest.raises(DeviceError, match="no such port"):
        run(demo, port="/dev/nowhere", windows=3)


def test_the_text_can_be_pasted() -> None:
    report = SelftestReport(
        project="har, model 0",
        board="B",
        virtual=False,
        hardware=True,
        port="/dev/ttyACM0",
        platform="Linux",
        tool_versions={"hargen": "1"},
        checks=[
            Check(name="identity", status="ok", lines=["one", "two"]),
            Check(name="windows", status="broken", lines=["crashed"]),
            Check(name="known answers", status="wrong", lines=[]),
        ],
    )
    assert report.to_text() == (
        "hargen selftest report, format 1\n"
        "--------------------------------\n"
        "project   har, model 0\n"
        "board     B, real, on /dev/ttyACM0\n"
        "host      Linux\n"
        "versions  hargen 1\n"
        "\n"
        "[ok]      identity\n"
        "          one\n"
        "          two\n"
        "[broken]  windows\n"
        "          crashed\n"
        "[wrong]   known answers\n"
        "\n"
        "result    1 ok, 1 wrong, 1 broken, 0 skipped"
    )
    with pytest.raises(DeviceError, match="windows") as caught:  # before what is wrong
        selftest.judge(report)
    assert caught.value.exit_code == 5
