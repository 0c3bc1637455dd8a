"""Fake probes, fake tools and a board that is the firmware as a native process."""

from __future__ import annotations

import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import pytest
from support import firmware

from hargen import board
from hargen.board import Board
from hargen.build.compile import Image
from hargen.device.real import confirm, mass_storage, writing
from hargen.device.real.volumes import Places

NATIVE_BUILD_ID = bytes(20)
"""What the native process says: it has no image."""
OTHER_BUILD_ID = bytes(range(20))

Plug = Callable[..., None]
Tool = Callable[[str, str], Path]


@dataclass(frozen=True)
class KnownImage(Image):
    """An image whose build id the test sets."""

    identity: bytes = NATIVE_BUILD_ID

    @property
    def build_id(self) -> bytes:
        return self.identity


@pytest.fixture(scope="session")
def target() -> Board:
    return board.load(firmware.BOARD)


@pytest.fixture
def image(tmp_path: Path) -> KnownImage:
    """Return an image whose build id is that of the native process."""
    folder = tmp_path / "build dir"
    folder.mkdir()
    (folder / "har.elf").write_bytes(b"\x7fELF...")
    (folder / "har.bin").write_bytes(bytes(range(256)) * 20)
    return KnownImage(folder / "har.elf", "release")


@pytest.fixture
def lie(image: KnownImage) -> KnownImage:
    """Return an image that the native process is not."""
    return KnownImage(image.elf_path, image.config, OTHER_BUILD_ID)


@pytest.fixture
def plug(monkeypatch: pytest.MonkeyPatch) -> Plug:
    """Return a function that plugs in USB devices: (port, serial number, vid, pid) each."""
    from serial.tools import list_ports

    class Port(SimpleNamespace):
        def __lt__(self, other: Port) -> bool:
            return bool(self.device < other.device)

    def put(*devices: tuple[str, str | None, int | None, int | None]) -> None:
        ports = [
            Port(device=port, serial_number=number, vid=vid, pid=pid, description="STLINK-V3")
            for port, number, vid, pid in devices
        ]
        monkeypatch.setattr(list_ports, "comports", lambda: list(ports))

    put()
    return put


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, plug: Plug) -> Tool:
    """Return a function that installs a fake tool; nothing else is on the machine.

    The body is Python, with the arguments in `args` and a file for notes in `notes`.
    """
    folder = tmp_path / "bin"
    folder.mkdir()
    home = tmp_path / "home"
    home.mkdir()
    del plug  # nothing is plugged in either, until the test says so
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setattr("hargen.device.real.command_line.BESIDE_PYTHON", folder)
    nowhere = Places(*(tmp_path / f"nowhere{n}" for n in range(4)))
    drive = mass_storage.MassStorage(places=nowhere)
    monkeypatch.setattr(writing, "MASS_STORAGE", drive)
    monkeypatch.setattr(
        writing,
        "PROGRAMMERS",
        tuple(drive if one.name == drive.name else one for one in writing.PROGRAMMERS),
    )
    monkeypatch.setattr(confirm, "SECONDS", 2.0)
    monkeypatch.setattr("hargen.device.real.causes.holders", list)

    def install(name: str, body: str) -> Path:
        path = folder / name
        notes = tmp_path / f"{name}.notes"
        path.write_text(
            f"#!{sys.executable}\nimport sys, time, os\nargs = sys.argv[1:]\n"
            f"notes = open({str(notes)!r}, 'a')\nprint(args, file=notes, flush=True)\n{body}\n",
            encoding="utf-8",
        )
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        return notes

    return install


@pytest.fixture(scope="session")
def host_program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the firmware around the tiny model as a native program."""
    return firmware.compile_host(tmp_path_factory.mktemp("host"))


@pytest.fixture
def port(host_program: Path) -> Iterator[str]:
    """Yield the pseudo-terminal of the running firmware."""
    process = subprocess.Popen([str(host_program)], stdout=subprocess.PIPE, text=True)
    assert process.stdout
    try:
        yield process.stdout.readline().strip()
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
