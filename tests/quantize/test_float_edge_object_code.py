"""What compilers make of the float edges: no call into libm, whatever the core and the flags."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from support.host_model import ROOT, WARNINGS

RUNTIME = ROOT / "firmware/runtime"
SOURCE = ROOT / "tests/c/runtime/quantize_calls.c"
LEVELS = ("-O0", "-O2", "-O3", "-Os")
HARD = "-mfloat-abi=hard"
CORES = {
    "M0+": ("-mcpu=cortex-m0plus", "-mfloat-abi=soft"),
    "M4": ("-mcpu=cortex-m4", "-mfpu=fpv4-sp-d16", HARD),
    "M7": ("-mcpu=cortex-m7", "-mfpu=fpv5-d16", HARD),
    "M7 single": ("-mcpu=cortex-m7", "-mfpu=fpv5-sp-d16", HARD),
    "M33": ("-mcpu=cortex-m33", "-mfpu=fpv5-sp-d16", HARD),
    "M33 softfp": ("-mcpu=cortex-m33", "-mfpu=fpv5-sp-d16", "-mfloat-abi=softfp"),
    "M33 without": ("-mcpu=cortex-m33", "-mfloat-abi=soft"),
    "M55": ("-mcpu=cortex-m55", HARD),
}
# By single precision alone, compilers do not say whether a Cortex-M7 has more than a Cortex-M4.
ROUNDING = {"M7", "M33", "M33 softfp", "M55"}
FUSING = {"M4", "M7 single"} | ROUNDING
COMPILERS = {
    "gcc": ("arm-none-eabi-gcc",),
    "clang": ("clang", "--target=arm-none-eabi", "-ffreestanding"),
}
OF_A_LIBRARY_OF_FLOATS = re.compile(r"__aeabi_(f\w+|i2f)")
FUSED = re.compile(r"vfma(eq|ne)?\.f32")  # one factor needs none
WORDS = re.compile(r"vldmia\s+\w+!, {s0-s7}")


def compiled(folder: Path, command: tuple[str, ...], runtime: Path = RUNTIME) -> Path:
    """Return the object code, or skip where there is no such compiler."""
    for tool in (command[0], "arm-none-eabi-nm", "arm-none-eabi-objdump"):
        if shutil.which(tool) is None:
            pytest.skip(f"needs {tool}")
    target = folder / "edges.o"
    flags = [*command[1:], "-std=c11", *WARNINGS, f"-I{runtime}"]
    subprocess.run([command[0], *flags, "-c", str(SOURCE), "-o", str(target)], check=True)
    return target


def listed(*command: str | Path) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def called(target: Path, tool: str = "arm-none-eabi-nm") -> set[str]:
    """Return what the object code calls that is not the compiler's own."""
    symbols = {line.split()[-1] for line in listed(tool, "-u", target).splitlines()}
    return {symbol for symbol in symbols if not OF_A_LIBRARY_OF_FLOATS.fullmatch(symbol)}


def disassembled(target: Path) -> str:
    return listed("arm-none-eabi-objdump", "-d", target)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("core", CORES)
@pytest.mark.parametrize("compiler", COMPILERS)
def test_no_libm_and_instructions_where_there_are_any(
    compiler: str, core: str, level: str, tmp_path: Path
) -> None:
    target = compiled(tmp_path, (*COMPILERS[compiler], "-mthumb", *CORES[core], level))
    assert called(target) == set()
    code = disassembled(target)
    assert ("vcvta.s32.f32" in code) == (core in ROUNDING)
    assert ("vmaxnm.f32" in code) == (core in ROUNDING)
    assert (FUSED.search(code) is not None) == (core in FUSING)


def test_calls_into_libm_are_noticed(tmp_path: Path) -> None:
    """FPv4 has none of these instructions."""
    command = ("arm-none-eabi-gcc", "-mthumb", *CORES["M4"], "-O2", "-DHG_ROUND_INSTRUCTIONS=1")
    runtime = tmp_path / "runtime"
    shutil.copytree(RUNTIME, runtime)
    kernel = runtime / "hg_quantize_s8.h"
    source = kernel.read_text()
    assert source.count("#if defined(__arm__) && HG_ROUND_INSTRUCTIONS\n") == 1
    kernel.write_text(source.replace("#if defined(__arm__) && HG_ROUND_INSTRUCTIONS\n", "#if 0\n"))
    assert called(compiled(tmp_path, command, runtime)) == {"fmaxf", "fminf", "roundf"}


@pytest.mark.parametrize(("flags", "words"), [((), True), (("-mno-unaligned-access",), False)])
def test_words_are_stored_where_they_need_not_be_aligned(
    flags: tuple[str, ...], words: bool, tmp_path: Path
) -> None:
    command = ("arm-none-eabi-gcc", "-mthumb", *CORES["M33"], "-O3", *flags)
    code = disassembled(compiled(tmp_path, command))
    assert (WORDS.search(code) is not None) == words


@pytest.mark.parametrize("compiler", ["cc", "clang"])
def test_a_library_of_unknown_roundings_is_not_called(compiler: str, tmp_path: Path) -> None:
    """Freestanding: which library there will be is not known, as in another core's firmware."""
    if shutil.which(compiler) is None:
        pytest.skip(f"needs {compiler}")
    known = compiled(tmp_path, (compiler, "-O2"))
    assert called(known, "nm") == {"fmaf"}
    assert called(compiled(tmp_path, (compiler, "-O2", "-ffreestanding")), "nm") == set()
