"""An exported project, and its firmware as a native process on a pseudo-terminal."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support import firmware

from hargen import board, models
from hargen.emit import project
from hargen.validate import reference

Start = Callable[[Path], str]


def export(folder: Path, model: Path, **options: object) -> Path:
    """Export a model and return the project's folder."""
    target = board.load(firmware.BOARD)
    project.export(model, folder, board=target, reference=reference.run, **options)
    return folder


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a project of the embedded model; not to be changed."""
    return export(tmp_path_factory.mktemp("demo") / "demo", models.default().tflite)


@pytest.fixture(scope="session")
def start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    """Return a function that runs a project's firmware natively and returns its pty."""
    running: list[subprocess.Popen[str]] = []
    built: dict[Path, Path] = {}

    def run(folder: Path) -> str:
        if folder not in built:
            port = firmware.FIRMWARE / "port/host"
            apps = [p for p in (firmware.FIRMWARE / "app").glob("*.c") if p.name != "main.c"]
            sensor = firmware.FIRMWARE / "sensor/none"
            rooms = [*sensor.glob("*.c"), *apps, *port.glob("*.c")]
            sources = [*firmware.link_sources(), *sorted(rooms)]
            built[folder] = firmware.compile_c(
                tmp_path_factory.mktemp("host") / "hg_host",
                [*sources, *sorted((folder / "Model").glob("*.c"))],
                flags=("-ffp-contract=off", "-Wl,--no-as-needed", "-lm", *firmware.SANITIZERS),
                includes=(port, folder / "Model"),
            )
        process = subprocess.Popen([str(built[folder])], stdout=subprocess.PIPE, text=True)
        running.append(process)
        assert process.stdout is not None
        return process.stdout.readline().strip()

    yield run
    for process in running:
        process.terminate()
        process.wait(timeout=10)
        if process.stdout is not None:
            process.stdout.close()
