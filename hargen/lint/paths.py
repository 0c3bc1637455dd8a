"""Rules of the paths in both files: each leads to something, in exactly this spelling."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from hargen.lint.finding import Finding
from hargen.lint.subject import (
    C_LINKER,
    CPROJECT_FILE,
    PROJECT_FILE,
    Configuration,
    Subject,
    list_values,
)
from hargen.lint.tree import Tree, exists_outside

_WORKSPACE = re.compile(r"\$\{workspace_loc:/([^/]+)/(.+)\}")
_LINK = re.compile(r"(?:PARENT-(\d{1,2})-)?PROJECT_LOC/(.+)")
_FOLDER = "2"


def in_project(subject: Subject, configuration: Configuration, value: str) -> str | None:
    """Return where a path of an option leads, from the project's folder; None if to no place.

    The IDE sees it from the folder of the configuration, or through ${workspace_loc:/PROJECT/...}.
    """
    path = value.strip('"').replace("${ProjName}", subject.name)
    through_workspace = _WORKSPACE.fullmatch(path)
    if through_workspace:
        if through_workspace[1] != subject.name:
            return None
        path = f"../{through_workspace[2]}"
    if not path or "$" in path or posixpath.isabs(path) or re.match("[A-Za-z]:", path):
        return None
    return posixpath.normpath(posixpath.join(configuration.name, path))


def check(subject: Subject) -> Iterator[Finding]:
    """Find include paths, linker scripts and links that lead nowhere."""
    for configuration in subject.configurations:
        for option in configuration.element.iter("option"):
            if option.get("superClass", "").endswith(".option.includepaths"):
                yield from _include_paths(subject, configuration, option)
        yield from _linker_script(subject, configuration)
    for link in subject.project.iter("link"):
        yield from _link(subject.tree, link)


def _include_paths(
    subject: Subject, configuration: Configuration, option: Element
) -> Iterator[Finding]:
    tree = subject.tree
    for value in list_values(option):
        place = in_project(subject, configuration, value)
        if not value.strip('" '):
            why = "it is empty"
        elif place is None:
            why = "it is absolute, of another project, or a variable that the project cannot know"
        elif place in tree.folders or place == "." or _is_outside(tree, place):
            continue
        else:
            why = _missing(tree, place, "folder")
        yield Finding(
            "include-path",
            CPROJECT_FILE,
            f"{configuration.name}: include path {value!r}",
            why,
            "correct it, or remove it from the list",
        )


def _linker_script(subject: Subject, configuration: Configuration) -> Iterator[Finding]:
    key = f"{C_LINKER}script"
    value = configuration.value(key)
    place = in_project(subject, configuration, value or "")
    if place is not None and place in subject.tree.paths:
        return
    script = subject.board.memory.linker_script
    yield Finding(
        "linker-script",
        CPROJECT_FILE,
        configuration.label(key),
        _missing(subject.tree, place or value, "file") if value else "none is named",
        f"set it to ${{workspace_loc:/${{ProjName}}/{script}}}",
    )


def _link(tree: Tree, link: Element) -> Iterator[Finding]:
    name = (link.findtext("name") or "").strip()
    target = (link.findtext("locationURI") or "").strip()
    element = f"<link> {name}"
    hidden = name if name in tree.paths else tree.spelled_otherwise(name)
    if hidden is not None:
        why = f"the link hides {hidden}, which the project holds"
        yield Finding("links", PROJECT_FILE, element, why, "give the link another name")
    if target == "virtual:/virtual":
        return
    parts = _LINK.fullmatch(target)
    if parts is None:
        why = f"{target or 'nothing'} is not a place relative to the project"
        todo = "begin it with PROJECT_LOC or PARENT-n-PROJECT_LOC"
        yield Finding("links", PROJECT_FILE, element, why, todo)
        return
    place = posixpath.normpath("../" * int(parts[1] or 0) + parts[2])
    inside = tree.folders if link.findtext("type") == _FOLDER else tree.paths
    if place not in inside and not _is_outside(tree, place):
        todo = "remove the link, or put the file there"
        yield Finding("links", PROJECT_FILE, element, _missing(tree, place, "file"), todo)


def _is_outside(tree: Tree, place: str) -> bool:
    """Return whether a place beyond the project exists; before the project does, none is."""
    if not place.startswith("..") or tree.folder is None:
        return False
    return exists_outside(tree.folder.resolve() / place)


def _missing(tree: Tree, place: str, kind: str) -> str:
    other = tree.spelled_otherwise(place)
    return f"there is no {kind} {place}" + (f", but there is {other}" if other else "")
