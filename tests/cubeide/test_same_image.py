"""Builds what .cproject says, as the IDE would, and compares the image with CMake's."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from elftools.elf.constants import SH_FLAGS
from elftools.elf.elffile import ELFFile
from support.cubeide import Ide

from hargen import board, models
from hargen.build import compile as hargen_build
from hargen.emit.project import export
from hargen.validate import reference

BUILD_ID = ".note.gnu.build-id"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if shutil.which("arm-none-eabi-gcc") is None:
        pytest.skip("needs arm-none-eabi-gcc")
    folder = tmp_path_factory.mktemp("ide") / "har"
    export(
        models.default().tflite,
        folder,
        board=board.load("B-U585I-IOT02A"),
        reference=reference.run,
        optimize="speed",
    )
    return folder


def sections(path: Path) -> dict[str, tuple[int, int, bytes]]:
    """Return the sections that lie in the memory of the board: address, size, bytes."""
    with path.open("rb") as file:
        return {
            s.name: (s["sh_addr"], s["sh_size"], b"" if s["sh_type"] == "SHT_NOBITS" else s.data())
            for s in ELFFile(file).iter_sections()
            if s["sh_flags"] & SH_FLAGS.SHF_ALLOC
        }


def assert_same_but_for_the_build_id(
    theirs: dict[str, tuple[int, int, bytes]], ours: dict[str, tuple[int, int, bytes]]
) -> None:
    assert theirs.keys() == ours.keys()
    for name in ours:
        if name == BUILD_ID:
            assert theirs[name][:2] == ours[name][:2]
        else:
            assert theirs[name] == ours[name], name


def test_release_is_the_same_in_every_byte(project: Path) -> None:
    """The build id too, where the objects are linked in CMake's order."""
    ours = sections(hargen_build.build(project, "release").elf_path)
    theirs = sections(Ide(project, "Release").build())
    assert BUILD_ID in ours
    assert len(ours[".text"][2]) > 4000
    assert theirs == ours


def test_in_another_order_it_is_the_same_but_for_the_build_id(project: Path) -> None:
    """The build id is a hash of attributes too, among them the first object's goal."""
    ours = sections(hargen_build.build(project, "release").elf_path)
    assert_same_but_for_the_build_id(sections(Ide(project, "Release").build(reverse=True)), ours)


def test_debug_is_the_same_but_for_the_build_id(project: Path) -> None:
    """Debug information names the folder of the build, and the build id is a hash of that too."""
    ours = sections(hargen_build.build(project, "debug").elf_path)
    assert_same_but_for_the_build_id(sections(Ide(project, "Debug").build()), ours)


def test_the_network_has_the_level_that_was_asked_for(project: Path) -> None:
    ide = Ide(project, "Release")
    levels = {s: [f for f in ide.compile_command(s).flags if f[:2] == "-O"] for s in ide.sources()}
    assert levels["Model/har.c"] == ["-O3"]
    assert levels["App/main.c"] == ["-Os"]
    debug = Ide(project, "Debug")
    assert {
        f for s in debug.sources() for f in debug.compile_command(s).flags if f[:2] == "-O"
    } == {"-Og"}


def test_a_changed_flag_shows(project: Path, tmp_path: Path) -> None:
    """The comparison has teeth: one other level, and the code differs."""
    other = tmp_path / "har"
    shutil.copytree(project, other, ignore=shutil.ignore_patterns("build", "Debug", "Release"))
    file = other / ".cproject"
    file.write_text(file.read_text().replace("level.value.o3", "level.value.o1"))
    ours = sections(Ide(project, "Release").build())
    assert sections(Ide(other, "Release").build())[".text"] != ours[".text"]
