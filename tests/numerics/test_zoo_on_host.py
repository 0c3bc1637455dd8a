"""The model zoo's int8 networks as C on the host, on real and on random windows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from support.host_model import check

FILES = [
    f"{data}/{family}_wl_{window}_int8.tflite"
    for data in ("AST", "WISDM")
    for family in ("ign", "gmp")
    for window in (24, 48)
]


LEVELS = {"balanced": "-O1", "speed": "-O1", "size": "-Os"}


@pytest.mark.parametrize("optimize", LEVELS)
@pytest.mark.parametrize("cc", ["gcc", "clang"])
@pytest.mark.parametrize("file", FILES)
def test_every_stored_tensor_equals_the_reference(
    file: str, cc: str, optimize: str, shared: Path, tmp_path: Path
) -> None:
    size = 48 * 3 if "wl_48" in file else 24 * 3
    rng = np.random.default_rng(7)
    windows = rng.normal(0, 8, size=(60, size)).astype(np.float32)
    windows[::6] = np.round(windows[::6])  # few levels: ties between classes
    windows[1] = 0.0
    # Far outside, but not so far that the reference's conversion to int32 is undefined.
    windows[2] = 1e6
    windows[3] = -1e6
    path = shared / "zoo" / file
    check(
        path,
        windows,
        tmp_path,
        for_speed=optimize == "speed",
        cc=cc,
        sanitize=cc == "gcc",
        flags=(LEVELS[optimize],),
    )
