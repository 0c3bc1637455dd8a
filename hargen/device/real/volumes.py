"""The ST-LINK's drive: where it is mounted, and whose it is. Linux and macOS."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Places:
    """Where an operating system tells of its drives; a test gives folders of its own."""

    mounts: Path = Path("/proc/self/mounts")
    by_label: Path = Path("/dev/disk/by-label")
    blocks: Path = Path("/sys/class/block")
    volumes: Path = Path("/Volumes")


@dataclass(frozen=True)
class Volume:
    """A mounted drive; serial_number is the probe's, "" where it cannot be told."""

    folder: Path
    serial_number: str = ""


def mounted(labels: Sequence[str], places: Places) -> list[Volume]:
    """Return the mounted drives with one of those labels."""
    found = {volume.folder: volume for volume in _linux(labels, places)}
    for label in labels:
        folder = places.volumes / label
        if folder.is_dir():
            found.setdefault(folder, Volume(folder))
    return list(found.values())


def unmounted(labels: Sequence[str], places: Places) -> Path | None:
    """Return the device of a drive that is plugged in; mounted() says whether it is mounted too."""
    devices = (places.by_label / label for label in labels)
    return next((device for device in devices if device.exists()), None)


def _linux(labels: Sequence[str], places: Places) -> Iterator[Volume]:
    try:
        lines = places.mounts.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return
    by_label = (places.by_label / label for label in labels)
    labelled = {link.resolve() for link in by_label if link.exists()}
    for line in lines:
        fields = line.split(" ")
        if len(fields) < 2:
            continue
        device, folder = Path(_unescape(fields[0])), Path(_unescape(fields[1]))
        # desktops mount a drive at a folder of its label, with a number behind it for a second one
        if any(re.fullmatch(rf"{re.escape(label)}\d*", folder.name) for label in labels) or (
            device in labelled
        ):
            yield Volume(folder, _serial_number(device, places))


def _unescape(field: str) -> str:
    """Return a field of the table of mounts, where blanks are written in octal."""
    return re.sub(r"\\([0-7]{3})", lambda found: chr(int(found.group(1), 8)), field)


def _serial_number(device: Path, places: Places) -> str:
    """Return the serial number of the USB device that a block device belongs to."""
    block = places.blocks / device.name
    if not block.exists():
        return ""
    for folder in block.resolve().parents:
        if (folder / "idVendor").is_file():
            try:
                return (folder / "serial").read_text(encoding="utf-8").strip()
            except OSError:
                return ""
    return ""
