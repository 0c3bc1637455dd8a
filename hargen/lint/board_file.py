"""Rules that hold a project against its board: part, FPU, symbols, include folders, memories."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from hargen.board import Region
from hargen.lint.finding import Finding, Rule
from hargen.lint.paths import in_project
from hargen.lint.subject import C_COMPILER, C_LINKER, CPROJECT_FILE, Configuration, Subject

_DEVICE = re.compile(r"STM32[A-Z]\w\w\w?x\w")  # STM32U585xx, STM32F401xE
_CLOCK = "com.st.stm32cube.ide.mcu.debug.option.cpuclock"
_MEMORY = re.compile(
    r"^\s*(\w+)\s*\([^)]*\)\s*:\s*ORIGIN\s*=\s*(\w+)\s*,\s*LENGTH\s*=\s*(\w+)", re.MULTILINE
)
_UNITS = {"K": 1 << 10, "M": 1 << 20}
_FLASH_NAMES, _RAM_NAMES = ("FLASH", "ROM"), ("RAM",)


def check(subject: Subject) -> Iterator[Finding]:
    """Find what would be built for another board."""
    for configuration in subject.configurations:
        yield from _core(subject, configuration)
        yield from _symbols(subject, configuration)
        yield from _includes(subject, configuration)
        yield from _script(subject, configuration)
    yield from _memories(subject)


def _core(subject: Subject, configuration: Configuration) -> Iterator[Finding]:
    mcu = subject.board.mcu
    core: tuple[tuple[Rule, str, str | None], ...] = (
        ("board-mcu", "option.target_mcu", mcu.part),
        ("board-fpu", "option.fpu", mcu.fpu if mcu.has_fpu else None),
        ("board-float-abi", "option.floatabi", mcu.float_abi),
    )
    for rule, key, wanted in core:
        found = configuration.value(key)
        if found != wanted:
            yield _differs(subject, rule, configuration.label(key), found, wanted)
    megahertz = str(subject.board.clock.hclk_hz // 1_000_000)
    for option in configuration.element.iter("option"):
        if option.get("superClass") == _CLOCK and option.get("value") != megahertz:
            found = option.get("value")
            yield _differs(subject, "board-clock", configuration.label(_CLOCK), found, megahertz)


def _symbols(subject: Subject, configuration: Configuration) -> Iterator[Finding]:
    board = subject.board
    key = f"{C_COMPILER}definedsymbols"
    found = configuration.values(key)
    wanted = {
        board.mcu.define: board.mcu.define,
        "HG_CLOCK_HZ": f"HG_CLOCK_HZ={board.clock.hclk_hz}u",
        "HG_HELLO_BAUD": f"HG_HELLO_BAUD={board.serial.hello_baud}u",
    }
    for define in found:
        name = define.partition("=")[0]
        other_device = _DEVICE.fullmatch(name) is not None and name != board.mcu.define
        if other_device or define != wanted.get(name, define):
            element = f"{configuration.label(key)} {define}"
            right = wanted.get(name, board.mcu.define)
            yield _differs(subject, "board-defines", element, define, right)
    for define in wanted.values():
        if define.partition("=")[0] not in {text.partition("=")[0] for text in found}:
            yield _differs(subject, "board-defines", configuration.label(key), None, define)


def _includes(subject: Subject, configuration: Configuration) -> Iterator[Finding]:
    key = f"{C_COMPILER}includepaths"
    places = {in_project(subject, configuration, value) for value in configuration.values(key)}
    headers = (PurePosixPath(path) for path in subject.manifest.files if path.endswith(".h"))
    for folder in sorted({str(header.parent) for header in headers} - places):
        yield Finding(
            "board-includes",
            CPROJECT_FILE,
            configuration.label(key),
            f"{folder}/ holds headers of the firmware and is not in the list",
            f"add ../{folder}",
        )


def _script(subject: Subject, configuration: Configuration) -> Iterator[Finding]:
    key = f"{C_LINKER}script"
    value = configuration.value(key)
    wanted = subject.board.memory.linker_script
    place = in_project(subject, configuration, value or "")
    # Where there is no such file at all, the rule of paths has said so
    if place in subject.tree.paths and place != wanted:
        element = configuration.label(key)
        yield _differs(subject, "board-linker-script", element, place, wanted)


def _memories(subject: Subject) -> Iterator[Finding]:
    memory = subject.board.memory
    if memory.linker_script not in subject.tree.paths:
        return
    text = subject.tree.read(memory.linker_script).decode("utf-8", errors="replace")
    found = {name: (_number(start), _number(size)) for name, start, size in _MEMORY.findall(text)}
    for names, region in ((_FLASH_NAMES, memory.flash), (_RAM_NAMES, memory.ram)):
        name = next((name for name in names if name in found), None)
        if name is None:
            why = "the script has no such memory"
        elif not _inside(found[name], region):
            why = "it reaches beyond the board's memory"
        else:
            continue
        yield Finding(
            "board-memory",
            memory.linker_script,
            name or names[0],
            why,
            f"keep it within 0x{region.origin:08X} and 0x{region.size:X} bytes"
            f" ({subject.board.name})",
        )


def _inside(found: tuple[int | None, int | None], region: Region) -> bool:
    start, size = found
    if start is None or size is None:
        return False
    return region.origin <= start and start + size <= region.origin + region.size


def _number(text: str) -> int | None:
    unit = _UNITS.get(text[-1:].upper(), 1)
    try:
        return int(text[:-1] if unit > 1 else text, 0) * unit
    except ValueError:
        return None


def _differs(
    subject: Subject, rule: Rule, element: str, found: str | None, wanted: str | None
) -> Finding:
    return Finding(
        rule,
        CPROJECT_FILE,
        element,
        f"it is {found or 'missing'}, and {subject.board.name} has {wanted or 'none'}",
        "remove it" if wanted is None else f"set it to {wanted}",
    )
