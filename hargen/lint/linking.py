"""Rules of the linker's inputs."""

from __future__ import annotations

from collections.abc import Iterator

from hargen.lint.finding import Finding
from hargen.lint.subject import (
    C_LINKER,
    CPROJECT_FILE,
    NAMESPACE,
    Configuration,
    Subject,
)

_LIBRARIES = "$(LIBS)"


def check(subject: Subject) -> Iterator[Finding]:
    """Find linkers that would not be given the libraries, or that are given an empty name."""
    for configuration in subject.configurations:
        yield from _libraries(configuration)
        key = f"{C_LINKER}additionalobjs"
        if any(not value.strip('" ') for value in configuration.values(key)):
            yield Finding(
                "additional-object",
                CPROJECT_FILE,
                configuration.label(key),
                "the list of additional objects has an empty entry",
                "remove the entry",
            )


def _libraries(configuration: Configuration) -> Iterator[Finding]:
    inputs = [
        entry.get("paths", "")
        for tool in (() if configuration.root is None else configuration.root.iter("tool"))
        if tool.get("superClass") == f"{NAMESPACE}tool.c.linker"
        for entry in tool.iter("additionalInput")
    ]
    if _LIBRARIES not in inputs:
        yield Finding(
            "linker-input",
            CPROJECT_FILE,
            configuration.label("tool.c.linker.input"),
            f"{_LIBRARIES} is not among the linker's inputs",
            f'add <additionalInput kind="additionalinput" paths="{_LIBRARIES}"/> to its inputType',
        )
