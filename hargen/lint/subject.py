"""What rules look at: the files of a project, its two XML files, its manifest and its board."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from xml.etree.ElementTree import Element

from hargen.board import Board
from hargen.lint.tree import Tree
from hargen.manifest import Manifest

PROJECT_FILE = ".project"
CPROJECT_FILE = ".cproject"
NAMESPACE = "com.st.stm32cube.ide.mcu.gnu.managedbuild."

C_COMPILER = "tool.c.compiler.option."
C_LINKER = "tool.c.linker.option."


@dataclass(frozen=True)
class Configuration:
    """Debug or Release of a .cproject."""

    element: Element

    @property
    def name(self) -> str:
        """Its name, as the IDE shows it."""
        return self.element.get("name", "")

    @property
    def id(self) -> str:
        """Its id."""
        return self.element.get("id", "")

    @cached_property
    def root(self) -> Element | None:
        """The settings of the project as a whole."""
        for folder in self.element.iter("folderInfo"):
            if folder.get("resourcePath") == "":
                return folder
        return None

    def options(self, key: str) -> list[Element]:
        """Return the options of this class, of the project as a whole."""
        if self.root is None:
            return []
        return [o for o in self.root.iter("option") if o.get("superClass") == NAMESPACE + key]

    def value(self, key: str) -> str | None:
        """Return the first such option's value; of an enumeration only the word."""
        for option in self.options(key):
            value = option.get("value")
            if value is not None:
                return value.removeprefix(f"{NAMESPACE}{key}.value.")
        return None

    def values(self, key: str) -> list[str]:
        """Return the entries of such lists."""
        return [value for option in self.options(key) for value in list_values(option)]

    def label(self, key: str) -> str:
        """Return what to call such an option in a finding."""
        return f"{self.name}: {key}"


@dataclass(frozen=True)
class Subject:
    """A project under the eyes of the rules."""

    tree: Tree
    manifest: Manifest
    board: Board
    project: Element = field(repr=False)
    cproject: Element = field(repr=False)

    @property
    def name(self) -> str:
        """The project's name in .project."""
        return (self.project.findtext("name") or "").strip()

    @property
    def natures(self) -> list[str]:
        """What kind of project it says it is."""
        return [(nature.text or "").strip() for nature in self.project.iter("nature")]

    @cached_property
    def configurations(self) -> tuple[Configuration, ...]:
        """Its configurations, in their order."""
        return tuple(Configuration(element) for element in self.cproject.iter("configuration"))


def list_values(option: Element) -> Iterator[str]:
    """Return the entries of an option that is a list."""
    for entry in option.iter("listOptionValue"):
        yield entry.get("value", "")
