"""The whole app, native and under the sanitizers, on any stream of bytes."""

from __future__ import annotations

import subprocess
from pathlib import Path

from support import firmware


def test_the_app_survives_any_bytes(tmp_path: Path) -> None:
    program = firmware.compile_c(
        tmp_path / "fuzz_app",
        [firmware.ROOT / "tests/c/link/fuzz_app.c", *firmware.app_sources(sensor=None)],
        flags=firmware.SANITIZERS,
        includes=(firmware.MODEL,),
    )
    done = subprocess.run([program], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    words = done.stdout.split()
    counts = dict(zip(words[::2], map(int, words[1::2]), strict=True))
    # every path was taken, and often
    assert all(counts[name] > 1000 for name in ("replies", "refusals", "faults", "queries"))
    assert all(counts[name] > 1000 for name in ("states", "samples", "results"))
    assert counts["resets"] > 100
    assert counts["broken"] == 0
