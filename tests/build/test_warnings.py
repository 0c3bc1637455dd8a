"""Our C is without warnings under three compilers (the cross compiler's part: see conftest)."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from support import firmware

from hargen import board
from hargen.build.compile import find_image
from hargen.emit.build_options import BuildOptions

GCC_ONLY = (
    "-fno-schedule-insns",
    "-fno-tree-loop-distribute-patterns",
    "-fno-merge-constants",
)
HOST = (firmware.FIRMWARE / "port/host", firmware.MODEL)


@pytest.mark.parametrize("compiler", ["gcc", "clang"])
@pytest.mark.parametrize("level", ["-O0", "-O3"])
def test_link_app_and_native_port_on_the_host(compiler: str, level: str, tmp_path: Path) -> None:
    if not shutil.which(compiler):
        pytest.skip(f"needs {compiler}")
    firmware.compile_host(tmp_path, cc=compiler, flags=(level,))


def test_clang_compiles_the_port_of_the_board(cross_gcc: Path, tmp_path: Path) -> None:
    if not shutil.which("clang"):
        pytest.skip("needs clang")
    sysroot = subprocess.run(
        [cross_gcc, "-print-sysroot"], capture_output=True, text=True, check=True
    ).stdout.strip()
    headers = Path(sysroot, "include") if sysroot else Path("/usr/lib/arm-none-eabi/include")
    if not (headers / "string.h").is_file():
        pytest.skip(f"needs newlib's headers in {headers}")
    options = BuildOptions(board.load(firmware.BOARD))
    port = firmware.FIRMWARE / "port/stm32u5"
    for source in [*port.glob("*.c"), firmware.FIRMWARE / "app/main.c"]:
        subprocess.run(
            [
                *("clang", "--target=thumbv8m.main-none-eabihf", "-c", "-Werror"),
                *(flag for flag in options.cpu_flags if flag != "-mthumb"),
                *(flag for flag in options.language_flags if flag not in GCC_ONLY),
                *options.warning_flags,
                *(f"-D{define}" for define in options.defines),
                *(f"-I{firmware.FIRMWARE / name}" for name in firmware.INCLUDES),
                *("-isystem", str(headers), f"-I{port}", str(source)),
                *("-o", str(tmp_path / "object.o")),
            ],
            check=True,
        )


@pytest.mark.parametrize("config", ["release", "debug"])
def test_the_cross_compiler_builds_with_warnings_as_errors(project: Path, config: str) -> None:
    commands = find_image(project, config).elf_path.with_name("compile_commands.json")  # type: ignore[arg-type]
    text = commands.read_text(encoding="utf-8")
    assert text.count("-Werror") == text.count('"command"') > 15


def test_every_file_is_formatted() -> None:
    beside_python = Path(sys.executable).parent
    tool = shutil.which("clang-format", path=f"{beside_python}{os.pathsep}{os.environ['PATH']}")
    if tool is None:
        pytest.skip("needs clang-format")
    folders = [firmware.FIRMWARE / name for name in ("link", "sensor", "app", "port")]
    files = [
        p for folder in [*folders, firmware.ROOT / "tests/c/link"] for p in folder.rglob("*.[ch]")
    ]
    assert len(files) > 40
    subprocess.run([tool, "--dry-run", "-Werror", *map(str, files)], check=True)
