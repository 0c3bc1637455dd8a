"""Rules of ids and names, kept by the projects that the IDE itself wrote."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from hargen.lint.finding import Finding
from hargen.lint.subject import CPROJECT_FILE, NAMESPACE, Configuration, Subject

_WITH_CLASS = ("toolChain", "builder", "targetPlatform", "tool", "option", "inputType")
_WITH_ID = ("folderInfo", "fileInfo", *_WITH_CLASS)
_DIGITS = re.compile(r"(\.\d+)+$")


def check(subject: Subject) -> Iterator[Finding]:
    """Find ids that repeat, lack their class or lead nowhere, and names that differ."""
    known = Counter(
        element.get("id", "")
        for configuration in subject.configurations
        for tag in _WITH_ID
        for element in configuration.element.iter(tag)
    )
    known.update(configuration.id for configuration in subject.configurations)
    for identity, times in known.items():
        if times > 1:
            yield Finding(
                "id-unique",
                CPROJECT_FILE,
                identity or 'id=""',
                f"{times} elements have this id",
                "change the digits of all but one",
            )
    for configuration in subject.configurations:
        yield from _classes(configuration)
        yield from _folders(configuration)
        yield from _build_path(subject, configuration)
    yield from _scanner(subject, set(known))
    for project in subject.cproject.iter("project"):
        if project.get("name") != subject.name:
            yield Finding(
                "project-name",
                CPROJECT_FILE,
                "<project>",
                f"it is called {project.get('name')!r} here and {subject.name!r} in .project",
                f"set its name to {subject.name}",
            )


def _classes(configuration: Configuration) -> Iterator[Finding]:
    """Compare without digits: in a folder's own settings the class is an element with some."""
    pairs = [(configuration.id, configuration.element.get("parent", ""))]
    pairs += [
        (element.get("id", ""), element.get("superClass", ""))
        for tag in _WITH_CLASS
        for element in configuration.element.iter(tag)
    ]
    for identity, super_class in pairs:
        stem = _DIGITS.sub("", identity)
        if stem == identity or stem != _DIGITS.sub("", super_class):
            yield Finding(
                "id-form",
                CPROJECT_FILE,
                f"{configuration.name}: {identity}",
                f"an id is its class and digits, and the class is {super_class or 'missing'}",
                f"call it {super_class}. and digits",
            )


def _folders(configuration: Configuration) -> Iterator[Finding]:
    for folder in configuration.element.iter("folderInfo"):
        path, identity = folder.get("resourcePath", ""), folder.get("id", "")
        begins = identity.startswith(f"{configuration.id}.")
        if not begins or (identity == f"{configuration.id}.") != (path == ""):
            yield Finding(
                "folder-id",
                CPROJECT_FILE,
                f"{configuration.name}: {identity}",
                "the id of a folder is the configuration's, a dot and, below the root, more",
                f"call it {configuration.id}.{path}",
            )
    if configuration.root is None:
        yield Finding(
            "folder-id",
            CPROJECT_FILE,
            f"{configuration.name}: <folderInfo>",
            "the configuration has no settings for the project as a whole",
            'add a folderInfo with resourcePath=""',
        )


def _build_path(subject: Subject, configuration: Configuration) -> Iterator[Finding]:
    wanted = f"${{workspace_loc:/{subject.name}}}/{configuration.name}"
    for builder in configuration.element.iter("builder"):
        if builder.get("buildPath") != wanted:
            yield Finding(
                "build-path",
                CPROJECT_FILE,
                f"{configuration.name}: buildPath",
                f"it is {builder.get('buildPath', 'missing')}",
                f"set it to {wanted}",
            )


def _scanner(subject: Subject, known: set[str]) -> Iterator[Finding]:
    for info in subject.cproject.iter("scannerConfigBuildInfo"):
        instance = info.get("instanceId", "")
        lost = [part for part in instance.split(";") if part not in known]
        if lost or instance.count(";") != 3:
            yield Finding(
                "scanner-id",
                CPROJECT_FILE,
                f"<scannerConfigBuildInfo> {instance}",
                f"nothing has the id {lost[0]}" if lost else "it does not name four ids",
                "name the configuration, its root folder, the C compiler and its input"
                f" ({NAMESPACE}tool.c.compiler.input.c)",
            )
