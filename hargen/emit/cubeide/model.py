"""What a .cproject is made of: options, tools, tool chains, folders, configurations."""

from __future__ import annotations

from dataclasses import dataclass

NAMESPACE = "com.st.stm32cube.ide.mcu.gnu.managedbuild"


@dataclass(frozen=True)
class Option:
    """A setting: one value, or a list of values where `values` is not None.

    Without either it stands for what the element that it extends says.
    """

    id: str
    super_class: str
    name: str
    value_type: str = ""
    value: str | None = None
    values: tuple[str, ...] | None = None


@dataclass(frozen=True)
class InputType:
    """What a tool reads; `additional` are pairs of kind and make variable."""

    id: str
    super_class: str
    additional: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Tool:
    """A compiler, linker or converter."""

    id: str
    super_class: str
    name: str
    options: tuple[Option, ...] = ()
    input_type: InputType | None = None


@dataclass(frozen=True)
class Builder:
    """The generator of makefiles."""

    id: str
    super_class: str
    name: str
    build_path: str


@dataclass(frozen=True)
class ToolChain:
    """Tools and what concerns all of them; a folder's own has no builder."""

    id: str
    super_class: str
    options: tuple[Option, ...]
    target_platform_id: str
    builder: Builder | None
    tools: tuple[Tool, ...]


@dataclass(frozen=True)
class Folder:
    """How the files below a path are built; path "" is the project."""

    id: str
    path: str
    tool_chain: ToolChain


@dataclass(frozen=True)
class Configuration:
    """Debug or Release."""

    id: str
    name: str
    build_type: str
    parent: str
    folders: tuple[Folder, ...]
    source_dirs: tuple[str, ...]
    scanner_id: str
    """What names the C compiler of the project for the indexer."""
