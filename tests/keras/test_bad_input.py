"""Models that cannot be used, by the command line: one clear error, and nothing is written."""

from __future__ import annotations

import io
import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from support.keras_files import archive, edit_archive, edit_hdf5, members, save, small_network

from hargen import models
from hargen.importers.keras.backend import load_backend

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

BOARD = "B-U585I-IOT02A"


def weights_of_keras_3(path: Path) -> Path:
    path = path.with_name("model.weights.h5")
    small_network().save_weights(path)
    return path


def weights_of_keras_2(path: Path) -> Path:
    """Keras 2's save_weights: the groups of a whole model, at the top and without its layers."""
    whole = save(small_network(), path.with_suffix(".h5"))
    with h5py.File(whole, "r+") as file:
        for name, value in file["model_weights"].attrs.items():
            file.attrs[name] = value
        for name in list(file["model_weights"]):
            file.move(f"model_weights/{name}", name)
        del file["model_weights"]
        del file.attrs["model_config"]
    return whole


def archive_without_config(path: Path) -> Path:
    save(small_network(), path)
    content = members(path)
    del content["config.json"]
    path.write_bytes(archive(content))
    return path


def not_a_number(path: Path) -> Path:
    network = small_network()
    kernel, bias = network.get_layer("classes").get_weights()
    kernel[0, 0] = np.nan
    network.get_layer("classes").set_weights([kernel, bias])
    return save(network, path)


def two_inputs(path: Path) -> Path:
    keras, _ = load_backend()
    inputs = [keras.Input((12, 3), name=name) for name in ("accelerometer", "gyroscope")]
    both = keras.layers.Flatten()(keras.layers.Concatenate()(inputs))
    return save(keras.Model(inputs, keras.layers.Dense(3)(both)), path)


def recurrent(path: Path) -> Path:
    keras, _ = load_backend()
    layers = [keras.Input((12, 3)), keras.layers.LSTM(4, name="memory"), keras.layers.Dense(3)]
    return save(keras.Sequential(layers), path)


def lambda_layer(path: Path) -> Path:
    keras, _ = load_backend()
    twice = keras.layers.Lambda(lambda x: 2 * x, name="twice")
    flat = [keras.layers.Flatten(), keras.layers.Dense(3)]
    return save(keras.Sequential([keras.Input((12, 3)), twice, *flat]), path)


def custom_object(path: Path) -> Path:
    def register(config: dict[str, Any]) -> None:
        config["config"]["layers"][1].update(class_name="MyConv", registered_name="mine>MyConv")

    return edit_hdf5(save(small_network(), path.with_suffix(".h5")), register)


def foreign_module(path: Path) -> Path:
    def name(config: dict[str, Any]) -> None:
        config["config"]["layers"][1]["module"] = "os.path"

    return edit_archive(save(small_network(), path), name)


class Trap:
    """Says so when it is unpickled."""

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return pytest.fail, ("the pickle was loaded",)


def a_pickle(path: Path) -> Path:
    path.write_bytes(pickle.dumps(Trap()))
    return path


def a_pickle_inside(path: Path) -> Path:
    save(small_network(), path)
    path.write_bytes(archive(members(path) | {"assets/scaler.pkl": pickle.dumps(Trap())}))
    return path


