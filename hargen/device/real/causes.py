"""The words of each tool's failures, and the causes that they stand for.

OpenOCD's, libusb's and pyOCD's words were read in the programs; those of STM32_Programmer_CLI come
from its documentation and from users' reports. Words that are not known here are shown as they are,
never guessed at.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

_RULES = (
    "install the udev rules: sudo apt install openocd brings 60-openocd.rules, STM32CubeProgrammer "
    "has 49-stlinkv3.rules; then sudo udevadm control --reload-rules, sudo usermod -aG "
    "plugdev,dialout $USER, log in again and plug the board in again"
)
_TO_LEVEL_0 = "STM32_Programmer_CLI -c port=SWD mode=UR -ob RDP=0xAA"


@dataclass(frozen=True)
class Cause:
    """What is wrong, and the line that mends it."""

    name: str
    what: str
    hint: str


NO_PROBE = Cause(
    "no probe",
    "no debug probe was found",
    "connect the board's ST-LINK socket by a cable that carries data, not power alone; "
    "hargen doctor lists what is plugged in. Without a board: hargen flash --virtual",
)
OTHER_PROBE = Cause(
    "other probe",
    "the probe with that serial number is not plugged in",
    "hargen doctor lists the probes; leave --serial-number out where there is only one",
)
UNREACHABLE = Cause(
    "unreachable",
    "the probe is plugged in, but the tool cannot open it",
    f"end what else uses it, and unplug it and plug it in again; or {_RULES}",
)
NO_PERMISSION = Cause("no permission", "no permission to use the probe", _RULES)
BUSY = Cause(
    "busy",
    "another program holds the probe",
    "end the debug session (STM32CubeIDE, ST-LINK_gdbserver, openocd), and close "
    "STM32CubeProgrammer; then try again. Where nothing of that runs, unplug the board and plug "
    "it in again",
)
READ_OUT_PROTECTION = Cause(
    "read-out protection",
    "the chip is protected from reading (RDP level 1)",
    f"{_TO_LEVEL_0} takes the protection away AND ERASES THE FLASH",
)
LOCKED = Cause(
    "locked",
    "the chip is locked for good (RDP level 2)",
    "only the OEM2 key that was set before it was locked can open it; use another board",
)
TRUSTZONE = Cause(
    "TrustZone",
    "TrustZone is enabled on the chip (TZEN = 1); the image is for a chip without",
    f"STM32_Programmer_CLI -c port=SWD mode=UR -ob RDP=0xDC, then {_TO_LEVEL_0} TZEN=0: "
    "it ERASES THE FLASH",
)
NO_TARGET = Cause(
    "no target",
    "the probe does not reach the chip",
    "is the board powered, and its power jumper where it belongs? Hold the reset button, start "
    "again, and release it",
)
NOT_VERIFIED = Cause(
    "not verified",
    "what was written does not read back",
    "try again; if it stays so, write with another tool: --tool",
)
NO_PACK = Cause(
    "no pack",
    "pyOCD does not know the chip",
    "pyocd pack update && pyocd pack install stm32u585aiixq",
)
NOT_WRITTEN = Cause(
    "not written",
    "the flash does not take the image",
    "is it write-protected? STM32_Programmer_CLI -c port=SWD mode=UR -ob displ shows the option "
    "bytes",
)

# The first that fits: from the cause that explains the others to the one that explains little.
_WORDS: tuple[tuple[str, Cause], ...] = (
    (r"LIBUSB_ERROR_ACCESS|access denied|insufficient permissions", NO_PERMISSION),
    (r"permission denied", NO_PERMISSION),
    (r"LIBUSB_ERROR_BUSY|resource busy|(?:st-?link|probe)[^\n]*\b(?:in use|busy)\b", BUSY),
    (r"DEV_USB_COMM_ERR|claim interface", BUSY),
    (r"RDP level 2|RDP\s*[:=]\s*0xCC", LOCKED),
    (r"TZEN\s*[:=]\s*(?:0x)?0*1\b|TrustZone (?:is )?enabled", TRUSTZONE),
    (r"RDP level (?:0\.5|1)\b|RDP\s*[:=]\s*0x(?!AA)[0-9A-F]{2}\b", READ_OUT_PROTECTION),
    (r"read-?\s?out protect|read protection (?:is )?(?:activated|enabled)", READ_OUT_PROTECTION),
    (r"device (?:is )?(?:read )?protected", READ_OUT_PROTECTION),
    (r"serial mismatch|(?:wrong|unknown|invalid)[^\n]*serial number", OTHER_PROBE),
    (r"no connected debug probe matches", OTHER_PROBE),
    (r"serial number[^\n]*not found", OTHER_PROBE),
    (r"no (?:debug )?probe|no st-?link|no (?:available|connected) debug probes", NO_PROBE),
    (r"target type \S+ not recognized|unknown target|no pack", NO_PACK),
    (r"no STM32 target found|unable to connect to the target|no target connected", NO_TARGET),
    (r"DEV_(?:CONNECT|TARGET)\w*ERR|target voltage may be too low|get core id", NO_TARGET),
    (r"verify failed|verification[^\n]*fail|data mismatch|contents differ", NOT_VERIFIED),
    (r"failed to download|programming failed|operation failed", NOT_WRITTEN),
    (r"error: open failed", NO_PROBE),
)
_COMPILED = tuple((re.compile(words, re.IGNORECASE), cause) for words, cause in _WORDS)

_HOLDERS = (
    "openocd",
    "pyocd",
    "ST-LINK_gdbserver",
    "STM32_Programmer",
    "STM32CubeProgr",
    "st-util",
)


def diagnose(output: str) -> Cause | None:
    """Return the cause that a tool's output stands for, None where no words are known."""
    return next((cause for words, cause in _COMPILED if words.search(output)), None)


def holders(processes: Path = Path("/proc")) -> list[str]:
    """Return the running programs that are known to hold probes, as "name (pid N)"; Linux only."""
    found = []
    for comm in sorted(processes.glob("[0-9]*/comm")):
        try:
            name = comm.read_text(encoding="utf-8", errors="replace").strip()
        except OSError:  # it has ended meanwhile
            continue
        # the system cuts the name off at 15 characters
        if any(name.lower().startswith(holder[:15].lower()) for holder in _HOLDERS):
            found.append(f"{name} (pid {comm.parent.name})")
    return found
