"""Each rule, proven by a project that breaks it and nothing else."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import get_args

import pytest

from hargen import board, manifest, models
from hargen.emit.project import export
from hargen.errors import DataError
from hargen.lint import lint
from hargen.lint.finding import Finding, Rule
from hargen.lint.tree import Tree
from hargen.validate import reference

BOARD = board.load("B-U585I-IOT02A")
P = "com.st.stm32cube.ide.mcu.gnu.managedbuild."
ST = "com.st.stm32cube.ide.mcu."
Contents = dict[str, bytes]
Edit = Callable[[Contents], None]


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Contents:
    folder = tmp_path_factory.mktemp("lint") / "har"
    export(models.default().tflite, folder, board=BOARD, reference=reference.run)
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def write(contents: Contents, folder: Path) -> None:
    for path, content in contents.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)


def findings(contents: Contents, tmp_path: Path) -> list[Finding]:
    """Check a project as it lies on disk, and see that its files alone say the same."""
    folder = tmp_path / "project"
    write(contents, folder)
    found = lint.check(Tree.on_disk(folder), manifest.read(folder), BOARD)
    assert lint.check(Tree.staged(contents), manifest.read(folder), BOARD) == found
    return found


def change(file: str, old: str, new: str, times: int = 1) -> Edit:
    """Return an edit that replaces the first `times` occurrences, which have to be there."""

    def edit(contents: Contents) -> None:
        text = contents[file].decode()
        assert text.count(old) >= times, old
        contents[file] = text.replace(old, new, times).encode()

    return edit


def in_release(old: str, new: str) -> Edit:
    """Return an edit of the first occurrence in the Release configuration."""

    def edit(contents: Contents) -> None:
        head, mark, tail = contents[".cproject"].decode().partition('name="Release"')
        assert old in tail, old
        contents[".cproject"] = (head + mark + tail.replace(old, new, 1)).encode()

    return edit


def regex(file: str, pattern: str, new: str) -> Edit:
    def edit(contents: Contents) -> None:
        text, count = re.subn(pattern, new, contents[file].decode(), count=1, flags=re.DOTALL)
        assert count == 1, pattern
        contents[file] = text.encode()

    return edit


def add(file: str, content: str) -> Edit:
    return lambda contents: contents.update({file: content.encode()})


def drop(file: str) -> Edit:
    return lambda contents: contents.pop(file) and None


def rename(old: str, new: str) -> Edit:
    return lambda contents: contents.update({new: contents.pop(old)})


def several(*edits: Edit) -> Edit:
    def edit(contents: Contents) -> None:
        for one in edits:
            one(contents)

    return edit


def nature(name: str) -> Edit:
    return change(".project", f"\t\t<nature>{name}</nature>\n", "")


def with_nature(name: str) -> Edit:
    return change(".project", "\t</natures>", f"\t\t<nature>{name}</nature>\n\t</natures>")


def with_link(name: str, uri: str, kind: int = 1) -> Edit:
    link = f"<link><name>{name}</name><type>{kind}</type><locationURI>{uri}</locationURI></link>"
    resources = f"<linkedResources>{link}</linkedResources></projectDescription>"
    return change(".project", "</projectDescription>", resources)


def include(value: str) -> Edit:
    """Return an edit that adds an include path to Debug, and to the record that repeats it."""
    entry = '<listOptionValue builtIn="false" value="../Port"/>'
    more = entry.replace("../Port", value.replace('"', "&quot;"))
    quoted = value.replace('"', "&quot;")
    return several(
        change(".cproject", entry, entry + more),
        change(".cproject", "../Port |", f"../Port | {quoted} |"),
    )


def everywhere(file: str, old: str, new: str) -> Edit:
    def edit(contents: Contents) -> None:
        text = contents[file].decode()
        assert old in text
        contents[file] = text.replace(old, new).encode()

    return edit


PINNED = (
    f'<option id="{P}option.toolchain.1234" superClass="{P}option.toolchain" value="x"'
    ' valueType="enumerated"/><targetPlatform'
)
OBJECTS = (
    f'<option id="{P}tool.c.linker.option.additionalobjs.1234" valueType="userObjs"'
    f' superClass="{P}tool.c.linker.option.additionalobjs">'
    '<listOptionValue builtIn="false" value=""/></option>'
    f'<inputType id="{P}tool.c.linker.input.'
)
IOC = "ProjectManager.ProjectFileName={}\nProjectManager.ProjectName={}\n"
LEVEL = "option.optimization.level.value."
RAM = "LENGTH = 0xC0000"

# rule, words of the finding, what breaks it, number of findings
CASES: list[tuple[str, str, Edit, int]] = [
    ("xml-readable", ".project", drop(".project"), 1),
    ("xml-readable", "missing", drop(".cproject"), 1),
    ("xml-readable", "not XML", change(".cproject", "</cproject>", ""), 1),
    ("xml-readable", "not XML", add(".project", ""), 1),
    ("xml-readable", "projectDescription", add(".project", "<x/>"), 1),
    ("xml-readable", "DOCTYPE", change(".cproject", "<cproject", "<!DOCTYPE a><cproject"), 1),
    ("file-version", "fileVersion", change(".cproject", "<?fileVersion 4.0.0?>", ""), 1),
    ("natures", "cnature", nature("org.eclipse.cdt.core.cnature"), 1),
    ("builders", "ScannerConfigBuilder", change(".project", "genmakebuilder", "make"), 1),
    ("trustzone", "STM32U585", nature(f"{ST}MCUEndUserDisabledTrustZoneProjectNature"), 1),
    ("trustzone", "STM32U585", nature(f"{ST}MCUNonSecureProjectNature"), 1),
    ("trustzone", "at once", with_nature(f"{ST}MCUSecureProjectNature"), 1),
    ("toolchain-pinned", "Debug", change(".cproject", "<targetPlatform", PINNED), 1),
    ("debug-level", "g1", in_release("c.compiler.option.debuglevel.value.g0",
                                     "c.compiler.option.debuglevel.value.g1"), 1),
    ("optimization", "o3", in_release(f"tool.c.compiler.{LEVEL}os", f"tool.c.compiler.{LEVEL}o3"),
     1),
    ("optimization", "o2", change(".cproject", f"tool.c.compiler.{LEVEL}og",
                                  f"tool.c.compiler.{LEVEL}o2"), 1),
    ("include-path", "no folder Modell", include("../Modell"), 1),
    ("include-path", "there is Model", include("../model"), 1),
    ("include-path", "empty", include(""), 1),
    ("include-path", "absolute", include("/usr/include"), 1),
    ("include-path", "../nowhere", include("../../nowhere"), 1),
    ("include-path", "of another project", include('"${workspace_loc:/other/Model}"'), 1),
    ("linker-script", "there is STM32U585AIIXQ_FLASH.ld",
     several(everywhere(".cproject", "STM32U585AIIXQ_FLASH.ld", "STM32U585AIIxQ_FLASH.ld")), 2),
    ("linker-script", "none is named",
     several(change(".cproject", 'value="${workspace_loc:/${ProjName}/STM32U585AIIXQ_FLASH.ld}"',
                    'value=""'),
             change(".cproject", "|| ${workspace_loc:/${ProjName}/STM32U585AIIXQ_FLASH.ld} ||",
                    "||  ||")), 1),
    ("links", "there is no file ../lost.c", with_link("lost.c", "PARENT-1-PROJECT_LOC/lost.c"), 1),
    ("links", "not a place", with_link("lost.c", "file:/home/lost.c"), 1),
    ("links", "hides App/main.c", with_link("app/Main.c", "PROJECT_LOC/App/main.c"), 1),
    ("linker-input", "$(LIBS)", change(".cproject", 'paths="$(LIBS)"', 'paths="$(LIB)"'), 1),
    ("additional-object", "Debug",
     change(".cproject", f'<inputType id="{P}tool.c.linker.input.', OBJECTS), 1),
    ("ioc", "promises", with_nature(f"{ST}MCUCubeProjectNature"), 1),
    ("ioc", "other", add("har.ioc", IOC.format("har.ioc", "other")), 1),
    ("ioc", "is missing", add("har.ioc", "ProjectManager.ProjectName=har\n"), 1),
    ("line-endings", "CR LF", add("tools/flash.sh", "#!/bin/sh\r\n"), 1),
    ("line-endings", "LF alone", add("tools/flash.bat", "@echo off\n"), 1),
    ("id-form", "class", change(".cproject", f'id="{P}tool.size.', f'id="{P}tool.archiver.'), 1),
    ("id-form", "class", regex(".cproject", r'(id="[^"]*option.fpu)\.\d+"', r'\1"'), 1),
    ("folder-id", "Release",
     regex(".cproject", r'(<folderInfo id="[^"]*release\.)\d+(\.Model")', r"\g<1>17\2"), 1),
    ("scanner-id", "nothing has the id",
     regex(".cproject", r'(instanceId="[^;]*;[^;]*;[^;]*)\d;', r"\1;"), 1),
    ("project-name", "'other'", change(".cproject", ' name="har"/>', ' name="other"/>'), 1),
    ("build-path", "/Debugger", change(".cproject", "loc:/har}/Debug", "loc:/har}/Debugger"), 1),
    ("board-fpu", "fpv4-sp-d16", change(".cproject", "fpu.value.fpv5", "fpu.value.fpv4"), 1),
    ("board-float-abi", "softfp", change(".cproject", "abi.value.hard", "abi.value.softfp"), 1),
    ("board-clock", "160", change(".cproject", 'value="160"', 'value="80"'), 1),
    ("board-linker-script", "RAM.ld",
     several(add("RAM.ld", ""),
             everywhere(".cproject", "/STM32U585AIIXQ_FLASH.ld", "/RAM.ld")), 2),
    ("board-memory", "beyond", change("STM32U585AIIXQ_FLASH.ld", RAM, "LENGTH = 1024K"), 1),
    ("board-memory", "no such", change("STM32U585AIIXQ_FLASH.ld", "  RAM (", "  SRAM ("), 1),
    ("board-memory", "beyond", change("STM32U585AIIXQ_FLASH.ld", RAM, "LENGTH = lots"), 1),
    ("board-defines", "STM32U575xx", several(
        change(".cproject", 'value="STM32U585xx"', 'value="STM32U575xx"'),
        change(".cproject", "STM32U585xx |", "STM32U575xx |")), 2),
    ("board-defines", "160000000u", several(
        change(".cproject", 'value="HG_CLOCK_HZ=160000000u"', 'value="HG_CLOCK_HZ=4000000u"'),
        change(".cproject", "| HG_CLOCK_HZ=160000000u", "| HG_CLOCK_HZ=4000000u")), 1),
    ("board-defines", "missing", several(
        regex(".cproject", r"\s*<listOptionValue[^>]*HG_HELLO[^>]*/>", ""),
        change(".cproject", " | HG_HELLO_BAUD=115200u", "")), 1),
    ("board-includes", "Link/", several(
        regex(".cproject", r'\s*<listOptionValue[^>]*"../Link"/>', ""),
        change(".cproject", "../Link | ", "")), 1),
    ("defaults-record", "27 fields", change(".cproject", '|| None ||  ||  || "',
                                            '|| None ||  || "'), 1),
    ("defaults-record", "field 10", change(".cproject", "../Port ||", "../Ports ||"), 1),
    ("defaults-record", "field 1 ", change(".cproject", "|| Debug ||", "|| Release ||"), 1),
    ("source-folder", "there is Runtime", several(
        change(".cproject", 'kind="sourcePath" name="Runtime"',
               'kind="sourcePath" name="runtime"')), 1),
    ("sources-differ", "only STM32CubeIDE", add("App/mine.c", "int mine;\n"), 2),
    ("sources-differ", "only CMake", change(
        ".cproject", 'name="Port"/>', 'name="Port" excluding="hg_uart.c"/>'), 1),
    ("sources-differ", "only CMake", change("CMakeLists.txt", "  App/main.c\n",
                                            "  App/main.c\n  App/gone.c\n"), 2),
]  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "words", "edit", "count"), CASES, ids=[f"{c[0]}-{i}" for i, c in enumerate(CASES)]
)
def test_a_broken_rule_is_found_and_no_other(
    rule: str, words: str, edit: Edit, count: int, exported: Contents, tmp_path: Path
) -> None:
    contents = dict(exported)
    edit(contents)
    found = findings(contents, tmp_path)
    assert [one.rule for one in found] == [rule] * count, found
    text = f"{found[0].file} {found[0].element} {found[0].why} {found[0].todo}"
    assert words in text
    assert all(one.file and one.why and one.todo for one in found)


def test_what_breaks_several_rules_at_once(exported: Contents, tmp_path: Path) -> None:
    """These cannot be broken alone: a part is also in the record, an id is also referred to."""
    for edit, rules in (
        (in_release('value="STM32U585AIIxQ"', 'value="STM32L475VGTx"'),
         {"one-mcu", "board-mcu", "defaults-record"}),
        (change(".cproject", 'name="Debug" parent=', 'name="Test" parent='),
         {"configurations", "build-path", "defaults-record"}),
        (change(".cproject", f'parent="{P}', 'parent="gnu.'), {"configurations", "id-form"}),
    ):  # fmt: skip
        contents = dict(exported)
        edit(contents)
        assert {one.rule for one in findings(contents, tmp_path)} == rules


def test_two_elements_of_one_id(exported: Contents, tmp_path: Path) -> None:
    contents = dict(exported)
    text = contents[".cproject"].decode()
    first, second = re.findall(rf'id="({re.escape(P)}option\.fpu\.\d+)"', text)[:2]
    contents[".cproject"] = text.replace(f'id="{second}"', f'id="{first}"').encode()
    (found,) = findings(contents, tmp_path)
    assert (found.rule, found.element) == ("id-unique", first)


def test_every_rule_is_broken_somewhere_here_and_documented() -> None:
    """A rule that no test breaks may say nothing at all."""
    at_once = {"one-mcu", "board-mcu", "configurations", "id-unique"}
    assert {rule for rule, *_ in CASES} | at_once == set(get_args(Rule))
    text = (Path(__file__).parents[2] / "docs/stm32cubeide.md").read_text()
    assert set(re.findall(r"^\| `([a-z][a-z-]+)` \|", text, re.MULTILINE)) == set(get_args(Rule))


def test_what_is_allowed(exported: Contents, tmp_path: Path) -> None:
    """Things that a user does, and that break nothing."""
    contents = dict(exported)
    for edit in (
        include('"${workspace_loc:/${ProjName}/Model}"'),
        include("../../beside"),
        with_link("extern/beside.c", "PARENT-1-PROJECT_LOC/beside/beside.c"),
        add("har.ioc", IOC.format("har.ioc", "har")),
        change("STM32U585AIIXQ_FLASH.ld", RAM, "LENGTH = 512K"),
        add("tools/flash.sh", "#!/bin/sh\n"),
        add("notes/notes.c", "not compiled\n"),
        add(".settings/language.settings.xml", "<project/>"),
    ):
        edit(contents)
    (tmp_path / "beside").mkdir()
    (tmp_path / "beside/beside.c").touch()
    folder = tmp_path / "project"
    write(contents, folder)
    for path in ("Debug/makefile.c", "Release/x.c", "build/release/y.c", ".hargen/z.c"):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).touch()
    assert lint.lint(folder).findings == ()


def test_an_ioc_beside_the_folder_of_the_ide_is_linked(exported: Contents, tmp_path: Path) -> None:
    """So CubeMX lays out its projects; beside a folder of another name it is somebody else's."""
    (tmp_path / "board.ioc").write_text(IOC.format("board.ioc", "har"))
    other = tmp_path / "har"
    write(exported, other)
    assert lint.lint(other).findings == ()
    ide = tmp_path / "STM32CubeIDE"
    write(exported, ide)
    (found,) = lint.lint(ide).findings
    assert (found.rule, found.file) == ("ioc", ".project")
    assert "board.ioc" in found.why
    linked = dict(exported)
    with_link("board.ioc", "PARENT-1-PROJECT_LOC/board.ioc")(linked)
    write(linked, ide)
    assert lint.lint(ide).findings == ()


def test_a_file_that_cannot_be_read_is_named(
    exported: Contents, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(exported, tmp_path / "har")
    really = Path.read_bytes

    def refuse(path: Path) -> bytes:
        if path.suffix == ".ld":
            raise PermissionError(13, "Permission denied", str(path))
        return really(path)

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(DataError, match=r"FLASH\.ld: cannot read the project: Permission"):
        lint.lint(tmp_path / "har")


def test_what_is_no_file_is_passed_over(exported: Contents, tmp_path: Path) -> None:
    """Reading from a pipe would never end."""
    folder = tmp_path / "har"
    write(exported, folder)
    os.mkfifo(folder / "tools.sh")
    (folder / "App/lost.sh").symlink_to("nowhere")
    assert lint.lint(folder).findings == ()
