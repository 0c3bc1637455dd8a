"""Keras files are looked into before Keras sees them: what holds code is refused, not executed."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.keras_files import archive, edit_archive, edit_hdf5, members, save, small_network

from hargen import models
from hargen.errors import ModelError
from hargen.importers.keras import model as reader
from hargen.importers.keras.backend import load_backend
from hargen.importers.keras.config import check_config
from hargen.importers.keras.container import open_archive, open_hdf5

# NumPy on Keras's variables, when tests read or save weights themselves.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

ZOO = [
    f"{data}/{net}_wl_{n}.h5"
    for data in ("AST", "WISDM")
    for net in ("ign", "gmp")
    for n in (24, 48)
]


@pytest.fixture
def archived(tmp_path: Path) -> Path:
    return save(small_network(), tmp_path / "model.keras")


@pytest.fixture
def legacy(tmp_path: Path) -> Path:
    return save(small_network(), tmp_path / "model.h5")


def refused(path: Path) -> ModelError:
    with pytest.raises(ModelError) as caught:
        reader.load(path)
    assert path.name in caught.value.where
    return caught.value


@pytest.mark.parametrize("file", ZOO)
def test_what_keras_2_saved(file: str, shared: Path) -> None:
    found = reader.load(shared / "zoo" / file)
    assert found.input_shape == (48 if "48" in file else 24, 3, 1)
    assert found.predict(np.ones((3, found.input_shape[0], 3), np.float32)).shape == (3, 4)


def test_both_forms_of_keras_3_are_one_network(archived: Path, legacy: Path) -> None:
    windows = np.random.default_rng(1).normal(size=(20, 12, 3)).astype(np.float32)
    a, b = reader.load(archived), reader.load(legacy)
    assert (a.input_shape, a.outputs) == (b.input_shape, b.outputs) == ((12, 3), 3)
    assert np.array_equal(a.predict(windows), b.predict(windows))


def test_the_name_of_the_file_does_not_matter(archived: Path, legacy: Path) -> None:
    for path in (archived, legacy):
        assert reader.load(path.rename(path.with_suffix(".bin"))).outputs == 3


def test_the_embedded_model_loads() -> None:
    assert reader.load(models.default().keras).outputs == 3


def test_keras_2s_depthwise_convolution_loads(tmp_path: Path) -> None:
    """Keras 2 wrote groups = 1 into it, which Keras 3 does not take."""
    keras, _ = load_backend()
    network = keras.Sequential(
        [keras.Input((12, 3, 1)), keras.layers.DepthwiseConv2D((3, 1)), keras.layers.Flatten()]
    )

    def add_groups(config: dict[str, Any]) -> None:
        config["config"]["layers"][1]["config"]["groups"] = 1

    path = edit_hdf5(save(network, tmp_path / "model.h5"), add_groups)
    assert reader.load(path).outputs == 30


def layer(config: dict[str, Any]) -> dict[str, Any]:
    """Return the description of the convolution."""
    found: dict[str, Any] = config["config"]["layers"][1]
    return found


LAMBDA = {"class_name": "__lambda__", "config": {"code": "4wEAAAAAAAAA", "defaults": None}}

CODE: dict[str, tuple[Callable[[dict[str, Any]], Any], str]] = {
    "a Lambda layer": (lambda c: layer(c).update(class_name="Lambda"), "Lambda layer holds Python"),
    "a lambda as an activation": (
        lambda c: layer(c)["config"].update(activation=LAMBDA),
        "Lambda layer holds Python",
    ),
    "a custom layer": (lambda c: layer(c).update(class_name="MyLayer"), "does not know 'MyLayer'"),
    "a custom object of a known name": (
        lambda c: layer(c).update(registered_name="mine>Conv1D"),
        "'mine>Conv1D' is a custom object",
    ),
    "a module that is not Keras's": (
        lambda c: layer(c).update(module="os"),
        "imported from 'os'",
    ),
    "a module that only begins as Keras's": (
        lambda c: layer(c).update(module="keras_evil.layers"),
        "imported from 'keras_evil.layers'",
    ),
    "a function of Keras": (
        lambda c: layer(c)["config"].update(
            activation={"module": "keras.utils", "class_name": "function", "config": "get_file"}
        ),
        "does not know 'function'",
    ),
    "a module without a class": (
        lambda c: layer(c)["config"].update(activation={"module": "keras.utils"}),
        "does not know 'None'",
    ),
    "a layer that is not supported": (
        lambda c: layer(c).update(class_name="LSTM"),
        "does not know 'LSTM'",
    ),
    "an activation that is not supported": (
        lambda c: layer(c)["config"].update(activation="selu"),
        "activation 'selu' is not supported",
    ),
    "half precision": (
        lambda c: layer(c)["config"].update(dtype="mixed_float16"),
        "'mixed_float16'",
    ),
    "no model": (lambda c: c.update(class_name="Dense"), "not that of a Sequential"),
    "a subclassed model": (lambda c: c.update(class_name="MyModel"), "not that of a Sequential"),
}


@pytest.mark.parametrize("what", CODE)
@pytest.mark.parametrize("form", ["keras", "h5"])
def test_code_and_unknown_layers_are_refused_before_keras_sees_them(
    what: str, form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    change, words = CODE[what]
    path = save(small_network(), tmp_path / f"model.{form}")
    (edit_archive if form == "keras" else edit_hdf5)(path, change)
    monkeypatch.setattr(reader, "_build", lambda *_: pytest.fail("Keras saw the file"))
    error = refused(path)
    assert words in str(error)
    assert error.hint


def test_a_real_lambda_layer_is_named(tmp_path: Path) -> None:
    keras, _ = load_backend()
    network = keras.Sequential(
        [keras.Input((12, 3)), keras.layers.Lambda(lambda x: x * 2, name="twice")]
    )
    path = save(network, tmp_path / "model.keras")
    assert "layer 'twice'" in refused(path).where


def test_the_optimizer_of_the_file_is_never_built(archived: Path) -> None:
    def add(config: dict[str, Any]) -> None:
        config["compile_config"] = {"loss": {"module": "os", "class_name": "system", "config": {}}}

    assert reader.load(edit_archive(archived, add)).outputs == 3


def test_several_inputs_and_outputs_are_named(tmp_path: Path) -> None:
    keras, _ = load_backend()
    a, b = keras.Input((12, 3), name="accelerometer"), keras.Input((12, 3), name="gyroscope")
    both = keras.layers.Concatenate()([a, b])
    path = save(keras.Model([a, b], both), tmp_path / "two_in.keras")
    assert "2 inputs (accelerometer, gyroscope)" in str(refused(path))
    flat = keras.layers.Flatten()(a)
    path = save(keras.Model(a, [flat, keras.layers.Dense(3)(flat)]), tmp_path / "two_out.keras")
    assert "2 outputs" in str(refused(path))


def test_an_open_length_is_refused(tmp_path: Path) -> None:
    keras, _ = load_backend()
    network = keras.Sequential([keras.Input((None, 3)), keras.layers.GlobalMaxPooling1D()])
    assert "not fixed" in str(refused(save(network, tmp_path / "open.keras")))


@pytest.mark.parametrize("form", ["keras", "h5"])
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_weights_that_are_not_numbers(form: str, value: float, tmp_path: Path) -> None:
    network = small_network()
    kernel, bias = network.get_layer("conv").get_weights()
    kernel[1, 2, 3] = value
    network.get_layer("conv").set_weights([kernel, bias])
    error = refused(save(network, tmp_path / f"model.{form}"))
    assert "not all finite" in str(error)
    assert "conv" in error.where


def test_weights_alone_are_refused_with_what_to_save(tmp_path: Path) -> None:
    network = small_network()
    network.save_weights(tmp_path / "new.weights.h5")
    error = refused(tmp_path / "new.weights.h5")
    assert "weights only" in str(error)
    assert "model.save(" in error.hint


def test_an_h5_without_anything(tmp_path: Path) -> None:
    h5py.File(tmp_path / "empty.h5", "w").close()
    assert "no model configuration" in str(refused(tmp_path / "empty.h5"))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda c: c.pop("config.json"), "no config.json"),
        (lambda c: c.pop("model.weights.h5"), "should hold"),
        (lambda c: c.update({"assets/x.pkl": b"\x80\x04."}), "should hold"),
        (lambda c: c.update({"../evil": b""}), "should hold"),
        (lambda c: c.update({"config.json": b"{"}), "not JSON"),
        (lambda c: c.update({"config.json": b"\xff"}), "not JSON"),
        (lambda c: c.update({"config.json": b"[" * 100_000}), "not JSON"),
        (lambda c: c.update({"config.json": b"[]"}), "not a table"),
        (lambda c: c.update({"config.json": b'{"class_name": "Functional"}'}), "Keras cannot"),
        (lambda c: c.update({"model.weights.h5": b"\x80\x04N."}), "corrupt"),
    ],
)
def test_broken_archives(
    change: Callable[[dict[str, bytes]], Any], words: str, archived: Path
) -> None:
    content = members(archived)
    change(content)
    archived.write_bytes(archive(content))
    assert words in str(refused(archived))


def test_an_archive_that_unpacks_to_too_much_is_not_unpacked(archived: Path) -> None:
    content = members(archived)
    content["config.json"] = b" " * (17 * 2**20)
    archived.write_bytes(archive(content, zipfile.ZIP_DEFLATED))
    assert archived.stat().st_size < 10**6
    assert "unpacks to" in str(refused(archived))


def test_weights_that_claim_too_much_are_not_read(legacy: Path) -> None:
    with h5py.File(legacy, "r+") as file:
        file.create_dataset("bomb", shape=(2**40,), dtype="f4", chunks=(1024,))
    assert "claim more than" in str(refused(legacy))


@pytest.mark.parametrize("kind", ["soft link", "external link", "external data", "text"])
def test_weights_that_point_elsewhere(kind: str, legacy: Path, tmp_path: Path) -> None:
    with h5py.File(legacy, "r+") as file:
        if kind == "soft link":
            file["link"] = h5py.SoftLink("/model_weights")
        elif kind == "external link":
            file["link"] = h5py.ExternalLink(str(tmp_path / "other.h5"), "/x")
        elif kind == "external data":
            file.create_dataset("x", (4,), "f4", external=[(str(tmp_path / "raw"), 0, 16)])
        else:
            file.create_dataset("x", data="os.system")
    words = {"external data": "another file", "text": "not numbers"}.get(kind, "link")
    assert words in str(refused(legacy))


def test_every_truncation_is_one_clear_error(archived: Path, legacy: Path) -> None:
    for path, open_it in ((archived, open_archive), (legacy, open_hdf5)):
        content = path.read_bytes()
        for size in range(0, len(content) - 1, len(content) // 40):
            with pytest.raises(ModelError):
                open_it(content[:size])


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["class_name", "module", "registered_name", "config", "name", "dtype"])
            | st.text(max_size=4),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(inside=JSON)
def test_no_configuration_makes_the_check_fail_otherwise(inside: Any) -> None:
    config = {"class_name": "Sequential", "config": {"layers": [inside]}}
    try:
        check_config(json.loads(json.dumps(config)))
    except ModelError as error:
        assert str(error)
