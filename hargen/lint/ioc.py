"""Rules of a CubeMX file, where there is one: a project says that it has it, and both agree."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hargen.lint.finding import Finding
from hargen.lint.subject import PROJECT_FILE, Subject

_NATURE = "com.st.stm32cube.ide.mcu.MCUCubeProjectNature"


def check(subject: Subject) -> Iterator[Finding]:
    """Find a nature without its .ioc, and an .ioc of another name."""
    linked = [
        name
        for name in ((link.findtext("name") or "").strip() for link in subject.project.iter("link"))
        if name.endswith(".ioc")
    ]
    own = sorted(path for path in subject.tree.paths if "/" not in path and path.endswith(".ioc"))
    if _NATURE in subject.natures and not own and not linked:
        yield Finding(
            "ioc",
            PROJECT_FILE,
            _NATURE,
            "the nature promises an .ioc, and none is in the project or linked to it",
            "remove the nature, or link the .ioc",
        )
    for path in own:
        text = subject.tree.read(path).decode("utf-8", errors="replace")
        for key, wanted in (
            ("ProjectManager.ProjectFileName", path),
            ("ProjectManager.ProjectName", subject.name),
        ):
            found = re.search(rf"^{re.escape(key)}=(.*?)\r?$", text, re.MULTILINE)
            if found is None or found[1] != wanted:
                says = "is missing" if found is None else f"is {found[1]}"
                yield Finding("ioc", path, key, f"it {says}", f"set it to {wanted}")
