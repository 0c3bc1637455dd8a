"""The edges of a stream: gaps, resets, errors, two instances, the size of the context."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from support.stream import StreamProgram

from hargen import models
from hargen.preprocessing import Preprocessing, preset

HARNESS = Path(__file__).parents[1] / "c/preprocess/gaps.c"


@pytest.mark.parametrize("integers", [False, True])
@pytest.mark.parametrize("kind", ["majority", "mean"])
@pytest.mark.parametrize("name", ["default", "st-zoo"])
def test_the_edges_of_a_stream(tmp_path: Path, kind: str, name: str, integers: bool) -> None:
    table = preset("default", window=24).to_table()
    if name == "st-zoo":  # settles later, and may not be marked as settled any sooner
        table = preset("st-zoo", window=24).to_table()
    spec = Preprocessing.from_table(table | {"hop": 6, "smoothing": {"kind": kind, "windows": 4}})
    model = models.default().tflite
    program = StreamProgram(model, spec, tmp_path, harness=HARNESS, integers=integers).program
    done = subprocess.run([program], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    lines = HARNESS.read_text().splitlines()
    if name == "st-zoo":
        assert "begin >= 125u" in lines[done.returncode - 1]
    else:
        assert done.returncode == 0, lines[done.returncode - 1]
