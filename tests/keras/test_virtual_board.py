"""Keras networks the whole way: exported, built, flashed onto the virtual board, equal there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.keras_files import save
from support.random_keras import random_model, windows_for

pytestmark = [
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
    pytest.mark.usefixtures("emulator"),
]

ROOT = Path(__file__).parents[2]
BOARD = "B-U585I-IOT02A"
PROGRAM = "from hargen.cli.main import main; main()"
EXACT = "--require-bit-exact"

# Of the 40 networks of test_random_models.py; every third has int8 edges.
ON_THE_BOARD = range(10)
QUICK = (0, 1)
SEEDS = [pytest.param(s, marks=() if s in QUICK else (pytest.mark.long,)) for s in ON_THE_BOARD]
CALIBRATION, WINDOWS = 120, 60

CLASSES = {"AST": "Stationary,Walking,Jogging,Biking", "WISDM": "Jogging,Stationary,Stairs,Walking"}
CALIBRATED_ON = {"AST": "mobility_v1/train.pkl", "WISDM": "wisdm51"}
# Windows of mobility_v1's test recordings, and those of them whose class a family's networks have:
# the WISDM networks know no biking.
WINDOWS_IN_ALL = {24: 1003, 48: 501}
JUDGED = {("AST", 24): 1003, ("AST", 48): 501, ("WISDM", 24): 687, ("WISDM", 48): 344}
LARGEST_DROP = 1.0


@pytest.fixture(scope="module")
def emulator() -> None:
    pytest.importorskip("unicorn", reason="the virtual board needs unicorn")


@pytest.mark.parametrize("seed", SEEDS)
def test_a_random_network_gives_the_references_bytes(hargen, seed: int, tmp_path: Path) -> None:
    network, _ = random_model(seed)
    model = save(network, tmp_path / f"model.{('keras', 'h5')[seed % 2]}")
    shape, outputs = network.input_shape[1:], network.output_shape[-1]
    arrays = {"x": windows_for(seed, shape, CALIBRATION), "y": np.arange(CALIBRATION) % outputs}
    np.savez(tmp_path / "calibration.npz", **arrays)
    fresh = {"x": windows_for(seed + 1000, shape, WINDOWS), "y": np.arange(WINDOWS) % outputs}
    np.savez(tmp_path / "windows.npz", **fresh)
    project, report = tmp_path / "project", tmp_path / "report.json"
    edges = ("float", "int8")[seed % 3 == 0]
    # Random weights lose what they like: here only the bytes count.
    quantization = ("-r", tmp_path / "calibration.npz", "--max-drop", "100", "--edges", edges)
    data = ("--data", tmp_path / "windows.npz")
    for arguments in (
        ("export", model, "-o", project, "--board", BOARD, *quantization),
        ("build", project),
        ("flash", project, "--board", BOARD, "--virtual"),
        ("validate-serial", project, "--virtual", *data, EXACT, "--json", report),
    ):
        found = hargen(*arguments)
        assert found.code == 0, found
    values = json.loads(report.read_text())
    assert (values["windows"], values["bit_exact"], values["retries"]) == (WINDOWS, WINDOWS, 0)


def command(*arguments: object) -> str:
    """Run a hargen of its own, as a user does, and return what it prints on stdout."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *map(str, arguments)],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.long
@pytest.mark.parametrize("window", sorted(WINDOWS_IN_ALL))
@pytest.mark.parametrize("net", ["gmp", "ign"])
@pytest.mark.parametrize("family", sorted(CLASSES))
def test_the_zoos_networks_on_mobility_v1(
    family: str, net: str, window: int, shared: Path, tmp_path: Path
) -> None:
    """Float accuracy is Keras's, int8 accuracy that of the virtual board, on the same windows."""
    model = shared / f"zoo/{family}/{net}_wl_{window}.h5"
    data = shared / "data"
    test = data / "mobility_v1/test.pkl"
    given = ("--representative", data / CALIBRATED_ON[family], "--classes", CLASSES[family])
    project = tmp_path / "project"
    command("export", model, "-o", project, "--board", BOARD, *given)
    command("build", project)
    command("flash", project, "--board", BOARD, "--virtual")
    found: dict[str, Any] = json.loads(
        command("validate-serial", project, "--virtual", "--data", test, EXACT, "--json", "-")
    )
    windows = WINDOWS_IN_ALL[window]
    assert (found["windows"], found["bit_exact"], found["retries"]) == (windows, windows, 0)

    target, written = tmp_path / "again.tflite", tmp_path / "quantize.json"
    command("quantize", model, "-o", target, *given, "--data", test, "--json", written)
    report = json.loads(written.read_text())
    judged = JUDGED[family, window]
    assert (report["windows"], report["judged"]) == (windows, judged)
    assert (project / "reference/har.tflite").read_bytes() == target.read_bytes()
    assert found["accuracy"] == report["after"]["accuracy"]
    drop = 100 * (report["before"]["accuracy"] - found["accuracy"])
    assert drop <= LARGEST_DROP
