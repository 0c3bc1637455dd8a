"""hargen quantize and hargen export of Keras models, by the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.host_model import check
from support.keras_files import save, small_network

from hargen import files, manifest
from hargen.convert.representative import scale_warnings, unit_warnings
from hargen.datasets import load
from hargen.importers import model_file
from hargen.importers.keras.backend import load_backend
from hargen.preprocessing import preset, read_card

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

BOARD = "B-U585I-IOT02A"
CARD = """[preprocessing]
preset = "none"
unit = "m/s2"
window = 12

[classes]
names = ["a", "b", "c"]
"""


@pytest.fixture(scope="module")
def network() -> Any:
    return small_network()


@pytest.fixture
def model(network: Any, tmp_path: Path) -> Path:
    path = save(network, tmp_path / "walk.keras")
    (tmp_path / "walk.toml").write_text(CARD)
    return path


def windows(path: Path, network: Any, **changes: Any) -> Path:
    """Write 300 windows, labelled as the float network has them, one in ten otherwise."""
    rng = np.random.default_rng(4)
    x = rng.normal(0, 3, (300, 12, 3)).astype(np.float32)
    y = np.asarray(network(x)).argmax(axis=1)
    y[::10] = (y[::10] + 1) % 3
    y[:3] = range(3)
    arrays = {"x": x, "y": y, "classes": np.array(["a", "b", "c"])} | changes
    np.savez(path, **{name: value for name, value in arrays.items() if value is not None})
    return path


@pytest.fixture
def data(network: Any, tmp_path: Path) -> Path:
    return windows(tmp_path / "data.npz", network)


def test_quantize_reports_and_writes_model_and_card(
    hargen, model: Path, data: Path, network: Any, tmp_path: Path
) -> None:
    target, report = tmp_path / "out/x.tflite", tmp_path / "report.json"
    target.parent.mkdir()
    found = hargen("quantize", model, "-o", target, "-r", data, "--json", report)
    assert found.code == 0, found
    assert found.err == "note: windows fed as they are, without preprocessing on the host\n"
    values = json.loads(report.read_text())
    with np.load(data) as arrays:
        right = np.asarray(network(arrays["x"])).argmax(axis=1) == arrays["y"]
    assert values["before"]["accuracy"] == pytest.approx(right.mean())
    assert values["drop"] == pytest.approx(
        100 * (values["before"]["accuracy"] - values["after"]["accuracy"])
    )
    assert values["after"]["sha256"] == files.sha256(target)
    assert values["before"]["sha256"] == files.sha256(model)
    ratios = [layer["snr_db"] for layer in values["layers"]]
    kinds = [layer["layer"].split("(")[1] for layer in values["layers"]]
    assert sorted(kinds) == ["CONV_2D)", "FULLY_CONNECTED)", "MEAN)", "SOFTMAX)"]
    assert ratios == sorted(ratios)
    assert min(ratios) > 10
    card = read_card(target)
    assert card is not None
    assert card.classes == ("a", "b", "c")
    assert card.model.sha256 == {
        "keras": files.sha256(model),
        "tflite": files.sha256(target),
    }
    assert card.accuracy["int8"] == values["after"]["accuracy"]


def test_past_the_limit_nothing_is_written_but_by_force(
    hargen, network: Any, model: Path, tmp_path: Path
) -> None:
    # Labels are the float network's own answers, so that every changed class is a loss. Windows
    # around a decision boundary change often.
    rng = np.random.default_rng(9)
    x = rng.normal(0, 60, (4000, 12, 3)).astype(np.float32)
    x[100:] /= 60
    answers = np.sort(np.asarray(network(x)), axis=1)
    near = np.argsort(answers[:, -1] - answers[:, -2])[:400]
    x = np.concatenate([x[:100], x[near]])
    y = np.asarray(network(x)).argmax(axis=1)
    y[:3] = range(3)
    data = windows(tmp_path / "near.npz", network, x=x, y=y)
    target = tmp_path / "x.tflite"
    arguments = ("quantize", model, "-o", target, "-r", data, "--max-drop", "0")
    found = hargen(*arguments)
    assert found.code == 6, found
    assert "more than 0" in found.err
    assert not target.exists()
    assert hargen(*arguments, "--force").code == 6
    assert target.exists()
    assert hargen("export", model, "-o", tmp_path / "p", "-b", BOARD, *arguments[4:]).code == 6
    assert not (tmp_path / "p").exists()
    # Without a card nobody knows which output is which class, and so what is right.
    plain = save(network, tmp_path / "plain.keras")
    found = hargen("quantize", plain, "-o", tmp_path / "y.tflite", *arguments[4:])
    assert found.code == 6
    assert "int8 changes the class of" in found.err
    assert "--classes" in found.err
    assert not (tmp_path / "y.tflite").exists()


@pytest.mark.parametrize("edges", ["float", "int8"])
def test_export_keeps_what_it_was_made_from(
    hargen, model: Path, data: Path, edges: str, tmp_path: Path
) -> None:
    arguments = ("-b", BOARD, "-r", data, "--edges", edges)
    for folder in ("a", "b"):
        found = hargen("export", model, "-o", tmp_path / folder, *arguments)
        assert found.code == 0, found
    written = manifest.read(tmp_path / "a")
    assert manifest.verify(written, tmp_path / "a") == []
    assert (tmp_path / "a/hargen.toml").read_bytes() == (tmp_path / "b/hargen.toml").read_bytes()
    assert (written.model.source, written.classes) == ("walk.keras", ("a", "b", "c"))
    assert written.model.source_sha256 == files.sha256(model)
    reference = tmp_path / "a/reference/har.tflite"
    assert written.model.sha256 == files.sha256(reference)
    assert written.model.input.dtype == {"float": "float32", "int8": "int8"}[edges]
    with np.load(data) as arrays:
        x = arrays["x"][:50].reshape(50, -1)
    inputs = x if edges == "float" else np.clip(np.round(x * 10), -128, 127).astype(np.int8)
    check(reference, inputs, tmp_path)
    assert model_file.read(reference).format == "tflite"


@pytest.mark.parametrize("command", ["quantize", "export"])
def test_without_representative_data_it_says_what_to_give(
    hargen, command: str, model: Path, tmp_path: Path
) -> None:
    target = tmp_path / ("x.tflite" if command == "quantize" else "p")
    board = () if command == "quantize" else ("--board", BOARD)
    found = hargen(command, model, "-o", target, *board)
    assert found.code in (2, 3)
    assert "--representative" in found.err
    assert "100 windows" in found.err
    assert not target.exists()


BAD_DATA = {
    "too few windows": ({"x": np.ones((99, 12, 3), "f4"), "y": np.arange(99) % 3}, "too few"),
    "wrong length": ({"x": np.ones((300, 24, 3), "f4")}, "(n, 12, 3)"),
    "wrong axes": ({"x": np.ones((300, 12, 6), "f4")}, "(n, 12, 3)"),
    "one class": ({"y": np.full(300, 1)}, "all windows are of one class, 'b'"),
    "a class missing": ({"y": np.arange(300) % 2}, "no window of 'c'"),
    "a class of the model missing": (
        {"y": np.arange(300) % 2, "classes": np.array(["a", "b"])},
        "no window of 'c'",
    ),
    "no labels": ({"y": np.full(300, -1)}, "no window is labelled"),
    "classes without names": ({"y": np.arange(300) % 2, "classes": None}, "no window of 'class 2'"),
    "not numbers": ({"x": np.full((300, 12, 3), np.nan, "f4")}, "nan"),
}


@pytest.mark.parametrize("what", BAD_DATA)
def test_data_that_does_not_fit_is_refused(
    hargen, what: str, model: Path, network: Any, tmp_path: Path
) -> None:
    changes, words = BAD_DATA[what]
    data = windows(tmp_path / "bad.npz", network, **changes)
    found = hargen("quantize", model, "-o", tmp_path / "x.tflite", "-r", data)
    assert (found.code, words in found.err) == (3, True), found.err
    assert not (tmp_path / "x.tflite").exists()


@pytest.mark.parametrize("factor", [9.80665, 1 / 9.80665, 1.0])
@pytest.mark.parametrize("normalized", [True, False])
def test_a_unit_9_8_times_off_is_warned_of(factor: float, normalized: bool, network: Any) -> None:
    """By what BatchNormalization remembers or, without one, by the card's unit."""
    if normalized:
        keras, _ = load_backend()
        layer = keras.layers.BatchNormalization()
        network = keras.Sequential([keras.Input((12, 3)), layer, *network.layers])
        layer.moving_variance.assign([9.0] * 3)
    x = (np.random.default_rng(4).normal(0, 3, (300, 12, 3)) * factor).astype(np.float32)
    unit = None if normalized else "m/s2"
    found = unit_warnings(network, x, unit, preset("none", window=12))
    assert any("another unit" in warning for warning in found) == (factor != 1.0)


