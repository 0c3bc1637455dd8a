"""hargen quantize and hargen export --precision int8 of support vector classifiers."""

from __future__ import annotations

import json
import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hargen import files, manifest
from hargen.build.compile import build
from hargen.device.flashing import flash_virtual
from hargen.errors import UsageError
from hargen.importers import model_file
from hargen.importers.svm.machine import loads
from hargen.preprocessing import read_card
from hargen.validate import onnx_reference, svm_reference
from hargen.validate.validation import Request, validate

BOARD = "B-U585I-IOT02A"
WINDOW, AXES = 12, 3
NAMES = ("rest", "walk", "run")


def samples(seed: int, count: int, spread: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """Return windows (count, WINDOW, AXES) of three motions with gravity, and their classes."""
    rng = np.random.default_rng(seed)
    y = np.arange(count) % len(NAMES)
    t = np.arange(WINDOW)[:, np.newaxis] + rng.uniform(0, 20, (count, 1, 1))
    size = np.array([0.1, 2.0, 6.0])[y][:, np.newaxis, np.newaxis]
    pace = np.array([0.3, 0.5, 0.9])[y][:, np.newaxis, np.newaxis]
    x = size * np.sin(pace * t + np.arange(AXES)) + rng.normal(0, 0.2 * spread, (count, WINDOW, 3))
    x[:, :, 2] += 9.8
    return x.astype(np.float32), y


def train(path: Path, kernel: str = "rbf", labels: tuple[str, ...] = NAMES) -> Path:
    from skl2onnx import to_onnx
    from sklearn.decomposition import PCA
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.svm import SVC

    x, y = samples(1, 300)
    rows = x.reshape(len(x), -1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # deprecations of scikit-learn and skl2onnx
        svc = SVC(kernel=kernel, C=10.0, probability=True, random_state=0)
        pipeline = make_pipeline(StandardScaler(), PCA(7, random_state=0), svc)
        pipeline.fit(rows, np.array(labels)[y])
        options = {id(pipeline): {"zipmap": False}}
        path.write_bytes(to_onnx(pipeline, rows[:1], options=options).SerializeToString())
    return path


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return train(tmp_path_factory.mktemp("svm") / "walk.onnx")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return windows(tmp_path / "data.npz")


def windows(path: Path, count: int = 240, **changes: object) -> Path:
    # scikit-learn sorts its labels, so that the model's order is not that of NAMES
    x, y = samples(2, count)
    arrays = {"x": x, "y": y, "classes": np.array(NAMES)} | changes
    np.savez(path, **arrays)
    return path


def test_quantize_reports_and_writes(hargen, model: Path, data: Path, tmp_path: Path) -> None:
    target, report = tmp_path / "x.svm", tmp_path / "report.json"
    found = hargen("quantize", model, "-o", target, "-r", data, "--json", report)
    assert found.code == 0, found
    values = json.loads(report.read_text())
    x, y = samples(2, 240)
    rows = x.reshape(len(x), -1)
    labels = model_file.read(model).classes
    truth = np.array([labels.index(NAMES[c]) for c in y])
    exact = onnx_reference.run(model.read_bytes(), rows).classes
    rounded = svm_reference.run(target.read_bytes(), rows).classes
    assert values["before"]["accuracy"] == pytest.approx((exact == truth).mean())
    assert values["after"]["accuracy"] == pytest.approx((rounded == truth).mean())
    assert values["agreement"] == pytest.approx((exact == rounded).mean())
    assert values["agreement"] > 0.98
    assert values["drop"] == pytest.approx(
        100 * (values["before"]["accuracy"] - values["after"]["accuracy"])
    )
    assert (values["windows"], values["judged"]) == (240, 240)
    assert values["before"]["sha256"] == files.sha256(model)
    assert values["after"]["sha256"] == files.sha256(target)
    assert values["flash_after"] < 0.5 * values["flash_before"]
    machine = loads(target.read_bytes())
    assert machine.source.sha256 == files.sha256(model)
    assert tuple(machine.classes) == labels


def test_a_card_goes_along(hargen, data: Path, tmp_path: Path) -> None:
    model = train(tmp_path / "own.onnx", labels=("2", "0", "1"))
    card = '[preprocessing]\npreset = "none"\nunit = "m/s2"\nwindow = 12\n'
    (tmp_path / "own.toml").write_text(f'{card}[classes]\nnames = ["walk", "run", "rest"]\n')
    found = hargen("quantize", model, "-o", tmp_path / "x.svm", "-r", data)
    assert found.code == 0, found
    written = read_card(tmp_path / "x.svm")
    assert written is not None
    assert written.model.sha256["svm"] == files.sha256(tmp_path / "x.svm")
    assert written.model.sha256["onnx"] == files.sha256(model)
    assert written.classes == ("walk", "run", "rest")
    assert written.accuracy["int8"] > 0.9


def test_another_preprocessing_than_the_cards_is_warned_of(
    hargen, data: Path, tmp_path: Path
) -> None:
    model = train(tmp_path / "own.onnx")
    card = '[preprocessing]\npreset = "none"\nunit = "m/s2"\nwindow = 12\n'
    (tmp_path / "own.toml").write_text(card)
    (tmp_path / "mine.toml").write_text(f'{card}normalization = {{ kind = "window" }}\n')
    arguments = ("quantize", model, "-r", data, "--max-drop", 100, "-o")
    assert "trained with" not in hargen(*arguments, tmp_path / "x.svm").err
    found = hargen(*arguments, tmp_path / "y.svm", "--preprocessing", tmp_path / "mine.toml")
    assert found.code == 0, found
    assert "trained with the preprocessing" in found.err
    written = read_card(tmp_path / "y.svm")
    assert written is not None
    assert written.preprocessing is not None
    assert written.preprocessing.normalizes_windows


def test_past_the_limit_nothing_is_written_but_by_force(
    hargen, model: Path, data: Path, tmp_path: Path
) -> None:
    # Labels are the float machine's own answers around its boundaries: every change is a loss.
    x, _ = samples(3, 6000, spread=8.0)
    rows = x.reshape(len(x), -1)
    answers = onnx_reference.run(model.read_bytes(), rows)
    ordered = np.sort(answers.outputs, axis=1)
    near = np.argsort(ordered[:, -1] - ordered[:, -2])[:300]
    names = np.array(model_file.read(model).classes)
    y = answers.classes[near]
    y[:3] = range(3)
    hard = windows(tmp_path / "near.npz", x=x[near], y=y, classes=names)
    target = tmp_path / "x.svm"
    arguments = ("quantize", model, "-o", target, "-r", data, "-d", hard, "--max-drop", "0")
    found = hargen(*arguments)
    assert found.code == 6, found
    assert "more than 0" in found.err
    assert not target.exists()
    assert hargen(*arguments, "--force").code == 6
    assert target.exists()
    out = ("export", model, "-o", tmp_path / "p", "-b", BOARD, "-r", hard, "--max-drop", "0")
    assert hargen(*out).code == 6
    assert not (tmp_path / "p").exists()


def test_on_the_virtual_board(hargen, model: Path, data: Path, tmp_path: Path) -> None:
    project = tmp_path / "project"
    found = hargen("export", model, "-o", project, "-b", BOARD, "--precision", "int8", "-r", data)
    assert found.code == 0, found
    assert "quantized to int8" in found.err
    written = manifest.read(project)
    assert (written.model.format, written.model.precision) == ("svm", "int8")
    assert written.model.source_sha256 == files.sha256(model)
    assert written.model_file(project).name == "har.svm"
    flash_virtual(project, build(project))
    request = Request(project, virtual=True, data=data, limit=60)
    report = validate(request, lambda *_: None, lambda *_: None)
    assert (report.windows, report.bit_exact, report.labels_equal) == (60, 60, 60)
    assert report.exact_with is not None
    assert svm_reference.NAME in report.exact_with
    with pytest.raises(UsageError, match="has no stage int8"):
        validate(replace(request, stage="int8"), lambda *_: None, lambda *_: None)
    # The file itself is a model like others.
    direct = hargen("export", written.model_file(project), "-o", tmp_path / "q", "-b", BOARD)
    assert direct.code == 0, direct
    again = manifest.read(tmp_path / "q").model
    assert again.sha256 == written.model.sha256


def test_float32_stays_as_it_was(hargen, model: Path, tmp_path: Path) -> None:
    found = hargen("export", model, "-o", tmp_path / "p", "-b", BOARD, "--precision", "float32")
    assert found.code == 0, found
    written = manifest.read(tmp_path / "p").model
    assert (written.format, written.precision) == ("onnx", "float32")


@pytest.mark.parametrize(
    ("changes", "count", "words"),
    [
        ({}, 99, "too few to calibrate on"),
        ({"y": np.zeros(240, np.int64)}, 240, "all windows are of one class"),
        ({"x": np.zeros((240, 10, 3), np.float32)}, 240, "10"),
        ({"classes": np.array(["a", "b", "c"])}, 240, "no class of the data"),
    ],
)
def test_data_that_does_not_do_is_refused(
    hargen, model: Path, tmp_path: Path, changes: dict[str, object], count: int, words: str
) -> None:
    data = windows(tmp_path / "bad.npz", count, **changes)
    found = hargen("quantize", model, "-o", tmp_path / "x.svm", "-r", data)
    assert found.code == 3, found
    assert words in found.err
    assert not (tmp_path / "x.svm").exists()


def test_a_polynomial_kernel_is_refused_by_name(hargen, data: Path, tmp_path: Path) -> None:
    poly = train(tmp_path / "poly.onnx", kernel="poly")
    found = hargen("quantize", poly, "-o", tmp_path / "x.svm", "-r", data)
    assert found.code == 3, found
    assert "polynomial kernel" in found.err


def test_a_linear_kernel_is_quantized(hargen, data: Path, tmp_path: Path) -> None:
    linear = train(tmp_path / "linear.onnx", kernel="linear")
    found = hargen("quantize", linear, "-o", tmp_path / "x.svm", "-r", data, "--max-drop", "2")
    assert found.code == 0, found


@pytest.mark.parametrize(
    ("command", "options", "words"),
    [
        ("quantize", (), "needs representative data"),
        ("export", ("--precision", "int8"), "needs representative data"),
        ("quantize", ("-r", "data.npz", "--edges", "int8"), "--edges int8"),
        ("export", ("-r", "data.npz", "--edges", "int8"), "--edges int8"),
        ("export", ("-r", "data.npz", "--precision", "float32"), "exclude each other"),
        ("quantize", ("-r", "data.npz", "-o", "x.tflite"), "called .svm"),
    ],
)
def test_options_that_do_not_fit_write_nothing(
    hargen,
    model: Path,
    data: Path,
    tmp_path: Path,
    command: str,
    options: tuple[str, ...],
    words: str,
) -> None:
    target = tmp_path / "out.svm"
    board = ("-b", BOARD) if command == "export" else ()
    given = [data if option == "data.npz" else option for option in options]
    found = hargen(command, model, "-o", target, *board, *given)
    assert found.code == 2, found
    assert words in found.err
    assert not target.exists()


def test_what_is_quantized_already_is_refused(
    hargen, model: Path, data: Path, tmp_path: Path
) -> None:
    assert hargen("quantize", model, "-o", tmp_path / "x.svm", "-r", data).code == 0
    renamed = tmp_path / "x.onnx"
    (tmp_path / "x.svm").rename(renamed)
    found = hargen("quantize", renamed, "-o", tmp_path / "y.svm", "-r", data)
    assert found.code == 3, found
    assert "quantized already" in found.err
