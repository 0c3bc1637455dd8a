"""The tools: which one is taken, and what is said where there is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from hargen.build import compile as compiling
from hargen.build import toolchain
from hargen.build.toolchain import GCC_NAME, find_cmake, find_gcc, find_ninja
from hargen.errors import ToolError


def fake(folder: Path, output: str, name: str = GCC_NAME) -> Path:
    """Write a program that prints a version."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\necho '{output}'\n", encoding="utf-8")
    path.chmod(0o755)
    return path


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the home of a machine without a cross compiler."""
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("HARGEN_GCC", raising=False)
    monkeypatch.setattr(toolchain, "_BUNDLED_BELOW_ROOT", ())
    return tmp_path


def test_nothing_is_installed(bare: Path) -> None:
    assert bare
    with pytest.raises(ToolError, match="not installed") as caught:
        find_gcc()
    assert "sudo apt install gcc-arm-none-eabi" in caught.value.hint
    assert caught.value.exit_code == 4
    assert next(toolchain.survey())[:2] == (GCC_NAME, "missing")


def test_the_nearest_compiler_is_taken(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plugins = "st/stm32cubeide_1.{0}.0/plugins/x.gnu-tools-for-stm32.1{0}.3/tools/bin"
    older, newer = (fake(bare / plugins.format(n), f"1{n}.3.1") for n in (9, 16))
    assert older != newer
    assert find_gcc().path == newer  # 16 comes after 9
    on_path = fake(bare / "bin", "12.2.1")
    assert find_gcc().path == on_path
    variable = fake(bare / "variable", "13.1.0")
    monkeypatch.setenv("HARGEN_GCC", str(variable))
    assert find_gcc().path == variable
    argument = fake(bare / "argument", "14.1.0")
    assert find_gcc(argument).path == argument
    found = find_gcc(argument.parent)
    assert (found.path, found.version) == (argument, "14.1.0")


def test_a_compiler_that_is_not_where_it_was_said_to_be(
    bare: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake(bare / "bin", "12.2.1")
    monkeypatch.setenv("HARGEN_GCC", str(bare / "nowhere"))
    with pytest.raises(ToolError, match="where it was said to be in HARGEN_GCC"):
        find_gcc()
    with pytest.raises(ToolError, match="given"):
        find_gcc(bare / "nowhere")
    with pytest.raises(ToolError, match="must be called"):
        find_gcc(fake(bare / "bin", "12.2.1", "gcc"))


def test_a_compiler_that_is_too_old_or_broken(bare: Path) -> None:
    fake(bare / "bin", "9.3.1")
    with pytest.raises(ToolError, match="too old") as caught:
        find_gcc()
    assert "it is 9.3.1" in caught.value.why
    fake(bare / "bin", "no number")
    with pytest.raises(ToolError, match="does not tell its version"):
        find_gcc()
    (bare / "bin" / GCC_NAME).write_text("not a program", encoding="utf-8")
    with pytest.raises(ToolError, match="does not run"):
        find_gcc()


def test_cmake_and_ninja_come_from_their_packages() -> None:
    assert int(find_cmake().version.split(".")[0]) >= 3
    assert int(find_ninja().version.split(".")[0]) >= 1


def compiler_that_finds(folder: Path, answer: str) -> Path:
    """Write a compiler that answers where its files are."""
    path = fake(folder, "12.2.1")
    path.write_text(
        f'#!/bin/sh\ncase "$1" in -print*) echo "{answer}";; *) echo 12.2.1;; esac\n',
        encoding="utf-8",
    )
    return path


def test_a_compiler_without_newlib(bare: Path) -> None:
    """Debian has both in packages of their own; such a compiler repeats the question."""
    compiler_that_finds(bare / "bin", toolchain.NEWLIB)
    with pytest.raises(ToolError, match="newlib is not installed") as caught:
        toolchain.find_newlib(find_gcc())
    assert "libnewlib-arm-none-eabi" in caught.value.hint
    found = {name: (status, hint) for name, status, _, hint in toolchain.survey()}
    assert found[GCC_NAME][0] == "ok"
    assert found["newlib"] == ("missing", caught.value.hint)
    compiler_that_finds(bare / "bin", f"/usr/lib/{toolchain.NEWLIB}")
    assert toolchain.find_newlib(find_gcc()) == Path(f"/usr/lib/{toolchain.NEWLIB}")
    assert {name: status for name, status, *_ in toolchain.survey()}["newlib"] == "ok"


def test_a_build_without_newlib_says_so(bare: Path, tmp_path: Path) -> None:
    compiler_that_finds(bare / "bin", toolchain.NEWLIB)
    project = tmp_path / "project"
    project.mkdir()
    for name in ("CMakeLists.txt", "CMakePresets.json"):
        (project / name).touch()
    with pytest.raises(ToolError, match="newlib is not installed"):
        compiling.build(project)


def test_the_compiler_of_the_ide_is_told(bare: Path) -> None:
    name = "STM32CubeIDE's compiler"
    assert {one: status for one, status, *_ in toolchain.survey()}[name] == "absent"
    plugins = "st/stm32cubeide_1.16.0/plugins/x.gnu-tools-for-stm32.12.3/tools/bin"
    path = fake(bare / plugins, "12.3.1")
    assert [found[1:3] for found in toolchain.survey() if found[0] == name] == [("ok", str(path))]
