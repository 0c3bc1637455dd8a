"""tanh and the logistic function in float32 against float64, over the whole range of floats."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pytest
from support.host_model import ROOT, WARNINGS

SOURCE = ROOT / "tests/c/runtime/functions_f32.c"
RUNTIME = ROOT / "firmware/runtime"
TANH_ULPS, LOGISTIC_ULPS = 1.6, 2.5  # as the headers say


def every(step: int) -> np.ndarray:
    """Every step-th float that is not NaN, by its bits: both signs, subnormals, infinities."""
    x = np.arange(0, 2**32, step, dtype=np.uint32).view(np.float32)
    return np.concatenate([x[~np.isnan(x)], np.float32([0, -0.0, 0.55, np.inf, -np.inf])])


def run(folder: Path, x: np.ndarray, *build: str, runtime: Path = RUNTIME) -> np.ndarray:
    """Return tanh and logistic function (n, 2) as one compiler makes them."""
    program = folder / "functions"
    command = [*build, "-std=c11", "-ffp-contract=off", *WARNINGS, f"-I{runtime}", SOURCE]
    subprocess.run([*command, "-lm", "-o", program], check=True)
    done = subprocess.run([program], input=x.tobytes(), capture_output=True, check=True)
    return np.frombuffer(done.stdout, np.float32).reshape(-1, 2)


def errors(x: np.ndarray, found: np.ndarray) -> tuple[float, float]:
    """Return the largest errors of both in units of the result's last place."""
    wide = x.astype(np.float64)
    with np.errstate(over="ignore"):
        exact = np.stack([np.tanh(wide), 1 / (1 + np.exp(-wide))], axis=1)
    ulp = np.spacing(np.abs(exact).astype(np.float32)).astype(np.float64)
    largest = (np.abs(found - exact) / ulp).max(axis=0)
    return float(largest[0]), float(largest[1])


def test_the_errors_are_within_the_bounds_and_the_bits_the_same_everywhere(tmp_path: Path) -> None:
    x = every(9973)
    found = run(tmp_path, x, "gcc", "-O2")
    tanh, logistic = errors(x, found)
    assert tanh <= TANH_ULPS
    assert logistic <= LOGISTIC_ULPS
    for build in (("gcc", "-O0"), ("gcc", "-O3"), ("clang", "-O2")):
        other = run(tmp_path, x, *build)
        assert np.array_equal(found.view(np.uint32), other.view(np.uint32))


def test_nan_stays_nan(tmp_path: Path) -> None:
    assert np.isnan(run(tmp_path, np.float32([np.nan, -np.nan]), "gcc", "-O2")).all()


@pytest.mark.parametrize(("right", "wrong"), [("0x1.598276p-6f", "0x1.59p-6f"), ("0.55f", "0.3f")])
def test_a_wrong_coefficient_or_limit_is_noticed(right: str, wrong: str, tmp_path: Path) -> None:
    for header in ("hg_common.h", "hg_math_f32.h", "hg_exp_f32.h", "hg_logistic_f32.h"):
        (tmp_path / header).write_bytes((RUNTIME / header).read_bytes())
    text = (RUNTIME / "hg_tanh_f32.h").read_text()
    assert text.count(right) == 1
    (tmp_path / "hg_tanh_f32.h").write_text(text.replace(right, wrong))
    x = np.linspace(0.25, 0.6, 100_000).astype(np.float32)
    assert errors(x, run(tmp_path, x, "gcc", "-O2", runtime=tmp_path))[0] > TANH_ULPS
