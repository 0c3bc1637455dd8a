"""Runs all rules over a project."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from hargen import board as boards
from hargen import manifest as manifests
from hargen.board import Board
from hargen.errors import DataError
from hargen.lint import (
    board_file,
    configurations,
    ids,
    ioc,
    line_endings,
    linking,
    natures,
    paths,
    record,
    sources,
    xml_form,
)
from hargen.lint.finding import Finding
from hargen.lint.subject import CPROJECT_FILE, PROJECT_FILE, Subject
from hargen.lint.tree import Tree
from hargen.manifest import Manifest

_RULES: tuple[Callable[[Subject], Iterable[Finding]], ...] = (
    natures.check,
    configurations.check,
    ids.check,
    paths.check,
    linking.check,
    ioc.check,
    line_endings.check,
    board_file.check,
    record.check,
    sources.check,
)


@dataclass(frozen=True)
class Report:
    """What lint found. notes are sentences: changed files, which is allowed."""

    board: str
    findings: tuple[Finding, ...]
    notes: tuple[str, ...]


def lint(folder: Path) -> Report:
    """Check a project folder.

    Raises:
        UsageError: the folder is not a project that hargen exported, or its board is unknown.
        DataError: its manifest, or another file that a rule looks into, cannot be read.
    """
    manifest = manifests.read(folder)
    notes = tuple(
        f"{change.path} is {change.kind} since it was exported"
        for change in manifests.verify(manifest, folder)
    )
    board = boards.load(manifest.board)
    try:
        findings = check(Tree.on_disk(folder), manifest, board)
    except OSError as error:
        raise DataError(
            "cannot read the project", where=str(error.filename), why=error.strerror or str(error)
        ) from error
    return Report(manifest.board, tuple(findings), notes)


def check(tree: Tree, manifest: Manifest, board: Board) -> list[Finding]:
    """Return every broken rule, by group, in the order of the files."""
    project = xml_form.parse(tree, PROJECT_FILE)
    cproject = xml_form.parse(tree, CPROJECT_FILE)
    if isinstance(project, Finding) or isinstance(cproject, Finding):
        return [root for root in (project, cproject) if isinstance(root, Finding)]
    subject = Subject(tree, manifest, board, project, cproject)
    found = list(xml_form.check(tree))
    for rule in _RULES:
        found += rule(subject)
    return found
