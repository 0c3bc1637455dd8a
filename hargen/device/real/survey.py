"""What of real boards is here: tools, drives, rules, groups and probes, for hargen doctor."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

from hargen import board as boards
from hargen.board import Board
from hargen.device.real import causes, detect, pyocd, volumes
from hargen.device.real.mass_storage import MASS_STORAGE
from hargen.device.real.openocd import OPENOCD
from hargen.device.real.programmer_cli import PROGRAMMER_CLI
from hargen.device.real.pyocd import PYOCD
from hargen.errors import ToolError

Found = tuple[str, Literal["ok", "absent"], str, str]
"""Name, whether it is here, what was found, what to do. Nothing here is ever missing: the virtual
board needs none of it."""

RULES = tuple(
    Path(folder) for folder in ("/etc/udev/rules.d", "/run/udev/rules.d", "/usr/lib/udev/rules.d")
)
_MOST_RULES = 1 << 20  # bytes of one file that are read
_CONNECT = "connect the board's ST-LINK socket; without a board there is --virtual"
_DRIVE = "needed where no tool is installed; an ST-LINK can be set up to show none"
_GROUPS = ("dialout", "plugdev")
"""Of serial ports and, in the udev rules of OpenOCD, of probes; where the system has them."""


def survey() -> Iterator[Found]:
    """Yield what there is to say of every board that hargen knows."""
    yield from tools()
    known = [boards.load(name) for name in boards.names()]
    for board in known:
        yield from packs(board)
        yield from probes(board)
    if sys.platform == "linux":
        yield udev_rules(RULES, known)
        yield from groups()


def tools() -> Iterator[Found]:
    """Yield the programs that can write to a board."""
    for tool in (PROGRAMMER_CLI, OPENOCD, PYOCD):
        where = tool.find()
        if where is None:
            yield tool.title, "absent", "not installed", tool.install
            continue
        try:
            version = tool.version(where)
        except ToolError as error:
            yield tool.title, "absent", str(error), tool.install
            continue
        if tool.is_too_old(version):
            old = f"{version} ({where}) does not know the boards"
            yield tool.title, "absent", old, tool.install
        else:
            yield tool.title, "ok", f"{version} ({where})", ""


def packs(board: Board) -> Iterator[Found]:
    """Yield whether pyOCD, where it is here, has the pack of the board's chip."""
    where = PYOCD.find()
    if where is None:
        return
    target = board.probe.pyocd_target
    try:
        known = pyocd.knows(where, target)
    except ToolError:  # tools() has said so
        return
    if known:
        yield "pyOCD's pack", "ok", target, ""
    else:
        hint = f"pyocd pack install {target} (once, online)"
        yield "pyOCD's pack", "absent", f"{target} is not installed", hint


def probes(board: Board) -> Iterator[Found]:
    """Yield the board's probes, its drive, and what holds the probes."""
    found = detect.find(board)
    for probe in found:
        yield f"{board.name}'s probe", "ok", str(probe), ""
    if not found:
        yield f"{board.name}'s probe", "absent", "none is plugged in", _CONNECT
    holders = causes.holders() if found else []
    if holders:
        yield "debuggers", "absent", f"{', '.join(holders)} may hold the probe", causes.BUSY.hint
    drives = volumes.mounted(board.probe.volumes, MASS_STORAGE.places)
    device = volumes.unmounted(board.probe.volumes, MASS_STORAGE.places)
    for drive in drives:
        yield f"{board.name}'s drive", "ok", str(drive.folder), ""
    if device is not None and not drives:
        hint = f"udisksctl mount -b {device}"
        yield f"{board.name}'s drive", "absent", "plugged in, but not mounted", hint
    elif found and not drives:
        labels = " or ".join(board.probe.volumes)
        yield f"{board.name}'s drive", "absent", f"there is no {labels}", _DRIVE


def udev_rules(folders: Sequence[Path], known: Sequence[Board]) -> Found:
    """Return whether some udev rule names the probes of the known boards."""
    wanted = {f"{pid:04x}" for board in known for pid in board.probe.usb_pids}
    naming = []
    for path in sorted(path for folder in folders for path in folder.glob("*.rules")):
        try:
            with path.open(encoding="utf-8", errors="replace") as file:
                text = file.read(_MOST_RULES).lower()
        except OSError:
            continue
        lines = [line for line in text.splitlines() if "0483" in line and line.lstrip()[:1] != "#"]
        # ST's own rules name whole families: 374[bdef]
        if any(pid in line or f"{pid[:3]}[" in line for line in lines for pid in wanted):
            naming.append(path.name)
    if naming:
        return "udev rules", "ok", ", ".join(naming), ""
    return "udev rules", "absent", "none names an ST-LINK", causes.NO_PERMISSION.hint


def groups() -> Iterator[Found]:
    """Yield the groups that this user needs for ports and probes, where the system has them."""
    import grp

    for name in _GROUPS:
        try:
            number = grp.getgrnam(name).gr_gid
        except KeyError:
            continue
        if os.geteuid() == 0 or number in (os.getegid(), *os.getgroups()):
            yield f"group {name}", "ok", "you may use what belongs to it", ""
        else:
            hint = f"sudo usermod -aG {name} $USER, then log in again"
            yield f"group {name}", "absent", "you are not in it", hint
