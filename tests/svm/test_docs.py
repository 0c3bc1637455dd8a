"""The Python of docs/svm.md runs, and what it writes is a model."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest
from support.markdown import blocks

from hargen.importers.model_file import read


def test_the_example_makes_a_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (example,) = (block for block in blocks("docs/svm.md") if block.language == "python")
    labels = np.array(["walking", "running"])[np.arange(60) % 2]
    x = np.random.default_rng(0).normal(size=(60, 72)).astype(np.float32)
    monkeypatch.chdir(tmp_path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # deprecations of scikit-learn and skl2onnx
        exec(compile(example.text, example.where, "exec"), {"x": x, "labels": labels})
    assert read(tmp_path / "har.onnx").classes == ("running", "walking")
