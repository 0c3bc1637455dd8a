"""Rules of scripts: the shell of the system that runs them has to understand their lines."""

from __future__ import annotations

from collections.abc import Iterator

from hargen.lint.finding import Finding
from hargen.lint.subject import Subject


def check(subject: Subject) -> Iterator[Finding]:
    """Find scripts for Unix with carriage returns, and scripts for Windows without."""
    for path in sorted(subject.tree.paths):
        if path.endswith((".sh", ".py")):
            if b"\r\n" in subject.tree.read(path):
                todo = "write it with line feeds alone"
                yield Finding("line-endings", path, "", "its lines end with CR LF", todo)
        elif path.endswith(".bat"):
            content = subject.tree.read(path)
            if content.count(b"\n") != content.count(b"\r\n"):
                todo = "write it with CR LF"
                yield Finding("line-endings", path, "", "its lines end with LF alone", todo)