def cut_off(path: Path) -> Path:
    content = save(small_network(), path.with_suffix(".h5")).read_bytes()
    path.write_bytes(content[: len(content) // 2])
    return path


def empty(path: Path) -> Path:
    path.write_bytes(b"")
    return path


def pytorch(path: Path) -> Path:
    path.write_bytes(archive({"archive/data.pkl": pickle.dumps(Trap())}))
    return path


# The maker, what the error says, and what the hint says.
BAD: dict[str, tuple[Callable[[Path], Path], str, str]] = {
    "weights by Keras 3": (weights_of_keras_3, "holds weights only", "model.save("),
    "weights by Keras 2": (weights_of_keras_2, "holds weights only", "model.save("),
    "no configuration": (archive_without_config, "no config.json", "model.save("),
    "NaN weights": (not_a_number, "weights are not all finite", "earlier checkpoint"),
    "two inputs": (two_inputs, "2 inputs (accelerometer, gyroscope)", "one input"),
    "an unknown layer": (recurrent, "'memory'", "known layers are"),
    "a Lambda layer": (lambda_layer, "layer 'twice': a Lambda layer holds", "Keras's own layers"),
    "a custom object": (custom_object, "'MyConv'", "known layers are"),
    "a foreign module": (foreign_module, "imported from 'os.path'", "Keras's own layers"),
    "a pickle": (a_pickle, "not a", "model.save("),
    "a pickle inside": (a_pickle_inside, "scaler.pkl", "model.save("),
    "PyTorch's archive": (pytorch, "not a Keras model", "model.save("),
    "a file cut off": (cut_off, "corrupt or cut off", "again"),
    "an empty file": (empty, "the file is empty", ""),
}


@pytest.mark.parametrize("command", ["quantize", "export"])
@pytest.mark.parametrize("what", BAD)
def test_one_clear_error_and_nothing_written(
    hargen, what: str, command: str, tmp_path: Path
) -> None:
    make, words, advice = BAD[what]
    model = make(tmp_path / "model.keras")
    data = tmp_path / "data.npz"
    x = np.random.default_rng(4).normal(0, 3, (300, 12, 3)).astype(np.float32)
    np.savez(data, x=x, y=np.arange(300) % 3)
    target = tmp_path / ("x.tflite" if command == "quantize" else "project")
    board = ("--board", BOARD) if command == "export" else ()
    before = sorted(tmp_path.iterdir())
    found = hargen(command, model, "-o", target, "-r", data, *board)
    assert (found.code, found.out) == (3, "")
    lines = [line for line in found.err.splitlines() if not line.startswith("note: ")]
    assert lines[0].startswith(f"error: {model}: "), lines
    assert words in lines[0]
    if command == "quantize" or what not in ("a pickle", "an empty file"):
        assert advice in "".join(lines[1:])
    assert all(line.startswith("hint: ") for line in lines[1:])
    assert len(lines) <= 2
    assert sorted(tmp_path.iterdir()) == before


def test_a_tflite_is_told_apart(hargen, tmp_path: Path) -> None:
    target = tmp_path / "x.tflite"
    found = hargen("quantize", models.default().tflite, "-o", target, "-r", tmp_path)
    assert found.code == 3
    assert "this is a .tflite file" in found.err
    assert "hargen export takes it" in found.err


@pytest.mark.parametrize("kind", ["Sequential", "Functional"])
def test_the_archive_of_late_keras_2(kind: str, hargen, tmp_path: Path) -> None:
    """Its names and places: batch_input_shape, dtype as text, weights under another group."""
    keras, _ = load_backend()
    network = small_network()
    if kind == "Functional":
        network = keras.Model(network.inputs[0], network.outputs[0])
    path = save(network, tmp_path / "model.keras")
    content = members(path)
    config = json.loads(content["config.json"])
    assert config["class_name"] == kind

    def age(value: Any) -> None:
        for item in value.values() if isinstance(value, dict) else value:
            if isinstance(item, dict | list):
                age(item)
        inner = value.get("config") if isinstance(value, dict) else None
        if isinstance(inner, dict):
            if isinstance(inner.get("dtype"), dict):
                inner["dtype"] = "float32"
            if value.get("class_name") == "InputLayer":
                inner["batch_input_shape"] = inner.pop("batch_shape")
                inner.pop("optional")
            if value.get("class_name") == "Functional":
                value.update(module="keras.src.engine.functional", registered_name="Functional")

    age(config)
    weights = io.BytesIO(content["model.weights.h5"])
    with h5py.File(weights, "r+") as file:
        file.move("layers", "_layer_checkpoint_dependencies")
    path.write_bytes(
        archive(
            content
            | {"config.json": json.dumps(config).encode(), "model.weights.h5": weights.getvalue()}
        )
    )
    x = np.random.default_rng(4).normal(0, 3, (300, 12, 3)).astype(np.float32)
    y = np.asarray(network(x)).argmax(axis=1)
    y[:3] = range(3)
    np.savez(tmp_path / "data.npz", x=x, y=y, classes=np.array(["a", "b", "c"]))
    report = tmp_path / "report.json"
    arguments = ("-r", tmp_path / "data.npz", "--classes", "a,b,c", "--max-drop", "10")
    found = hargen("quantize", path, "-o", tmp_path / "x.tflite", *arguments, "--json", report)
    assert found.code == 0, found
    assert json.loads(report.read_text())["before"]["accuracy"] > 0.99
