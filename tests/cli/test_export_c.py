"""hargen export --format c: on the command line, and what the other commands say of it."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from support.float_network import Network

from hargen.emit.build_options import LANGUAGE, WARNINGS


def test_it_needs_no_board_and_says_where_to_read_on(hargen, tmp_path: Path) -> None:
    found = hargen("export", "default", "-o", tmp_path / "c", "--format", "c")
    assert found.code == 0
    assert "as C alone" in found.out
    assert "README.md" in found.out
    assert (tmp_path / "c/Model/har.c").is_file()
    assert hargen("export", "default", "-o", tmp_path / "p").code == 2


@pytest.mark.parametrize("command", ["build", "lint", "flash", "validate-serial"])
def test_commands_for_projects_refuse_it(command: str, hargen, tmp_path: Path) -> None:
    assert hargen("export", "default", "-o", tmp_path / "c", "--format", "c").code == 0
    more = ["--virtual"] if command in ("flash", "validate-serial") else []
    more += ["--synthetic", "5"] if command == "validate-serial" else []
    found = hargen(command, tmp_path / "c", *more)
    assert found.code == 2
    assert "C of a network alone" in found.err


@pytest.mark.parametrize(
    ("optimize", "level"), [("balanced", "-O2"), ("speed", "-O3"), ("size", "-Os")]
)
def test_what_it_is_optimized_for_becomes_a_level(
    optimize: str, level: str, hargen, tmp_path: Path
) -> None:
    words = ("-o", tmp_path / "c", "--format", "c", "--optimize", optimize)
    assert hargen("export", "default", *words).code == 0
    assert f"CFLAGS ?= {level} " in (tmp_path / "c/Makefile").read_text()
    assert f"`{level}` is the level" in (tmp_path / "c/README.md").read_text()


def test_without_an_fpu_it_preprocesses_in_integers(hargen, tmp_path: Path) -> None:
    """What `make` builds of it runs, and what a Cortex-M0+ or M3 gets compiles, floats uncalled."""
    folder = tmp_path / "c"
    words = ("export", "default", "-o", folder, "--format", "c")
    assert hargen(*words, "--no-fpu").code == 0
    assert "const int32_t *har_window(" in (folder / "Model/har.h").read_text()
    assert "in 32-bit integers" in (folder / "README.md").read_text()
    subprocess.run(["make", "-C", folder], check=True, capture_output=True)
    assert subprocess.run([folder / "demo"], check=False).returncode < 3
    for core in ("cortex-m0plus", "cortex-m3", "cortex-m4+nofp", "cortex-m33+nofp"):
        for name in ("har", "har_stream", "har_data"):
            command = ["arm-none-eabi-gcc", f"-mcpu={core}", "-mthumb", "-mfloat-abi=soft", "-O2"]
            command += [*LANGUAGE, *WARNINGS, "-Werror", f"-I{folder}/Model", f"-I{folder}/Runtime"]
            target = tmp_path / f"{name}.o"
            subprocess.run(
                [*command, "-c", f"{folder}/Model/{name}.c", "-o", str(target)], check=True
            )
            listed = subprocess.run(
                ["arm-none-eabi-nm", "-u", str(target)], check=True, capture_output=True, text=True
            ).stdout
            # no call into libm, whose fmaf rounds twice
            assert not re.search(r" (fmaf|sqrtf|roundf|fminf|fmaxf)$", listed, re.MULTILINE)
            assert name == "har" or "__aeabi_f" not in listed


def test_no_fpu_goes_with_no_board_that_has_one(hargen, tmp_path: Path) -> None:
    words = ("export", "default", "-o", tmp_path / "c", "--board", "B-U585I-IOT02A", "--no-fpu")
    found = hargen(*words)
    assert found.code == 2
    assert "has an FPU" in found.err
    assert not (tmp_path / "c").exists()


def test_without_an_fpu_a_float_network_is_refused(hargen, tmp_path: Path) -> None:
    model = Network((1, 24, 3, 1)).flatten().dense().write(tmp_path / "float.tflite")
    found = hargen("export", model, "-o", tmp_path / "c", "--format", "c", "--no-fpu")
    assert found.code == 3
    assert "computes in float32, and the core has no FPU" in found.err
    assert not (tmp_path / "c").exists()