def test_the_warning_reaches_the_user(hargen, model: Path, network: Any, tmp_path: Path) -> None:
    x = np.random.default_rng(4).normal(0, 0.3, (300, 12, 3)).astype(np.float32)
    data = windows(tmp_path / "unit.npz", network, x=x)
    found = hargen("quantize", model, "-o", tmp_path / "x.tflite", "-r", data, "--max-drop", "100")
    assert found.code == 0, found
    assert found.err.startswith("warning: ")
    assert "another unit" in found.err


@pytest.mark.parametrize(
    ("factor", "words"),
    [(1.0, None), (1 / 9.80665, "from g to m/s2"), (1000 / 9.80665, "from mg to m/s2")],
)
def test_without_card_and_batch_norm_accuracy_tells_the_unit(
    factor: float, words: str | None
) -> None:
    rng = np.random.default_rng(4)
    y = np.arange(300) % 3
    x = rng.normal(0, np.array([0.5, 3, 12])[y][:, None, None], (300, 12, 3)).astype(np.float32)

    def predict(windows: np.ndarray) -> np.ndarray:
        loudness = windows.std(axis=(1, 2))
        return np.stack([loudness < 1, (loudness > 1) & (loudness < 6), loudness > 6], axis=1) * 1.0

    found = scale_warnings(predict, x * np.float32(factor), y)
    assert (words is None and found == []) or words in found[0]


