"""The project that every test of this folder flashes."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from hargen import board, models
from hargen.build.compile import build
from hargen.emit.project import export
from hargen.validate import reference


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the default model's project, built."""
    pytest.importorskip("unicorn", reason="the virtual board needs unicorn")
    if shutil.which("arm-none-eabi-gcc") is None:
        pytest.skip("needs arm-none-eabi-gcc")
    folder = tmp_path_factory.mktemp("live") / "har"
    target = board.load("B-U585I-IOT02A")
    export(models.default().tflite, folder, board=target, reference=reference.run)
    build(folder, jobs=2, werror=True)
    return folder
