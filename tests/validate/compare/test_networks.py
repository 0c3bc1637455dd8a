"""Every kind of model: each stored tensor that a reference has is compared, and none differs."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from support.random_networks import random_float_network, random_network
from support.svm import draw_pipeline

from hargen import manifest
from hargen.board import load
from hargen.convert.svm.rounding import round_machine
from hargen.emit import project
from hargen.importers.model_file import parse
from hargen.validate import expected, wire
from hargen.validate.compare.report import CompareReport

from .conftest import Run

CLASSIFIERS = (9, 31, 14)  # RBF machines over 72 values, with a projection and without


def export(folder: Path, name: str, content: bytes) -> Path:
    model = folder / name
    model.write_bytes(content)
    project.export(
        *(model, folder / "har"),
        board=load("B-U585I-IOT02A"),
        reference=expected.outputs,
    )
    return folder / "har"


def windows(folder: Path, rows: np.ndarray) -> Path:
    """Write rows as windows that come out of hargen's reader as they went in."""
    found = manifest.read(folder)
    if rows.dtype == np.int8:
        rows = wire.dequantize(rows, found.model.input)
    window, axes = wire.window_and_axes(found)
    path = folder.parent / "windows.npz"
    x = rows.reshape(-1, window, axes)
    np.savez(path, x=x, y=np.zeros(len(x), np.int64), classes=np.array(["unknown"]))
    return path


def check(report: CompareReport, *, limit: bool) -> None:
    """Check that all was compared, within a limit or equal."""
    assert not report.differs, report.reference_first
    compared = {p.name: p.reference for p in report.places if p.reference is not None}
    assert len(compared) >= 3
    for name, match in compared.items():
        assert match.windows == report.windows > 0
        assert (match.limit is not None and match.limit > 0) == (limit and name != "class"), name


@pytest.mark.parametrize("seed", range(10))
def test_int8_networks(seed: int, run: Run, tmp_path: Path) -> None:
    network = random_network(seed)
    folder = export(tmp_path, "net.tflite", network.model)
    report = run(folder, data=windows(folder, network.windows))
    check(report, limit=False)
    stored = [p for p in report.places if p.name.startswith("layer")]
    assert all(place.reference is not None for place in stored)
    quantizes = manifest.read(folder).model.input.dtype == "float32"
    assert ("input" in {place.name for place in report.places}) == quantizes


@pytest.mark.parametrize("seed", range(10))
def test_float_networks(seed: int, run: Run, tmp_path: Path) -> None:
    network = random_float_network(seed)
    folder = export(tmp_path, "net.tflite", network.model)
    report = run(folder, data=windows(folder, network.windows))
    check(report, limit=True)
    assert {place.name for place in report.places} >= {"layer 0", "output", "class"}


@pytest.mark.parametrize("seed", CLASSIFIERS)
def test_support_vector_classifiers(seed: int, run: Run, tmp_path: Path) -> None:
    pipeline = draw_pipeline(seed)
    folder = export(tmp_path, "machine.onnx", pipeline.content)
    report = run(folder, data=windows(folder, pipeline.windows))
    check(report, limit=True)
    # onnxruntime shows what its classifier is given, and what comes out of it
    (features,) = (p.name for p in report.places if p.detail.startswith("features"))
    assert [place.name for place in report.places] == [features, "output", "class"]


def quantized(folder: Path) -> tuple[Path, np.ndarray]:
    pipeline = draw_pipeline(31)
    model = parse(Path("machine.onnx"), pipeline.content)
    content = round_machine(model, pipeline.labels, pipeline.windows)
    return export(folder, "machine.svm", content), pipeline.windows


def test_quantized_support_vector_classifiers(run: Run, tmp_path: Path) -> None:
    folder, rows = quantized(tmp_path)
    report = run(folder, data=windows(folder, rows))
    check(report, limit=False)
    assert [p.name for p in report.places][-3:] == ["layer 3", "output", "class"]


def test_a_wrong_kernel_of_a_float_network(run: Run, tmp_path: Path) -> None:
    network = random_float_network(0)
    folder = export(tmp_path, "net.tflite", network.model)
    broken = tmp_path / "broken"
    shutil.copytree(folder, broken)
    kernel = broken / "Runtime/hg_math_f32.h"
    right = "sums[3] = hg_fma_f32(x, weights[3], sums[3]);"
    assert right in kernel.read_text()
    kernel.write_text(kernel.read_text().replace(right, right.replace("weights[3]", "weights[2]")))
    report = run(broken, data=windows(broken, network.windows))
    first = report.reference_first
    assert first is not None
    assert "FULLY_CONNECTED" in first.detail  # the only layer that sums up lanes with this
    assert first.element[-1] % 4 == 3  # the fourth one
    assert first.limit is not None and first.difference > first.limit > 0


def test_a_wrong_kernel_of_a_quantized_classifier(run: Run, tmp_path: Path) -> None:
    folder, rows = quantized(tmp_path)
    kernel = folder / "Runtime/hg_svm_probability_f32.h"
    text = kernel.read_text()
    right = "1e-7f"
    assert right in text
    kernel.write_text(text.replace(right, "1e-2f"))
    report = run(folder, data=windows(folder, rows))
    first = report.reference_first
    assert first is not None
    assert "platt" in first.detail
