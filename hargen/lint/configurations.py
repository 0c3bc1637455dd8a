"""Rules of the configurations: Debug and Release, one part, no pinned toolchain, usual levels."""

from __future__ import annotations

from collections.abc import Iterator

from hargen.lint.finding import Finding
from hargen.lint.subject import CPROJECT_FILE, NAMESPACE, Configuration, Subject

_NAMES = ["Debug", "Release"]
_DEBUG_LEVELS = {"Debug": "g3", "Release": "g0"}
_OPTIMIZATION = {"Debug": ("o0", "og"), "Release": ("os",)}
_COMPILERS = ("c.compiler", "cpp.compiler")


def check(subject: Subject) -> Iterator[Finding]:
    """Find configurations that are not as ST's checks of its own projects want them."""
    names = [configuration.name for configuration in subject.configurations]
    if names != _NAMES:
        yield Finding(
            "configurations",
            CPROJECT_FILE,
            "<configuration>",
            f"the configurations are {', '.join(names) or 'missing'}",
            "have Debug and Release, in this order",
        )
    parts = {
        option.get("value", "")
        for configuration in subject.configurations
        for option in configuration.options("option.target_mcu")
    }
    if len(parts) != 1:
        yield Finding(
            "one-mcu",
            CPROJECT_FILE,
            "option.target_mcu",
            f"the project is for {', '.join(sorted(parts)) or 'no part'}",
            f"give every configuration {subject.board.mcu.part}",
        )
    for configuration in subject.configurations:
        yield from _of_one(configuration)
        yield from _levels(configuration)


def _of_one(configuration: Configuration) -> Iterator[Finding]:
    parent = configuration.element.get("parent", "")
    if not parent.startswith("com.st.stm32cube.ide."):
        yield Finding(
            "configurations",
            CPROJECT_FILE,
            f"{configuration.name}: parent",
            f"{parent or 'nothing'} is not a kind of configuration of STM32CubeIDE",
            f"set it to {NAMESPACE}config.exe.{configuration.name.lower()}",
        )
    for option in configuration.element.iter("option"):
        if option.get("superClass") == f"{NAMESPACE}option.toolchain":
            yield Finding(
                "toolchain-pinned",
                CPROJECT_FILE,
                configuration.label("option.toolchain"),
                f"it asks for {option.get('value', 'one toolchain')}, which other installations of"
                " the IDE lack",
                "remove the option: the workspace's toolchain is taken",
            )


def _levels(configuration: Configuration) -> Iterator[Finding]:
    if configuration.name not in _NAMES:
        return
    wanted = _DEBUG_LEVELS[configuration.name]
    for tool in ("assembler", *_COMPILERS):
        key = f"tool.{tool}.option.debuglevel"
        found = configuration.value(key)
        if found != wanted:
            yield Finding(
                "debug-level",
                CPROJECT_FILE,
                configuration.label(key),
                f"it is {found or 'not set'}",
                f"set it to {wanted}",
            )
    levels = _OPTIMIZATION[configuration.name]
    for tool in _COMPILERS:
        key = f"tool.{tool}.option.optimization.level"
        level = configuration.value(key) or "o0"
        if level not in levels:
            yield Finding(
                "optimization",
                CPROJECT_FILE,
                configuration.label(key),
                f"the level of the whole project is {level}",
                f"set it to {' or '.join(levels)}; a folder may have its own level",
            )
