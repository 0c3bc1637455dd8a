"""The ST-LINK's drive, played by folders and a thread."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hargen.board import Board
from hargen.device.real import Request, program, volumes
from hargen.device.real.mass_storage import FAILURE, MassStorage
from hargen.device.real.programmer import Job
from hargen.device.real.volumes import Places, Volume
from hargen.errors import DeviceError

LABELS = ("DIS_U585AI", "NOD_U585AI")


class Machine:
    """The files by which Linux tells of its drives."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.places = Places(root / "mounts", root / "by-label", root / "block", root / "Volumes")
        (root / "by-label").mkdir()
        (root / "block").mkdir()
        self.unmount()

    def plug(self, device: str, serial_number: str | None) -> None:
        usb = self.root / f"devices/usb1/1-{device}"
        block = usb / f"1-{device}:1.0/host/block/{device}"
        block.mkdir(parents=True)
        (usb / "idVendor").write_text("0483\n", encoding="utf-8")
        if serial_number is not None:
            (usb / "serial").write_text(serial_number + "\n", encoding="utf-8")
        (self.root / "block" / device).symlink_to(block)

    def mount(self, *mounts: tuple[str, Path]) -> None:
        lines = [f"{device} {str(folder).replace(' ', chr(92) + '040')} vfat rw 0 0\n"
                 for device, folder in mounts]  # fmt: skip
        other = "proc /proc proc rw 0 0\n\nodd\n"
        (self.root / "mounts").write_text(other + "".join(lines), encoding="utf-8")

    def unmount(self) -> None:
        self.mount()


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    root = tmp_path / "machine"
    root.mkdir()
    return Machine(root)


@pytest.fixture
def probe(machine: Machine, tmp_path: Path) -> Iterator[Callable[..., Path]]:
    """Return a function that starts an ST-LINK: what it is given, it takes, and re-mounts."""
    threads: list[threading.Thread] = []
    over = threading.Event()
    drive = tmp_path / "media/my disk/DIS_U585AI"

    def start(failure: str | None = None, *, comes_back: bool = True) -> Path:
        drive.mkdir(parents=True)
        machine.mount(("/dev/sdb", drive))

        def serve() -> None:
            while not (found := list(drive.glob("*.bin"))):
                if over.wait(0.01):
                    return
            while found[0].stat().st_size < 20 * 256:
                over.wait(0.01)
            shutil.copy(found[0], tmp_path / "flash")
            machine.unmount()
            time.sleep(0.1)
            found[0].unlink()
            (drive / FAILURE).unlink(missing_ok=True)
            if failure is not None:
                (drive / FAILURE).write_text(failure, encoding="utf-8")
            if comes_back:
                machine.mount(("/dev/sdb", drive))

        thread = threading.Thread(target=serve)
        thread.start()
        threads.append(thread)
        return drive

    yield start
    over.set()
    for thread in threads:
        thread.join()


def test_a_copy_that_is_taken(machine: Machine, probe, target: Board, image, tmp_path) -> None:
    drive = probe()
    (drive / FAILURE).write_text("of the last time", encoding="utf-8")
    storage = MassStorage(places=machine.places)
    assert storage.find(target, "") == drive
    attempt = storage.program(drive, Job(image, target, "", 5.0))
    assert attempt.problem == ""
    assert (tmp_path / "flash").read_bytes() == image.binary_path.read_bytes()


def test_fail_txt_is_the_reason(machine: Machine, probe, target: Board, image) -> None:
    text = "The application file format is unknown and cannot be parsed and/or processed\n"
    drive = probe(text)
    attempt = MassStorage(places=machine.places).program(drive, Job(image, target, "", 5.0))
    assert attempt.problem == f"FAIL.TXT says: {text.strip()}"


def test_a_drive_that_does_not_come_back(machine: Machine, probe, target: Board, image) -> None:
    drive = probe(comes_back=False)
    attempt = MassStorage(places=machine.places).program(drive, Job(image, target, "", 1.0))
    assert attempt.problem == "the drive did not come back within 1 s"


def test_a_drive_that_nobody_serves(machine: Machine, target: Board, image, tmp_path) -> None:
    drive = tmp_path / "NOD_U585AI"
    drive.mkdir()
    machine.mount(("/dev/sdb", drive))
    attempt = MassStorage(places=machine.places).program(drive, Job(image, target, "", 0.5))
    assert "did not come back" in attempt.problem


def test_a_drive_that_takes_nothing(machine: Machine, target: Board, image, tmp_path) -> None:
    attempt = MassStorage(places=machine.places).program(
        tmp_path / "gone", Job(image, target, "", 1.0)
    )
    assert "cannot copy to" in attempt.problem
    assert "No such file" in attempt.problem


@pytest.mark.parametrize("lies", [False, True])
def test_the_board_has_the_last_word(
    machine: Machine, probe, target: Board, image, lie, tools, port, monkeypatch, lies: bool
) -> None:
    del tools  # none is here
    storage = MassStorage(places=machine.places)
    monkeypatch.setattr("hargen.device.real.writing.PROGRAMMERS", (storage,))
    drive = probe()
    if lies:
        with pytest.raises(DeviceError, match="but the board runs another"):
            program(lie, target, Request(port=port))
        return
    done = program(image, target, Request(port=port))
    assert (done.tool, done.where, done.verified) == ("the ST-LINK's drive", drive, False)


def test_drives_are_told_apart_by_their_probes(machine: Machine, target: Board, tmp_path) -> None:
    first, second = tmp_path / "a/DIS_U585AI", tmp_path / "a/DIS_U585AI1"
    machine.plug("sdb", "AB12")
    machine.plug("sdc", "CD34")
    machine.mount(("/dev/sdb", first), ("/dev/sdc", second), ("/dev/sdd", tmp_path / "MUSIC"))
    assert volumes.mounted(LABELS, machine.places) == [
        Volume(first, "AB12"),
        Volume(second, "CD34"),
    ]
    storage = MassStorage(places=machine.places)
    assert storage.find(target, "") is None
    assert storage.find(target, "cd34") == second
    assert storage.find(target, "EF56") is None


def test_a_drive_mounted_elsewhere_is_known_by_its_label(machine: Machine, tmp_path: Path) -> None:
    device = tmp_path / "sdx"
    device.touch()
    (machine.places.by_label / "NOD_U585AI").symlink_to(device)
    assert volumes.unmounted(LABELS, machine.places) == machine.places.by_label / "NOD_U585AI"
    assert volumes.mounted(LABELS, machine.places) == []
    machine.plug("sdx", None)
    machine.mount((str(device), tmp_path / "my board"))
    assert volumes.mounted(LABELS, machine.places) == [Volume(tmp_path / "my board", "")]


def test_macos_mounts_by_label(machine: Machine) -> None:
    folder = machine.places.volumes / "DIS_U585AI"
    folder.mkdir(parents=True)
    assert volumes.mounted(LABELS, machine.places) == [Volume(folder)]
