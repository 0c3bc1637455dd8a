"""A zoo of made-up rows, and a small one of the embedded model that really runs."""

from __future__ import annotations

import pickle
import shutil
from pathlib import Path

import numpy as np
import pytest

from hargen import models
from hargen.datasets.motion import accelerometer
from hargen.zoo.published import Measured, Published, Shipped
from hargen.zoo.report import Row, ZooReport

CARD = models.default().card_path
SAMPLES_A_RECORDING = 24 * 12 + 1
MEASURED = Measured(
    tool="STM32Cube.AI 0.0.0",
    board="B-U585I-IOT02A",
    clock_mhz=160.0,
    code_flash_kib=33.4,
    total_ram_kib=4.4,
    total_flash_kib=36.5,
    inference_ms=0.8,
)
COSTS = {
    "maccs": 13_000,
    "weights_flash_bytes": 3184,
    "tables_flash_bytes": 100,
    "code_flash_bytes": 2048,
    "total_flash_bytes": 5332,
    "activation_ram_bytes": 256,
    "context_ram_bytes": 4,
    "stack_bytes": 508,
    "total_ram_bytes": 768,
    "image_flash_bytes": 12_000,
    "image_ram_bytes": 5000,
    "instructions": 87_979,
    "estimated_ms": 0.81,
    "clock_hz": 160_000_000,
}
EQUAL = {
    "windows": 10,
    "windows_from": "made by hand",
    "reference": "a judge 1.0",
    "labels_equal": 10,
    "bit_exact": 10,
}


@pytest.fixture
def made_up() -> ZooReport:
    """Return a report of four rows: measured, not run for want of data, of a slip, and failed."""
    names = {"format": "int8", "dataset": "AST", "artifact": "AST/a.tflite", "status": "passed"}
    measured = Row(
        row=1,
        model="IGN wl 24",
        **names,
        **EQUAL,
        **COSTS,
        accuracy=0.9172,
        accuracy_windows=10,
        accuracy_from="made by hand",
        original_accuracy=0.9,
        published=Published(
            accuracy_pct=95.19,
            maccs_m=0.0139,
            activation_ram_kib=1.5,
            weights_flash_kib=3.109,
            measured=MEASURED,
        ),
    )
    slip = Published(
        weights_flash_kib=2.0,
        maccs_m=0.01,
        note="of a file <never> shipped | really",
        shipped=Shipped(
            support_vectors=646, maccs_m=0.013, activation_ram_kib=1.0, weights_flash_kib=4.0
        ),
    )
    without_data = {"row": 2, "accuracy": "not run: needs WISDM v1.1", "original_accuracy": None}
    other = {"row": 3, "maccs_by_formula": 13_100, "published": slip, "labels_equal": 9}
    failed = Row(
        row=4,
        model="broken",
        **names | {"status": "failed: AST/a.tflite: <b>no</b> | model"},
        published=Published(),
    )
    return ZooReport(
        hargen="0.0.0",
        board="B-U585I-IOT02A",
        optimize="balanced",
        notes=("a note",),
        rows=(
            measured,
            measured.model_copy(update=without_data),
            measured.model_copy(update=other),
            failed,
        ),
    )


@pytest.fixture
def small_zoo(tmp_path: Path) -> Path:
    """Return a folder that is laid out like the zoo and holds the embedded model."""
    default = models.default()
    folder = tmp_path / "models"
    (folder / "DEMO").mkdir(parents=True)
    for path in (default.tflite, default.card_path):
        shutil.copy(path, folder / "DEMO" / path.name)
    return folder


@pytest.fixture(scope="session")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of data sets with a mobility_v1 of made-up motion: 47 windows."""
    folder = tmp_path_factory.mktemp("data")
    generator = np.random.default_rng(5)
    acts = {"stationary": 0, "walking": 1, "running": 2, "walking again": 1}
    acc = [
        accelerometer(name.split()[0], SAMPLES_A_RECORDING, generator, unit="mg") / 1000
        for name in acts
    ]
    (folder / "mobility_v1").mkdir()
    content = {"files": list(acts), "act": list(acts.values()), "acc": acc}
    (folder / "mobility_v1/test.pkl").write_bytes(pickle.dumps(content))
    return folder
