"""What templates/project/cubeide prints."""

from __future__ import annotations

from typing import Any

from hargen.board import Board
from hargen.emit.build_options import BuildOptions
from hargen.emit.cubeide.configuration import ConfigurationBuilder
from hargen.emit.cubeide.ids import Ids

_PREFIX = "com.st.stm32cube.ide.mcu"


def outputs() -> dict[str, str]:
    """Return template under templates -> file in the project."""
    return {
        "project/cubeide/project.xml.j2": ".project",
        "project/cubeide/cproject.xml.j2": ".cproject",
    }


def natures(board: Board) -> tuple[str, ...]:
    """Return what kind of project it is: C, made by makefiles, for one core, sources inside it.

    Without MCUCubeProjectNature, which would want an .ioc. A part with TrustZone has to say that it
    is off, or the IDE looks for a secure and a non-secure project inside this one.
    """
    trustzone = ("MCUEndUserDisabledTrustZoneProjectNature", "MCUNonSecureProjectNature")
    return (
        f"{_PREFIX}.MCUProjectNature",
        "org.eclipse.cdt.core.cnature",
        f"{_PREFIX}.MCUCubeIdeServicesRevAev2ProjectNature",
        *(f"{_PREFIX}.{nature}" for nature in trustzone if board.mcu.has_trustzone),
        f"{_PREFIX}.MCUSingleCpuProjectNature",
        f"{_PREFIX}.MCURootProjectNature",
        "org.eclipse.cdt.managedbuilder.core.managedBuildNature",
        "org.eclipse.cdt.managedbuilder.core.ScannerConfigNature",
    )


def context(project_name: str, options: BuildOptions) -> dict[str, Any]:
    """Return the context of both templates."""
    ids = Ids(project_name)
    return {
        "project_name": project_name,
        "project_id": ids.new(f"{project_name}.null"),
        "natures": natures(options.board),
        "configurations": [
            ConfigurationBuilder(project_name, options, configuration, ids).build()
            for configuration in options.configurations
        ],
    }
