"""OpenOCD, which has a target for the STM32U5 since 0.12 but no file for the board.

Its three servers are off: this is no debug session, and another one's ports must not matter. The
release 0.12 is reported to be flaky with the U5, so a failure without a known cause gets a second
try.
"""

from __future__ import annotations

import re

from hargen.device.real.command_line import CommandLine
from hargen.device.real.programmer import Job

_SERVERS = ("gdb_port disabled", "tcl_port disabled", "telnet_port disabled")
_RESET = "reset_config srst_only srst_nogate connect_assert_srst"


def _arguments(job: Job) -> list[str]:
    probe = job.board.probe
    arguments = ["-f", probe.openocd_interface]
    commands = [f"transport select {probe.openocd_transport}"]
    if job.serial_number:
        commands.append(f"adapter serial {job.serial_number}")
    for command in (*_SERVERS, *commands):
        arguments += ["-c", command]
    # The file's name alone, in its own folder: a path would have to be quoted for Tcl, twice.
    program = f"program {job.image.elf_path.name} verify reset exit"
    return [*arguments, "-f", probe.openocd_target, "-c", _RESET, "-c", program]


OPENOCD = CommandLine(
    name="openocd",
    title="OpenOCD",
    executable="openocd",
    verifies=True,
    install="sudo apt install openocd (0.12 or newer)",
    arguments=_arguments,
    success=re.compile(r"\*\* Verified OK \*\*"),
    attempts=2,
    oldest="0.12",
)