def test_a_model_of_the_zoo_on_g_for_m_s2(hargen, shared: Path, tmp_path: Path) -> None:
    """It has neither card nor BatchNormalization, and is right on half as many windows."""
    spec = preset("st-zoo", window=24)
    recorded = load(shared / "data/mobility_v1/test.pkl", window=24, preprocessing=spec, axes=3)
    data = tmp_path / "g.npz"
    np.savez(data, x=recorded.x / 9.80665, y=recorded.y, classes=np.array(recorded.classes))
    model = shared / "zoo/AST/ign_wl_24.h5"
    names = ("--classes", ",".join(recorded.classes), "--max-drop", "100")
    report = tmp_path / "report.json"
    arguments = ("-o", tmp_path / "x.tflite", "-r", data, *names, "--json", report)
    found = hargen("quantize", model, *arguments)
    assert found.code == 0, found
    assert "if they are taken from g to m/s2" in found.err
    (warning,) = json.loads(report.read_text())["warnings"]
    assert f"warning: {warning}" in found.err


def test_a_card_of_another_model_is_not_replaced(
    hargen, model: Path, data: Path, tmp_path: Path
) -> None:
    (tmp_path / "x.toml").write_text("[model]\nname = 'precious'\n")
    found = hargen("quantize", model, "-o", tmp_path / "x.tflite", "-r", data)
    assert found.code == 2
    assert "precious" in (tmp_path / "x.toml").read_text()
    assert not (tmp_path / "x.tflite").exists()


def test_the_result_has_to_be_a_tflite_in_a_folder_that_exists(
    hargen, model: Path, data: Path, tmp_path: Path
) -> None:
    for target in ("x.keras", "absent/x.tflite"):
        assert hargen("quantize", model, "-o", tmp_path / target, "-r", data).code == 2
