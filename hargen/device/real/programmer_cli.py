"""STM32_Programmer_CLI of STM32CubeProgrammer: ST's own, and the first choice where it is here.

Under reset (mode=UR), so that firmware which sleeps or has crashed is no obstacle.
"""

from __future__ import annotations

import re

from hargen.device.real.command_line import CommandLine
from hargen.device.real.programmer import Job


def _arguments(job: Job) -> list[str]:
    probe = [f"sn={job.serial_number}"] if job.serial_number else []
    connect = ["-c", "port=SWD", *probe, "mode=UR", "reset=HWrst"]
    return [*connect, "-w", job.image.elf_path.name, "-v", "-rst"]


PROGRAMMER_CLI = CommandLine(
    name="programmer-cli",
    title="STM32_Programmer_CLI",
    executable="STM32_Programmer_CLI",
    verifies=True,
    install="STM32CubeProgrammer from st.com (its licence forbids hargen to bring it)",
    arguments=_arguments,
    success=re.compile(r"verified successfully", re.IGNORECASE),
    places=(
        "opt/st/stm32cubeide*/plugins/*cubeprogrammer*/tools/bin",
        "opt/st/STM32CubeProgrammer/bin",
        "usr/local/STMicroelectronics/STM32Cube/STM32CubeProgrammer/bin",
        "STMicroelectronics/STM32Cube/STM32CubeProgrammer/bin",
        ".local/share/stm32cube/bundles/programmer/*/bin",
    ),
)
