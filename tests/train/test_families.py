"""Every family's networks are what they say, and pass hargen's importer as int8."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from hargen.convert import conversion
from hargen.errors import UsageError
from hargen.importers.keras.model import load
from hargen.optimize.passes import optimize
from hargen.plan.planner import make_plan
from hargen.train import archive, families


def build(name: str, window: int = 24, seed: int = 0, **table: object):
    family = families.find(name)
    return family.build(families.parse(family, table, window), window, 4, seed)


@pytest.mark.parametrize(
    ("name", "window", "zoo"),
    [("ign", 24, 3064), ("ign", 48, 9976), ("gmp", 24, 1528), ("gmp", 48, 1528)],
)
def test_the_zoos_networks_have_as_many_parameters(name: str, window: int, zoo: int) -> None:
    network = build(name, window)
    assert network.count_params() == zoo


def test_the_zoos_networks_layer_by_layer(shared: Path) -> None:
    for name in ("ign_wl_24", "gmp_wl_48"):
        ours = build(name[:3], int(name[-2:]))
        theirs = load(shared / "zoo" / "AST" / f"{name}.h5").network
        kinds = [type(layer).__name__ for layer in ours.layers]
        assert kinds == [
            type(layer).__name__ for layer in theirs.layers if "Input" not in str(layer)
        ]
        assert [w.shape for w in ours.weights] == [w.shape for w in theirs.weights]


VARIANTS = {
    "ign": {},
    "gmp": {},
    "tcnn": {},
    "tcnn residual": {"filters": [8, 8], "residual": True, "batch_norm": True},
    "tcnn depthwise": {"depthwise": True, "pooling": "max+average", "dropout": 0.2},
    "tcnn dilated": {
        "filters": [6, 8, 8],
        "kernels": [3, 3, 3],
        "pools": [1, 1, 1],
        "dilations": [1, 2, 4],
        "pooling": "average",
    },
}


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_network_can_be_exported_as_int8(variant: str, tmp_path: Path) -> None:
    network = build(variant.split()[0], **VARIANTS[variant])
    path = tmp_path / "model.keras"
    path.write_bytes(archive.keras_bytes(network))
    model = load(path)
    x = np.random.default_rng(0).normal(0, 3, (100, 24, 3)).astype(np.float32)
    content, _ = conversion.quantize(model, x, "float")
    plan = make_plan(optimize(conversion.read_graph(model, content)))
    assert plan.footprint.weights > 0
    outputs = conversion.run_int8(model, content, x)
    assert np.abs(outputs - model.predict(x)).mean() < 0.05


def test_our_default_keeps_to_its_size(tmp_path: Path) -> None:
    for window, least, most in ((24, 900, 1024), (48, 1200, 1342)):
        path = tmp_path / f"{window}.keras"
        path.write_bytes(archive.keras_bytes(build("tcnn", window)))
        model = load(path)
        x = np.random.default_rng(0).normal(0, 3, (100, window, 3)).astype(np.float32)
        content, _ = conversion.quantize(model, x, "float")
        plan = make_plan(optimize(conversion.read_graph(model, content)))
        assert least < plan.footprint.weights <= most


def test_the_archive_depends_on_the_network_alone() -> None:
    import keras

    def content() -> bytes:
        keras.utils.set_random_seed(3)
        return archive.keras_bytes(build("tcnn", residual=True, filters=[8, 8]))

    assert content() == content()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["filters=[8]"], "kernels has 2 values for 1 blocks"),
        (["filters=8"], "--set filters: Input should be a valid array"),
        (["filter=[8]"], "--set filter: Extra inputs"),
        (["dropout=1.5"], "--set dropout"),
        (["pooling=max"], "not KEY=VALUE as in TOML"),
        (["dropout=0.1", "dropout=0.2"], "twice"),
        (["kernels=[23, 9]"], "--window 24 is too short for the network, which needs 40 samples"),
    ],
)
def test_wrong_parameters(words: list[str], message: str) -> None:
    with pytest.raises(UsageError) as found:
        build("tcnn", **families.settings_of(words))
    assert message in str(found.value)


def test_a_family_that_is_none() -> None:
    with pytest.raises(UsageError, match="no family") as found:
        families.find("lstm")
    assert "tcnn" in found.value.hint


@pytest.mark.parametrize(("name", "least"), [("ign", 18), ("gmp", 9)])
def test_windows_that_are_too_short(name: str, least: int) -> None:
    build(name, least)
    with pytest.raises(UsageError, match=f"needs {least} samples"):
        build(name, least - 1)


def test_parameters_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "best.toml"
    path.write_text('filters = [8, 12]\npooling = "average"\n')
    found = families.parse(families.find("tcnn"), families.read_parameters(path), 24)
    assert (found.filters, found.pooling) == ((8, 12), "average")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "cannot read"),
        (b"filters = [", "not TOML"),
        (b"\xff", "not TOML"),
        (b"#" * 70_000, "too large"),
    ],
)
def test_files_that_are_no_parameters(content: bytes | None, message: str, tmp_path: Path) -> None:
    path = tmp_path / "best.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UsageError, match=message):
        families.read_parameters(path)
