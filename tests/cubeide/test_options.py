"""The options of our .cproject are those of ST's own projects and the extras named here."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from hargen import board
from hargen.emit.build_options import SOURCE_DIRS, BuildOptions
from hargen.emit.cubeide import context, flags
from hargen.emit.render import render

P = "com.st.stm32cube.ide.mcu.gnu.managedbuild."
BOARD = board.load("B-U585I-IOT02A")

TOOLS = {
    *("assembler", "c.compiler", "cpp.compiler", "c.linker", "cpp.linker", "archiver", "size"),
    *("objdump.listfile", "objcopy.hex", "objcopy.binary", "objcopy.verilog"),
    *("objcopy.srec", "objcopy.symbolsrec"),
}
# Tool and option of GPIO_IOToggle for B-U585I-IOT02A in STM32CubeU5, and the same for
# NUCLEO-F401RE in STM32CubeF4. "" is the tool chain.
RELEASE = {
    *(("", f"option.{key}") for key in ("target_mcu", "target_cpuid", "target_coreid", "fpu")),
    *(("", f"option.{key}") for key in ("floatabi", "target_board", "defaults")),
    ("assembler", "tool.assembler.option.debuglevel"),
    ("c.compiler", "tool.c.compiler.option.debuglevel"),
    ("c.compiler", "tool.c.compiler.option.optimization.level"),
    ("c.compiler", "tool.c.compiler.option.definedsymbols"),
    ("c.compiler", "tool.c.compiler.option.includepaths"),
    ("cpp.compiler", "tool.cpp.compiler.option.debuglevel"),
    ("cpp.compiler", "tool.cpp.compiler.option.optimization.level"),
    ("c.linker", "tool.c.linker.option.script"),
}
DEBUG = RELEASE | {("assembler", "tool.assembler.option.definedsymbols")}
EXTRAS = {
    # c11 instead of gnu11
    ("c.compiler", "tool.c.compiler.option.languagestandard"),
    # -ffp-contract=off, -fno-math-errno and the warnings
    ("c.compiler", "tool.c.compiler.option.otherflags"),
    # -nostartfiles, the build id, warnings that are errors
    ("c.linker", "tool.c.linker.option.otherflags"),
    # *.bin and *.hex beside the ELF
    ("", "option.convertbinary"),
    ("", "option.converthex"),
    # the clock for the debugger's trace view
    ("", "com.st.stm32cube.ide.mcu.debug.option.cpuclock"),
}


def cproject(optimize: str = "balanced", name: str = "har") -> str:
    options = BuildOptions(BOARD, optimize)
    return render("project/cubeide/cproject.xml.j2", context.context(name, options))


def configurations(text: str) -> dict[str, ElementTree.Element]:
    return {c.attrib["name"]: c for c in ElementTree.fromstring(text).iter("configuration")}


def pairs(folder: ElementTree.Element) -> set[tuple[str, str]]:
    (chain,) = folder.findall("toolChain")
    found = {("", o.attrib["superClass"].removeprefix(P)) for o in chain.findall("option")}
    for tool in chain.findall("tool"):
        name = tool.attrib["superClass"].removeprefix(f"{P}tool.")
        found |= {(name, o.attrib["superClass"].removeprefix(P)) for o in tool.findall("option")}
    return found


def test_the_lists_are_as_long_as_measured() -> None:
    assert (len(DEBUG), len(RELEASE), len(TOOLS)) == (16, 15, 13)


@pytest.mark.parametrize(("name", "expected"), [("Debug", DEBUG), ("Release", RELEASE)])
def test_the_option_set_is_st_s_and_the_extras(name: str, expected: set[tuple[str, str]]) -> None:
    root = configurations(cproject())[name].findall("folderInfo")[0]
    assert root.attrib["resourcePath"] == ""
    assert pairs(root) == expected | EXTRAS
    tools = [t.attrib["superClass"].removeprefix(f"{P}tool.") for t in root.iter("tool")]
    assert set(tools) == TOOLS
    assert len(tools) == len(TOOLS)


@pytest.mark.parametrize(
    ("optimize", "value"), [("balanced", "o2"), ("speed", "o3"), ("size", None)]
)
def test_only_the_level_of_the_network_is_its_folders_own(optimize: str, value: str | None) -> None:
    found = configurations(cproject(optimize))
    assert len(found["Debug"].findall("folderInfo")) == 1
    own = found["Release"].findall("folderInfo")[1:]
    assert [f.attrib["resourcePath"] for f in own] == (["Model", "Runtime"] if value else [])
    ids = {e.get("id") for e in found["Release"].iter()}
    for folder in own:
        set_here = [o for o in folder.iter("option") if "value" in o.attrib]
        (level,) = set_here
        assert level.attrib["superClass"] == f"{P}tool.c.compiler.option.optimization.level"
        assert level.attrib["value"].endswith(f".value.{value}")
        for tool in folder.iter("tool"):
            assert tool.attrib["superClass"] in ids


def test_the_flags_that_the_ide_adds_are_wanted() -> None:
    """What the IDE adds to every command has to be in BuildOptions, or CMake would lack it."""
    options = BuildOptions(BOARD)
    assert {*options.language_flags, *options.warning_flags} >= flags.OWN_COMPILER_FLAGS
    assert set(options.link_flags) >= flags.OWN_LINKER_FLAGS


def test_the_record_of_defaults_has_the_fields_of_its_revision() -> None:
    for name, configuration in configurations(cproject()).items():
        (option,) = (
            o
            for o in configuration.iter("option")
            if o.attrib["superClass"] == f"{P}option.defaults"
        )
        fields = option.attrib["value"].split(" || ")
        assert len(fields) == 28
        assert fields[0].endswith(".revA.1.0.6")
        assert fields[1:3] == [name, "true" if name == "Debug" else "false"]
        assert fields[5] == "STM32U585AIIxQ"
        assert (
            fields[10]
            == "../Model | ../Runtime | ../Preprocess | ../Link | ../Sensor | ../App | ../Port"
        )
        assert fields[13].split(" | ")[0] == "STM32U585xx"
        assert fields[15].split(" | ") == list(SOURCE_DIRS)
        assert fields[18] == "${workspace_loc:/${ProjName}/STM32U585AIIXQ_FLASH.ld}"
        assert fields[24:] == ["None", "", "", ""]


def test_ids_are_classes_with_digits_and_never_twice() -> None:
    text = cproject()
    ids = re.findall(
        r"<(?:option|tool|toolChain|builder|inputType|targetPlatform) [^>]*?"
        r'\bid="([^"]+)"',
        text,
    )
    assert len(ids) > 100
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[a-z0-9.A-Z_]+\.[1-9]\d{8,9}", identity) for identity in ids)
    assert text == cproject()
    assert not set(ids) & set(re.findall(r'\bid="([^"]+\d)"', cproject(name="other")))


def test_the_head_that_cdt_wants_is_there() -> None:
    lines = cproject().splitlines()
    assert lines[0] == '<?xml version="1.0" encoding="UTF-8" standalone="no"?>'
    assert lines[1].startswith("<?fileVersion 4.0.0?><cproject ")
    assert "\r" not in cproject()


def test_a_part_with_trustzone_says_that_it_is_off() -> None:
    assert len(context.natures(BOARD)) == 9
    mcu = BOARD.mcu.model_copy(update={"part": "STM32L475VGTx"})
    without = context.natures(BOARD.model_copy(update={"mcu": mcu}))
    assert len(without) == 7
    assert set(context.natures(BOARD)) - set(without) == {
        "com.st.stm32cube.ide.mcu.MCUEndUserDisabledTrustZoneProjectNature",
        "com.st.stm32cube.ide.mcu.MCUNonSecureProjectNature",
    }
