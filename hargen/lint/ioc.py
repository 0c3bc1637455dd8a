"""Rules of a CubeMX file, where there is one: a project says that it has it, and both agree."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from hargen.lint.finding import Finding
from hargen.lint.subject import PROJECT_FILE, Subject

_IDE_FOLDER = "STM32CubeIDE"
"""CubeMX puts the project into a folder of this name, and its own file beside that folder. Beside
a folder of another name an .ioc is somebody else's."""
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
    for path in _beside(subject.tree.folder):
        if path not in {name.rpartition("/")[2] for name in linked}:
            yield Finding(
                "ioc",
                PROJECT_FILE,
                "<linkedResources>",
                f"../{path} lies beside the folder {_IDE_FOLDER} and is not linked",
                f"link it: PARENT-1-PROJECT_LOC/{path}",
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


def _beside(folder: Path | None) -> list[str]:
    """Return the names of CubeMX's files that a project of its layout has to link."""
    if folder is None or folder.resolve().name != _IDE_FOLDER:
        return []
    return sorted(path.name for path in folder.resolve().parent.glob("*.ioc"))
