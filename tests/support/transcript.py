"""Console blocks: commands with the output that a page shows, and what may differ in it."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

LEFT_OUT = "..."
CTRL_C = "^C"
PAGES_COMPILER = "12.2"
"""The arm-none-eabi-gcc whose sizes, build ids and cycles the pages show."""

_VARYING = (
    (r"/dev/(?:pts/\d+|ttyACM0)", "PORT"),
    (r"socket://127\.0\.0\.1:\d+", "SOCKET"),
    (r"\b\d+\.\d+\.\d+\b", "VERSION"),
    (r"\b\d+ windows/s", "SPEED"),
    (r"\b\d+(?:\.\d+)? s\b", "SECONDS"),
    (r"[─━]+", "─"),
    (r"[ \t]+", " "),
)
"""What differs from run to run and from machine to machine, and the width of tables with it."""
_NUMBERS = ((r"\b[0-9a-f]{12,}\b", "ID"), (r"\d+(?:\.\d+)?", "NUMBER"))


@dataclass(frozen=True)
class Step:
    """A command, the lines that are shown after it, and whether Ctrl-C ends it."""

    command: str
    output: str
    interrupted: bool = False


def steps(text: str, where: str) -> list[Step]:
    """Return the commands of a console block: lines with `$ `, continued by those with `> `."""
    found: list[tuple[list[str], list[str]]] = []
    for line in text.splitlines():
        if line.startswith("$ "):
            found.append(([line[2:]], []))
        elif line.startswith("> ") and found and not found[-1][1]:
            found[-1][0].append(line[2:])
        elif found:
            found[-1][1].append(line)
        else:
            raise ValueError(f"{where}: a console block begins with a command, `$ ...`")
    return [
        Step("\n".join(command), "\n".join(out[:-1] if ends else out), ends)
        for command, out in found
        for ends in [out[-1:] == [CTRL_C]]
    ]


@cache
def same_compiler() -> bool:
    command = ["arm-none-eabi-gcc", "-dumpfullversion"]
    version = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return version.startswith(f"{PAGES_COMPILER}.")


def normalize(text: str, folder: Path | None = None, numbers: bool = True) -> str:
    """Return the text without what may differ.

    Args:
        text: of a page, or of a command.
        folder: where the command ran; pages call it /home/you.
        numbers: whether numbers are compared; not where another compiler makes them.
    """
    if folder is not None:
        text = text.replace(str(folder), "/home/you")
    for pattern, name in _VARYING if numbers else (*_VARYING, *_NUMBERS):
        text = re.sub(pattern, name, text)
    lines: list[str] = []
    for line in (line.strip() for line in text.strip().splitlines()):
        cells = [cell.strip() for cell in line.split("│")]
        if len(cells) == 4 and not cells[1] and lines:  # a cell that goes on in the next row
            lines[-1] = lines[-1].removesuffix("│").strip() + f" {cells[2]} │"
        else:
            lines.append(line)
    return "\n".join(lines)


def difference(shown: str, printed: str, folder: Path | None = None) -> str:
    """Return in what a page and a command differ, or nothing."""
    numbers = same_compiler()
    expected = normalize(shown, numbers=numbers)
    found = normalize(printed, folder, numbers)
    pattern = "".join(
        r"(?:.*\n)*?" if line == LEFT_OUT else re.escape(line).replace(r"\.\.\.", ".*") + r"\n"
        for line in expected.splitlines()
    )
    if re.fullmatch(pattern, f"{found}\n" if found else ""):
        return ""
    return f"the page shows\n{expected}\n--- and the command printed\n{found}"
