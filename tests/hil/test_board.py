"""A real board: `pytest -m hil --port /dev/ttyACM0`.

It is flashed with the network that hargen ships; with --project DIR it is taken as it is, flashed
from DIR.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hargen import board as boards
from hargen import models
from hargen.build import compile as compiling
from hargen.cli import main
from hargen.device import flashing
from hargen.device.real import Request
from hargen.emit import project
from hargen.validate import reference, selftest
from hargen.validate.selftest import SelftestReport

pytestmark = pytest.mark.hil
BOARD = "B-U585I-IOT02A"


@pytest.fixture(scope="module")
def port(pytestconfig: pytest.Config) -> str:
    return str(pytestconfig.getoption("--port"))


@pytest.fixture(scope="module")
def flashed(
    pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory, port: str
) -> Path:
    """Return the project that the board runs."""
    given = pytestconfig.getoption("--project")
    if given:
        return Path(given)
    folder = tmp_path_factory.mktemp("hil") / "project"
    board = boards.load(BOARD)
    project.export(models.default().tflite, folder, board=board, reference=reference.run)
    flashing.flash_real(compiling.build(folder), board, Request(port=port), print)
    return folder


@pytest.fixture(scope="module")
def report(flashed: Path, port: str) -> SelftestReport:
    found = selftest.run(selftest.Request(flashed, port=port), lambda *_: None, print)
    print(found.to_text())
    return found


def test_nothing_is_wrong_or_broken(report: SelftestReport) -> None:
    assert [c for c in report.checks if c.status in ("wrong", "broken")] == []


def test_every_window_is_bit_exact(report: SelftestReport) -> None:
    (windows,) = [check for check in report.checks if check.name == "windows"]
    assert windows.values["bit_exact"] == windows.values["windows"] == selftest.WINDOWS


def test_its_own_sensor_is_heard(
    flashed: Path, port: str, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["monitor", str(flashed), "--port", port, "--windows", "20", "--json"]
    assert main.run(words) == 0
    summary = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (summary["results"], summary["lost"], summary["missed"]) == (20, 0, 0)
    assert summary["rate_hz"] == pytest.approx(26, rel=0.1)  # sensors' clocks are off by percents
