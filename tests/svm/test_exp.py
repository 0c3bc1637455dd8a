"""hg_exp_f32 against exp in double, and the same bits from every compiler."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from support.host_model import ROOT, WARNINGS

SOURCE = ROOT / "tests/c/svm/exp_sweep.c"
BUILDS = [("gcc", "-O0"), ("gcc", "-O2"), ("gcc", "-O3"), ("clang", "-O0"), ("clang", "-O3")]
BOUND = 0.8  # ulps, as the header says


def build(
    folder: Path,
    compiler: str,
    *flags: str,
    runtime: Path | None = None,
    source: Path = SOURCE,
) -> Path:
    program = folder / f"{source.stem}_{compiler}{''.join(flags)}"
    # The sweep itself compares in double: the rules for firmware hold for the header alone.
    warnings = [flag for flag in WARNINGS if flag != "-Wdouble-promotion"]
    command = [compiler, "-std=c11", "-ffp-contract=off", *flags, *warnings]
    headers = runtime or ROOT / "firmware/runtime"
    subprocess.run([*command, f"-I{headers}", source, "-o", program, "-lm"], check=True)
    return program


def sweep(program: Path, stride: int) -> tuple[float, str, int]:
    """Return the largest error in ulps, the checksum and the number of results wrong in kind."""
    done = subprocess.run([program, str(stride)], capture_output=True, text=True, check=True)
    error, _, checksum, wrong_kind = done.stdout.split()
    return float(error), checksum, int(wrong_kind)


def test_every_997th_float_is_within_the_bound_and_the_same_bits_everywhere(tmp_path: Path) -> None:
    checksums = set()
    for compiler, level in BUILDS:
        if shutil.which(compiler) is None:
            pytest.skip(f"needs {compiler}")
        error, checksum, wrong_kind = sweep(build(tmp_path, compiler, level), 997)
        assert error < BOUND
        assert wrong_kind == 0
        checksums.add(checksum)
    assert len(checksums) == 1


def test_the_bound_notices_a_polynomial_that_is_one_bit_off(tmp_path: Path) -> None:
    for name in ("hg_exp_f32.h", "hg_math_f32.h", "hg_common.h"):
        text = (ROOT / "firmware/runtime" / name).read_text(encoding="utf-8")
        (tmp_path / name).write_text(text.replace("0x1.5554a2p-3f", "0x1.5554c2p-3f"))
    error, _, _ = sweep(build(tmp_path, "gcc", "-O2", runtime=tmp_path), 997)
    assert error > BOUND


def test_powers_of_two_are_within_the_bound_and_zero_where_vectors_are_far(tmp_path: Path) -> None:
    source = SOURCE.with_name("exp2_sweep.c")
    checksums = set()
    for compiler, level in BUILDS:
        if shutil.which(compiler) is None:
            pytest.skip(f"needs {compiler}")
        error, *_ = output = swept(build(tmp_path, compiler, level, source=source))
        assert 0.5 <= error < BOUND
        assert output[2] == 0
        checksums.add(output[1])
    assert len(checksums) == 1


def swept(program: Path) -> tuple[float, str, int]:
    done = subprocess.run([program, "997"], capture_output=True, text=True, check=True)
    error, checksum, not_zero = done.stdout.split()
    return float(error), checksum, int(not_zero)


@pytest.mark.long
def test_every_float_is_within_the_bound(tmp_path: Path) -> None:
    error, _, wrong_kind = sweep(build(tmp_path, "gcc", "-O2"), 1)
    assert error < BOUND
    assert wrong_kind == 0
