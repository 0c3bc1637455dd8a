"""The virtual board's flash on disk: what flashing writes and power-up reads.

`<project>/.hargen/virtual/flash.bin` is the whole flash, byte for byte. The board runs nothing
else; `firmware.elf` beside it serves only to find a function whose calls are to be counted.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from hargen.device.virtual.elf import HINT, Elf
from hargen.device.virtual.memory import ERASED, FLASH_BASE, FLASH_SIZE
from hargen.errors import DeviceError

try:
    import fcntl
except ImportError:  # no locks on this platform
    HAS_LOCKS = False
else:
    HAS_LOCKS = True

FOLDER = Path(".hargen") / "virtual"


@dataclass(frozen=True, slots=True)
class FlashResult:
    """What flashing did.

    Attributes:
        path: the virtual flash.
        written: bytes of the firmware, gaps not counted.
        segments: into how many pieces they fell.
    """

    path: Path
    written: int
    segments: int


def folder(project_dir: Path) -> Path:
    """Return where a project keeps its virtual board's flash."""
    return project_dir / FOLDER


def program(project_dir: Path, elf: Path) -> FlashResult:
    """Write a firmware into the virtual board's flash, as a probe would: erased all around it.

    Args:
        project_dir: the exported project.
        elf: the linked firmware; its PT_LOAD segments are written at their physical addresses.

    Raises:
        DeviceError: the file is no firmware for this board, the board is running, or the disk does
            not take it. The flash is then as it was.
    """
    firmware = Elf(elf)
    image = bytearray([ERASED]) * FLASH_SIZE
    segments = firmware.segments()
    for segment in segments:
        start = segment.address - FLASH_BASE
        if start < 0 or start + len(segment.data) > FLASH_SIZE:
            end = segment.address + len(segment.data)
            raise DeviceError(
                "the firmware does not fit the board",
                where=str(elf),
                why=f"a segment goes to {segment.address:#010x}..{end:#010x}, the flash is "
                f"{FLASH_BASE:#010x}..{FLASH_BASE + FLASH_SIZE:#010x}",
                hint=HINT,
            )
        image[start : start + len(segment.data)] = segment.data
    if not segments:
        raise DeviceError("the firmware is empty", where=str(elf), hint=HINT)
    target = folder(project_dir)
    try:
        target.mkdir(parents=True, exist_ok=True)
        with locked(project_dir, exclusive=True):
            _write(target / "firmware.elf", firmware.content)
            _write(target / "flash.bin", bytes(image))
    except OSError as error:
        raise DeviceError(
            "cannot write the virtual flash", where=str(target), why=error.strerror or str(error)
        ) from error
    return FlashResult(
        path=target / "flash.bin",
        written=sum(len(segment.data) for segment in segments),
        segments=len(segments),
    )


def read(project_dir: Path) -> bytes:
    """Return the content of the flash.

    Raises:
        DeviceError: nothing was flashed yet, or the file is not what flashing wrote.
    """
    path = folder(project_dir) / "flash.bin"
    hint = f"hargen flash {project_dir} --board B-U585I-IOT02A --virtual"
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        content = bytes([ERASED]) * FLASH_SIZE
    except OSError as error:
        raise DeviceError(
            "cannot read the virtual flash", where=str(path), why=error.strerror or str(error)
        ) from error
    if len(content) != FLASH_SIZE:
        why = f"it has {len(content)} bytes, the flash has {FLASH_SIZE}"
        raise DeviceError("the virtual flash is damaged", where=str(path), why=why, hint=hint)
    if content[:8] == bytes([ERASED]) * 8:
        raise DeviceError(
            "the virtual board's flash is blank", where=str(path), why="nothing to run", hint=hint
        )
    return content


def keep(project_dir: Path, offset: int, data: bytes) -> None:
    """Keep what the firmware itself wrote at an offset of the flash.

    Raises:
        DeviceError: the disk does not take it.
    """
    path = folder(project_dir) / "flash.bin"
    try:
        with path.open("r+b") as file:
            file.seek(offset)
            file.write(data)
    except OSError as error:
        raise DeviceError(
            "cannot keep what the firmware wrote into the virtual flash",
            where=str(path),
            why=error.strerror or str(error),
        ) from error


def function_addresses(project_dir: Path, names: Iterable[str], content: bytes) -> list[int]:
    """Return the addresses of functions of the firmware that is in the flash.

    Args:
        project_dir: the exported project.
        names: the functions' symbols.
        content: the flash.

    Raises:
        DeviceError: there is no such function, or the flash holds another firmware.
    """
    wanted = list(names)
    if not wanted:
        return []
    path = folder(project_dir) / "firmware.elf"
    elf = Elf(path)
    for segment in elf.segments():
        start = segment.address - FLASH_BASE
        if content[start : start + len(segment.data)] != segment.data:
            raise DeviceError(
                "the calls cannot be counted",
                where=str(path),
                why="it is not the firmware that the virtual flash holds",
                hint="flash it again",
            )
    addresses = []
    for name in wanted:
        address = elf.function(name)
        if address is None:
            why = f"the firmware has no function {name}"
            raise DeviceError("the calls cannot be counted", where=str(path), why=why)
        addresses.append(address)
    return addresses


@contextlib.contextmanager
def locked(project_dir: Path, *, exclusive: bool) -> Iterator[None]:
    """Hold the flash: shared while boards run from it, exclusive while it is written.

    Raises:
        DeviceError: it is held otherwise.
    """
    if not HAS_LOCKS or not folder(project_dir).is_dir():
        yield  # nothing was flashed yet, so nothing is there to be held
        return
    path = folder(project_dir) / "lock"
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_CREAT, 0o644)) as file:
        how = fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH
        try:
            fcntl.flock(file, how | fcntl.LOCK_NB)
        except BlockingIOError:
            state = "running" if exclusive else "being flashed"
            raise DeviceError(
                f"the virtual board of this project is {state}",
                where=str(project_dir),
                hint="stop it first" if exclusive else "try again",
            ) from None
        yield


def _write(path: Path, content: bytes) -> None:
    """Write a file whole or not at all, and read it back before it takes its place."""
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        if Path(temporary).read_bytes() != content:
            raise OSError(0, "what was written does not read back")
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
