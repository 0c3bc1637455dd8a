"""Rules of the sources: the IDE compiles the files that CMake compiles, no more and no less."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from hargen.lint.finding import Finding
from hargen.lint.subject import CPROJECT_FILE, Configuration, Subject

_CMAKE_FILE = "CMakeLists.txt"
_EXECUTABLE = re.compile(r"^add_executable\(\S+\n(.*?)^\)", re.MULTILINE | re.DOTALL)
_COMPILED = (".c", ".s", ".S", ".cpp", ".cc", ".cxx")


def check(subject: Subject) -> Iterator[Finding]:
    """Find source folders that are not there, and files that only one of both builds."""
    with_cmake = _cmake_sources(subject)
    for configuration in subject.configurations:
        entries = configuration.element.findall("sourceEntries/entry")
        for entry in entries:
            yield from _entry(subject, configuration, entry)
        with_ide = {
            path
            for path in subject.tree.paths
            if path.endswith(_COMPILED)
            and (not entries or any(_covers(entry, path) for entry in entries))
        }
        if with_cmake is None:
            continue
        for path in sorted(with_ide ^ with_cmake):
            only = "STM32CubeIDE" if path in with_ide else "CMake"
            yield Finding(
                "sources-differ",
                CPROJECT_FILE if only == "CMake" else _CMAKE_FILE,
                f"{configuration.name}: {path}",
                f"only {only} builds it",
                "have both build it, or move it out of the source folders",
            )


def _entry(subject: Subject, configuration: Configuration, entry: Element) -> Iterator[Finding]:
    folder = entry.get("name", "")
    if not folder or folder in subject.tree.folders:
        return
    other = subject.tree.spelled_otherwise(folder)
    yield Finding(
        "source-folder",
        CPROJECT_FILE,
        f"{configuration.name}: <entry> {folder}",
        "there is no such folder" + (f", but there is {other}" if other else ""),
        "correct the name, or remove the entry",
    )


def _covers(entry: Element, path: str) -> bool:
    folder = entry.get("name", "")
    if folder and not path.startswith(f"{folder}/"):
        return False
    below = path.removeprefix(f"{folder}/") if folder else path
    excluded = [text for text in entry.get("excluding", "").split("|") if text]
    return not any(f"{below}/".startswith(f"{text.rstrip('/')}/") for text in excluded)


def _cmake_sources(subject: Subject) -> set[str] | None:
    """Return the files that hargen's form of CMakeLists.txt lists; None for another form."""
    if _CMAKE_FILE not in subject.tree.paths:
        return None
    text = subject.tree.read(_CMAKE_FILE).decode("utf-8", errors="replace")
    block = _EXECUTABLE.search(text)
    return None if block is None else set(block[1].split())
