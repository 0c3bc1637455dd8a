"""What hargen doctor looks at, one function a kind."""

from __future__ import annotations

import os
import platform
import re
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib import metadata
from typing import Any, Literal

from hargen import __version__


@dataclass(frozen=True)
class Check:
    """One thing that was looked for.

    status: ok; missing, where commands fail without it; absent, where only an extra does.
    """

    name: str
    status: Literal["ok", "missing", "absent"]
    detail: str
    hint: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return the check as JSON has it."""
        return asdict(self)


def all_checks() -> list[Check]:
    """Return every check, in the order in which a user would put things right."""
    return [*_python(), *_packages(), *_tools(), *_real_boards(), *_ports()]


def _python() -> Iterator[Check]:
    yield Check("hargen", "ok", __version__)
    yield Check("python", "ok", f"{platform.python_version()} ({sys.executable})")


def _packages() -> Iterator[Check]:
    """Compare what hargen's own metadata asks for with what is installed, importing nothing."""
    try:
        wanted = metadata.requires("hargen") or []
    except metadata.PackageNotFoundError:
        hint = "pip install hargen, or pip install -e . in a checkout"
        yield Check("hargen's metadata", "absent", "hargen is not installed by pip", hint)
        return
    for requirement in wanted:
        extra = re.search(r"extra\s*==\s*['\"](\w+)['\"]", requirement)
        group = extra.group(1) if extra else ""
        name = re.split(r"[^A-Za-z0-9._-]", requirement, maxsplit=1)[0]
        if group in ("dev", "all") or name == "hargen":
            continue
        lowest = re.search(r">=\s*([\d.]+)", requirement)
        yield _package(name, group, lowest.group(1) if lowest else "")


def _package(name: str, extra: str, lowest: str) -> Check:
    install = f"pip install 'hargen[{extra}]'" if extra else f"pip install '{name}>={lowest or 0}'"
    status: Literal["missing", "absent"] = "absent" if extra else "missing"
    # tensorflow-cpu is the same code without GPU support
    for candidate in (name, f"{name}-cpu"):
        try:
            version = metadata.version(candidate)
        except metadata.PackageNotFoundError:
            continue
        if _release(version) < _release(lowest):
            return Check(candidate, status, f"{version} is older than {lowest}", install)
        return Check(candidate, "ok", version)
    detail = f"not installed, part of the extra {extra!r}" if extra else "not installed"
    return Check(name, status, detail, install)


def _release(version: str) -> list[int]:
    """Return the numbers that a version begins with; 13.10 comes after 13.7."""
    return [int(number) for number in re.split(r"[^\d.]", version)[0].split(".") if number]


def _tools() -> Iterator[Check]:
    from hargen.build import toolchain

    yield from (Check(*found) for found in toolchain.survey())


def _real_boards() -> Iterator[Check]:
    from hargen.device.real import survey

    yield from (Check(*found) for found in survey.survey())


def _ports() -> Iterator[Check]:
    from serial.tools import list_ports

    ports = sorted(list_ports.comports())
    for port in ports:
        usb = f", USB {port.vid:04x}:{port.pid:04x}" if port.vid is not None else ""
        serial = f", serial number {port.serial_number}" if port.serial_number else ""
        usable = os.access(port.device, os.R_OK | os.W_OK)
        yield Check(
            f"port {port.device}",
            "ok" if usable else "absent",
            f"{port.description}{usb}{serial}" + ("" if usable else ": no permission"),
            "" if usable else "sudo usermod -aG dialout $USER, then log in again",
        )
    if not ports:
        yield Check(
            "serial ports",
            "absent",
            "none",
            "only --virtual works without one; connect the board's ST-LINK port",
        )
