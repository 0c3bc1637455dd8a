"""Building: again and again, in other folders, with mistakes."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from support import firmware

from hargen import board
from hargen.build.compile import Config, build, configure, find_image
from hargen.build.toolchain import find_cmake, find_gcc, find_ninja
from hargen.emit.build_options import WARNINGS, BuildOptions
from hargen.errors import ToolError, UsageError
from hargen.plan.choice import LEVELS

Edit = Callable[[str, str, str], None]


def copy(project: Path, folder: Path) -> Path:
    return shutil.copytree(project, folder, ignore=shutil.ignore_patterns("build"))


@pytest.mark.parametrize("config", ["release", "debug"])
def test_the_same_project_gives_the_same_bytes_anywhere(
    project: Path, tmp_path: Path, config: Config
) -> None:
    other = copy(project, tmp_path / "a much longer name, with blanks" / "project")
    built = build(other, config, jobs=2)
    first = find_image(project, config)
    assert built.binary_path.read_bytes() == first.binary_path.read_bytes()
    assert built.build_id == first.build_id


def test_the_order_of_the_objects_does_not_matter(workshop: Path, edit: Edit) -> None:
    first = build(workshop, jobs=2)
    build_id, code = first.build_id, first.elf.flash_image()[1]
    text = (workshop / "CMakeLists.txt").read_text(encoding="utf-8")
    sources = text.partition("add_executable(${PROJECT_NAME}\n")[2].partition("\n)\n")[0]
    assert sources.count("\n") > 15
    edit("CMakeLists.txt", sources, "\n".join(reversed(sources.split("\n"))))
    other = build(workshop, jobs=2)
    # the build id is over the file, whose table of symbols is in the order of the objects
    assert other.build_id != build_id
    assert other.elf.flash_image()[1].replace(other.build_id, build_id) == code


def test_another_weight_gives_another_build_id(workshop: Path, edit: Edit) -> None:
    before = build(workshop, jobs=2).build_id
    edit("Model/tally_data.c", "{100, -200, 300, -50}", "{101, -200, 300, -50}")
    assert build(workshop, jobs=2).build_id != before


def test_a_changed_header_is_noticed(workshop: Path, edit: Edit) -> None:
    before = build(workshop, jobs=2).build_id
    edit("App/hg_version.h", 'FIRMWARE_VERSION "', 'FIRMWARE_VERSION "9')
    assert build(workshop, jobs=2).build_id != before


def test_a_second_build_does_nothing(project: Path) -> None:
    image = find_image(project)
    before = image.elf_path.stat().st_mtime_ns
    assert build(project, werror=True).elf_path == image.elf_path
    assert image.elf_path.stat().st_mtime_ns == before


def test_a_project_that_was_moved_builds(project: Path, tmp_path: Path) -> None:
    old = shutil.copytree(project, tmp_path / "old")
    new = old.rename(tmp_path / "new")
    # the sources of the new place count, not those that CMake knew
    data = new / "Model/tally_data.c"
    data.write_text(data.read_text(encoding="utf-8").replace("{100,", "{101,"), encoding="utf-8")
    image = build(new, jobs=2, werror=True)
    assert image.elf_path.is_relative_to(new)
    assert image.build_id != find_image(project).build_id


def test_a_mistake_is_shown_as_the_compiler_says_it(workshop: Path, edit: Edit) -> None:
    edit("App/main.c", "hg_app_init();", "return wrong;")
    with pytest.raises(ToolError, match="the project does not compile") as caught:
        build(workshop, jobs=2)
    assert "error: 'wrong' undeclared" in caught.value.why
    assert "main.c:5:" in caught.value.why
    assert len(caught.value.why.splitlines()) <= 5
    assert caught.value.exit_code == 4


def test_what_does_not_link_is_shown(workshop: Path, edit: Edit) -> None:
    edit("App/main.c", "hg_app_init();", "void absent(void);\n  absent();")
    with pytest.raises(ToolError) as caught:
        build(workshop, jobs=2)
    assert "undefined reference to `absent'" in caught.value.why
    with pytest.raises(UsageError, match="has no debug build"):
        find_image(workshop, "debug")


@pytest.mark.parametrize(
    ("size", "why"), [("0xBF000", "RAM is full"), ("0x100000", "region `RAM' overflowed")]
)
def test_a_model_that_fills_ram_does_not_link(
    workshop: Path, edit: Edit, size: str, why: str
) -> None:
    edit("Model/tally.h", "ARENA_SIZE 32", f"ARENA_SIZE {size}")
    with pytest.raises(ToolError) as caught:
        build(workshop, jobs=2)
    assert why in caught.value.why


def test_a_folder_that_is_no_project(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="not an exported project"):
        build(tmp_path)


def test_foreign_flags_do_not_reach_the_build(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CFLAGS", "-O0 -DSTRAY")
    monkeypatch.setenv("LDFLAGS", "-Wl,--stray")
    monkeypatch.setenv("CC", "false")
    other = copy(project, tmp_path / "project")
    assert build(other, jobs=2).build_id == find_image(project).build_id


@pytest.mark.parametrize("optimize", ["balanced", "speed", "size"])
def test_cmake_compiles_with_the_flags_of_the_options(
    cross_gcc: Path, tmp_path: Path, optimize: str
) -> None:
    assert cross_gcc
    folder = firmware.assemble_project(tmp_path / "project", optimize=optimize)  # type: ignore[arg-type]
    build_dir = configure(folder, "release", find_gcc())
    options = BuildOptions(board.load(firmware.BOARD), optimize)  # type: ignore[arg-type]
    commands = json.loads((build_dir / "compile_commands.json").read_text())
    compiled = [Path(entry["file"]).relative_to(folder).as_posix() for entry in commands]
    assert compiled == options.ordered(compiled)
    for entry in commands:
        words = entry["command"].split()
        wanted = {*options.cpu_flags, *options.language_flags, *WARNINGS}
        wanted |= {f"-D{define}" for define in options.defines}
        wanted |= {f"-I{folder / name}" for name in options.include_dirs}
        assert wanted <= set(words)
        levels = [word for word in words if word.startswith("-O")]
        is_network = Path(entry["file"]).relative_to(folder).parts[0] in ("Model", "Runtime")
        assert levels[-1] == (LEVELS[optimize] if is_network else "-Os")


def test_presets_build_by_hand(project: Path, tmp_path: Path) -> None:
    """The README's two commands, without hargen."""
    other = copy(project, tmp_path / "project")
    cmake = str(find_cmake().path)
    path = os.pathsep.join([str(find_ninja().path.parent), os.environ["PATH"]])
    environment = {**os.environ, "PATH": path}
    for command in (["--preset", "release"], ["--build", "--preset", "release"]):
        subprocess.run(
            [cmake, *command], cwd=other, env=environment, check=True, capture_output=True
        )
    assert find_image(other).build_id == find_image(project).build_id
