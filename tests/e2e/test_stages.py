"""The sensor's counts through the ELF for the board: preprocessing, network, proof."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from hargen.device.virtual import VirtualBoard
from hargen.link import stream
from hargen.link.client import Client

from .conftest import BOARD, Hargen

MOST_INSTRUCTIONS = 200  # a sample of three axes
CLASSES = {"AST": "Stationary,Walking,Jogging,Biking", "WISDM": "Jogging,Stationary,Stairs,Walking"}
MODELS = ("ign_wl_24_int8.tflite", "ign_wl_48_int8.tflite", "gmp_wl_24_int8.tflite")
MODELS += ("gmp_wl_48_int8.tflite", "svc_wl_24_pct_5.onnx", "svc_wl_48_pct_5.onnx")


def raw(hargen: Hargen, folder: Path, *options: object) -> dict[str, object]:
    found = hargen(
        *("validate-serial", folder, "--virtual", "--stage", "raw", "--json", "-"),
        *("--require-bit-exact", *options),
    )
    assert found.code == 0, found
    return found.report


def check(report: dict[str, object]) -> None:
    distance = report["preprocessing_distance"]
    assert isinstance(distance, dict)
    windows = report["windows"]
    assert isinstance(windows, int)
    assert (report["twin_exact"], report["bit_exact"], report["lost"]) == (windows, windows, 0)
    assert distance["max"] <= 1e-3
    if distance["inputs_differ"] is not None:
        assert distance["inputs_differ"] <= 0.0005 * distance["inputs"]
    assert distance["classes_differ"] <= 0.001 * windows
    assert report["violations"] == []


def test_the_board_preprocesses_as_the_host_does(hargen: Hargen, flashed: Path) -> None:
    report = raw(hargen, flashed, "--synthetic", 60)
    check(report)
    assert (report["stage"], report["windows"], report["unsettled"]) == ("raw", 60, 30)


def test_int8_windows_reach_the_network(hargen: Hargen, flashed: Path) -> None:
    found = hargen(
        *("validate-serial", flashed, "--virtual", "--stage", "int8", "--synthetic", 30),
        *("--require-bit-exact", "--json", "-"),
    )
    assert found.code == 0, found
    assert (found.report["windows"], found.report["twin_exact"]) == (30, 30)


def test_the_reset_button_in_the_middle_of_a_stream(flashed: Path) -> None:
    counts = np.random.default_rng(8).integers(-9000, 9000, (24 * 12, 3)).astype("<i2").tobytes()
    with VirtualBoard(flashed) as board, Client(board.url, timeout=1.0) as client:
        whole = [a.window for a in stream.send(client, counts, window=24, hop=24)]
        again = []
        for answer in stream.send(client, counts, window=24, hop=24):
            again.append(answer.window)
            if len(again) == 7:
                board.reset()
        assert client.counters.resets == 1
    assert [w.window for w in again] == list(range(12))
    assert [(w.window_crc, w.run.output) for w in again] == [
        (w.window_crc, w.run.output) for w in whole
    ]


def test_a_sample_costs_at_most_two_hundred_instructions(flashed: Path) -> None:
    counts = np.random.default_rng(9).integers(-32768, 32768, (24 * 4, 3)).astype("<i2")
    with VirtualBoard(flashed, count="har_add_sample") as board, Client(board.url) as client:
        client.hello()
        board.drain_runs()
        list(stream.send(client, counts.tobytes(), window=24, hop=24))
        first, *others = [run.instructions for run in board.drain_runs()]
    assert len(others) == 24 * 4 - 1
    assert 100 < max(others) <= MOST_INSTRUCTIONS
    assert first <= 2 * MOST_INSTRUCTIONS  # it starts the filter


def recording(rows: int, rate: float = 26.0, gap_at: int | None = None) -> list[str]:
    late = [4.0 if gap_at is not None and i >= gap_at else 0.0 for i in range(rows)]
    return [f"{i / rate + late[i]:.4f},{i % 7},{i % 5},981,walking" for i in range(rows)]


def test_a_gap_in_a_recording_begins_a_stream(
    hargen: Hargen, flashed: Path, tmp_path: Path
) -> None:
    """The windows behind it are marked as not settled, like those at the beginning."""
    (tmp_path / "data.toml").write_text('unit = "mg"\n')
    lines = ["time,x,y,z,label", *recording(480, gap_at=240)]
    (tmp_path / "r.csv").write_text("\n".join(lines) + "\n")
    report = raw(hargen, flashed, "--data", tmp_path)
    check(report)
    assert (report["windows"], report["unsettled"]) == (20, 12)


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        (["time,x,y,z,label", *recording(100, rate=50.0)], "recorded at 50 Hz"),
        (["time,x,y,z,label", *recording(60), "3,some,1,2,walking"], "'some' is not a number"),
        (["x,y", *["1,2"] * 60], "no column of z"),
        (["time,x,y,z,label", *recording(60)[::-1]], "time goes back"),
        (["time,x,y,z,label", *recording(10)], "no recording is as long as one window"),
    ],
)
def test_recordings_that_cannot_be_sent_are_one_error(
    hargen: Hargen, flashed: Path, tmp_path: Path, rows: list[str], why: str
) -> None:
    (tmp_path / "data.toml").write_text('unit = "mg"\n')
    (tmp_path / "r.csv").write_text("\n".join(rows) + "\n")
    report = tmp_path / "report.json"
    found = hargen(
        *("validate-serial", flashed, "--virtual", "--stage", "raw", "--data", tmp_path),
        *("--json", report),
    )
    assert found.code == 3
    assert why in found.err
    assert "hint:" in found.err
    assert "r.csv" in found.err or str(tmp_path) in found.err
    assert not report.exists()


@pytest.mark.long
@pytest.mark.usefixtures("emulator")
@pytest.mark.parametrize("family", CLASSES)
@pytest.mark.parametrize("name", MODELS)
def test_every_recording_through_the_zoos_models(
    hargen: Hargen, shared: Path, tmp_path: Path, family: str, name: str
) -> None:
    model, folder = shared / "zoo" / family / name, tmp_path / "project"
    for arguments in (
        ("export", model, "-o", folder, "--board", BOARD, "--classes", CLASSES[family]),
        ("flash", folder, "--board", BOARD, "--virtual"),
    ):
        found = hargen(*arguments)
        assert found.code == 0, found
    for data in ("mobility_v1/test.pkl", "st_har_26hz"):
        check(raw(hargen, folder, "--data", shared / "data" / data))
