"""Rules of the two XML files as such: they are there, they are XML, CDT knows their version."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from hargen.lint.finding import Finding
from hargen.lint.subject import CPROJECT_FILE, PROJECT_FILE
from hargen.lint.tree import Tree

_LARGEST = 4 << 20  # bytes; the largest of ST's is under 1 MiB
_ROOTS = {PROJECT_FILE: "projectDescription", CPROJECT_FILE: "cproject"}
_ANEW = "hargen export writes a new one (--force keeps the old beside it)"


def parse(tree: Tree, file: str) -> Element | Finding:
    """Return the file's root element, or why there is none."""
    if file not in tree.paths:
        return Finding("xml-readable", file, "", "the file is missing", _ANEW)
    try:
        content = tree.read(file)
    except OSError as error:
        return Finding("xml-readable", file, "", error.strerror or str(error), _ANEW)
    if len(content) > _LARGEST:
        return Finding("xml-readable", file, "", f"it has {len(content)} bytes", _ANEW)
    if b"<!DOCTYPE" in content:
        # A document type may define entities that grow without end
        return Finding("xml-readable", file, "<!DOCTYPE", "the IDE writes none", "remove it")
    try:
        root = ElementTree.fromstring(content)
    except (ElementTree.ParseError, LookupError, ValueError) as error:
        return Finding("xml-readable", file, "", f"it is not XML: {error}", _ANEW)
    if root.tag != _ROOTS[file]:
        why = f"its root is <{root.tag}>, not <{_ROOTS[file]}>"
        return Finding("xml-readable", file, f"<{root.tag}>", why, _ANEW)
    return root


def check(tree: Tree) -> Iterator[Finding]:
    """Find a .cproject without the processing instruction that CDT takes its version from."""
    head = tree.read(CPROJECT_FILE).partition(b"<cproject")[0]
    if not re.search(rb"<\?fileVersion\s+4\.0\.0\s*\?>", head):
        yield Finding(
            "file-version",
            CPROJECT_FILE,
            "<?fileVersion",
            "the processing instruction is missing; tools that rewrite XML lose it",
            "put <?fileVersion 4.0.0?> before <cproject",
        )
