"""pyOCD, which knows the STM32U5 only through a pack, and has no verify of its own here.

Without -W it would wait for a probe for ever.
"""

from __future__ import annotations

from pathlib import Path

from hargen.device.real.command_line import CommandLine
from hargen.device.real.programmer import Job
from hargen.device.real.run import run

_SECONDS = 30.0  # it reads the index of all its packs


def knows(where: Path, target: str) -> bool:
    """Ask the program whether the pack of a target is installed; no probe is needed.

    Raises:
        ToolError: it cannot be started.
    """
    asked = run([str(where), "list", "--targets", "--name", target], seconds=_SECONDS)
    return asked.code == 0 and target in asked.output


def _arguments(job: Job) -> list[str]:
    probe = ["-u", job.serial_number] if job.serial_number else []
    target = ["-t", job.board.probe.pyocd_target, "-M", "under-reset"]
    return ["flash", "-W", *probe, *target, job.image.elf_path.name]


PYOCD = CommandLine(
    name="pyocd",
    title="pyOCD",
    executable="pyocd",
    verifies=False,
    install="pip install pyocd && pyocd pack install stm32u585aiixq",
    arguments=_arguments,
    success=None,
)
