"""Rules of what kind of project .project says it is."""

from __future__ import annotations

from collections.abc import Iterator

from hargen.lint.finding import Finding
from hargen.lint.subject import PROJECT_FILE, Subject

_ST = "com.st.stm32cube.ide.mcu."
_MANAGED = "org.eclipse.cdt.managedbuilder.core."
_ALWAYS = (
    f"{_ST}MCUProjectNature",
    "org.eclipse.cdt.core.cnature",
    f"{_ST}MCUCubeIdeServicesRevAev2ProjectNature",
    f"{_ST}MCUSingleCpuProjectNature",
    f"{_ST}MCURootProjectNature",
    f"{_MANAGED}managedBuildNature",
    f"{_MANAGED}ScannerConfigNature",
)
_TRUSTZONE_OFF = f"{_ST}MCUEndUserDisabledTrustZoneProjectNature"
_NON_SECURE = f"{_ST}MCUNonSecureProjectNature"
_SECURE = f"{_ST}MCUSecureProjectNature"
_BUILDERS = [f"{_MANAGED}genmakebuilder", f"{_MANAGED}ScannerConfigBuilder"]


def check(subject: Subject) -> Iterator[Finding]:
    """Find natures and builders that are missing or contradict each other or the part."""
    natures = set(subject.natures)
    for nature in _ALWAYS:
        if nature not in natures:
            yield Finding(
                "natures",
                PROJECT_FILE,
                nature,
                "every STM32CubeIDE project of this kind has this nature",
                f"add <nature>{nature}</nature>",
            )
    builders = [(b.findtext("name") or "").strip() for b in subject.project.iter("buildCommand")]
    if builders != _BUILDERS:
        yield Finding(
            "builders",
            PROJECT_FILE,
            "<buildSpec>",
            f"the builders are {', '.join(builders) or 'missing'}",
            f"list {' and '.join(_BUILDERS)}, in this order",
        )
    yield from _trustzone(subject, natures)


def _trustzone(subject: Subject, natures: set[str]) -> Iterator[Finding]:
    if {_SECURE, _NON_SECURE} <= natures:
        yield Finding(
            "trustzone",
            PROJECT_FILE,
            _SECURE,
            "the project is secure and non-secure at once",
            "remove one of the two natures",
        )
    if not subject.board.mcu.has_trustzone:
        return
    for nature in (_TRUSTZONE_OFF, _NON_SECURE):
        if nature not in natures:
            yield Finding(
                "trustzone",
                PROJECT_FILE,
                nature,
                f"{subject.board.mcu.part} has TrustZone: without this nature the IDE looks for a"
                " secure and a non-secure project inside this one",
                f"add <nature>{nature}</nature>",
            )
