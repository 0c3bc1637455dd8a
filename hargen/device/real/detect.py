"""Finds debug probes by the USB ids of their virtual COM ports, and picks the one that is meant.

A probe is found by its serial port, so one without (ST-LINK/V2, or a V3 in its firmware update) is
not seen here; --serial-number names it all the same. USB ids name the probe and not the board: the
board's own answer to HELLO, after flashing, is what decides.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hargen.board import Board
from hargen.errors import DeviceError, UsageError

_SERIAL_NUMBER = re.compile(r"[0-9A-Za-z]{1,64}")
"""What may reach a tool's command line, and in OpenOCD's case its interpreter."""


@dataclass(frozen=True)
class Probe:
    """A debug probe; serial_number or port may be empty where they are not known."""

    serial_number: str
    port: str
    product_id: int = 0

    def __str__(self) -> str:
        return f"{self.serial_number or 'without a serial number'} on {self.port or 'no port'}"


def find(board: Board) -> list[Probe]:
    """Return the board's kind of probes that are plugged in, by port."""
    from serial.tools import list_ports

    found: dict[str, Probe] = {}
    for port in sorted(list_ports.comports()):
        if port.vid == board.probe.usb_vid and port.pid in board.probe.usb_pids:
            number = port.serial_number or ""
            # macOS shows each port twice, as cu. and as tty.; the first is the one to open
            found.setdefault(number or port.device, Probe(number, port.device, port.pid))
    return list(found.values())


def is_serial_device(port: str) -> bool:
    """Tell whether the operating system knows a port as a serial device: not a pty or a socket."""
    from serial.tools import list_ports

    return any(_same(port, one.device) for one in list_ports.comports())


def choose(
    probes: Sequence[Probe],
    *,
    probe: str | None = None,
    serial_number: str | None = None,
    port: str | None = None,
) -> Probe | None:
    """Return the probe that is meant; None where none is plugged in and none was named.

    Args:
        probes: those that were found.
        probe: a part of a serial number, or a port, of one of them.
        serial_number: a whole serial number; it need not be among those found.
        port: the serial port that the user gave; it names the probe where it is one's.

    Raises:
        UsageError: both were given, the number is none, or there are several and none is chosen.
        DeviceError: the probe that was asked for is not there.
    """
    if probe is not None and serial_number is not None:
        raise UsageError("give one of --probe and --serial-number")
    if serial_number is not None:
        if not _SERIAL_NUMBER.fullmatch(serial_number):
            raise UsageError(
                f"{serial_number!r} is no serial number of a probe",
                hint="it has letters and digits only; hargen doctor shows it",
            )
        known = [one for one in probes if one.serial_number.lower() == serial_number.lower()]
        return known[0] if known else Probe(serial_number, "")
    if probe is not None:
        return _named(probes, probe)
    for one in probes:
        if port is not None and _same(port, one.port):
            return one
    if len(probes) > 1:
        raise UsageError(
            f"there are {len(probes)} boards, and none is chosen",
            why=_listed(probes),
            hint="choose one: --probe with a part of its serial number, or its port",
        )
    return probes[0] if probes else None


def _named(probes: Sequence[Probe], wanted: str) -> Probe:
    matching = [
        one
        for one in probes
        if (wanted and wanted.lower() in one.serial_number.lower()) or _same(wanted, one.port)
    ]
    if len(matching) == 1:
        return matching[0]
    if matching:
        raise UsageError(f"--probe {wanted} fits {len(matching)} probes", why=_listed(matching))
    raise DeviceError(
        f"there is no probe {wanted!r}",
        why=f"plugged in: {_listed(probes)}" if probes else "no probe of this board is plugged in",
        hint="hargen doctor lists them; --serial-number names one that has no serial port",
    )


def _same(first: str, second: str) -> bool:
    if first == second:
        return True
    return "://" not in first and Path(first).resolve() == Path(second).resolve()


def _listed(probes: Sequence[Probe]) -> str:
    return "; ".join(map(str, probes))
