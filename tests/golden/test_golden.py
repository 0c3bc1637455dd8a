"""The generated C of a small network, file by file as it is committed here.

A change of templates or plans shows as a difference in review. To accept one:
pytest tests/golden --accept-golden
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from hargen import board
from hargen.emit.project import export
from hargen.validate import reference

HERE = Path(__file__).parent / "small"
FILES = (
    *(f"Model/{name}" for name in ("har.h", "har.c", "har_data.h", "har_data.c")),
    *("Model/har_stream.c", "Model/hg_model.c"),
    *("CMakeLists.txt", "CMakePresets.json", "cmake/gcc-arm-none-eabi.cmake"),
    *("STM32U585AIIXQ_FLASH.ld", "README.md", ".project", ".cproject"),
)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("golden") / "har"
    model = HERE / "small.tflite"
    target = board.load("B-U585I-IOT02A")
    export(model, folder, board=target, reference=reference.run)
    return folder


@pytest.mark.parametrize("file", FILES)
def test_the_file_is_as_committed(file: str, project: Path, request: pytest.FixtureRequest) -> None:
    golden = HERE / file
    found = (project / file).read_text()
    if request.config.getoption("--accept-golden"):
        golden.parent.mkdir(parents=True, exist_ok=True)
        golden.write_text(found)
    assert found == golden.read_text()


def test_the_generated_c_is_formatted(project: Path) -> None:
    style = Path(__file__).parents[2] / ".clang-format"
    files = [str(path) for path in sorted((project / "Model").iterdir())]
    command = ["clang-format", f"--style=file:{style}", "--dry-run", "-Werror", *files]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
