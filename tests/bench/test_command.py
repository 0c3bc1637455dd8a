"""hargen bench, as a user calls it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cli.conftest import Result, hargen  # noqa: F401
from support.tflite_writer import WOp, WTensor, write

from hargen import models
from hargen.bench import report as reports
from hargen.cli import main

NETWORK = Path(__file__).parent / "networks/mlp.tflite"


@pytest.fixture(scope="session")
def figures(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return the JSON of a file that is none, the default model, and a network."""
    folder = tmp_path_factory.mktemp("figures")
    broken = folder / "broken.tflite"
    broken.write_bytes(b"TFL3" * 9)
    file = folder / "figures.json"
    words = ["bench", str(broken), "default", str(NETWORK), "--synthetic", "5", "--json", str(file)]
    assert main.run(words) == 3
    found: dict[str, Any] = json.loads(file.read_text())
    return found


def test_one_that_fails_does_not_end_the_others(figures: dict[str, Any]) -> None:
    broken, *others = figures["models"]
    assert broken["status"].startswith("failed: ")
    assert broken["exit_code"] == 3
    assert broken["instructions"] is None and broken["layers"] == []
    assert [model["status"] for model in others] == ["measured", "measured"]


def test_figures_belong_together(figures: dict[str, Any]) -> None:
    assert figures["schema"] == 1
    for model in figures["models"][1:]:
        whole, layers = model["instructions"], model["layers"]
        assert whole["min"] <= whole["mean"] <= whole["max"]
        assert [layer["index"] for layer in layers] == list(range(len(layers)))
        assert sum(layer["maccs"] for layer in layers) == model["maccs"]
        in_layers = sum(layer["instructions"]["mean"] for layer in layers)
        # what is left: a division or two for each value at the edges, and the calls
        assert 0 < whole["mean"] - in_layers < 30 * 96 + 200
        assert model["instructions_int8"]["mean"] < whole["mean"]
        assert model["cycles"]["mean"] > whole["mean"]
        assert model["estimated_ms"] == pytest.approx(model["cycles"]["mean"] / 160_000, abs=1e-4)
        flash = sum(model[f"{part}_flash_bytes"] for part in ("weights", "tables", "code"))
        assert model["flash_bytes"] == flash
        assert 200 < model["stack_bytes"] < 4096


def test_it_is_what_validation_and_build_say(
    figures: dict[str, Any],
    hargen: Any,  # noqa: F811
    tmp_path: Path,
) -> None:
    default = figures["models"][1]
    project = tmp_path / "har"
    assert hargen("export", "default", "-o", project, "--board", figures["board"]).code == 0
    size = json.loads(hargen("build", project, "--json", "-").out)["footprint"]
    assert hargen("flash", project, "--virtual").code == 0
    words = ("validate-serial", project, "--virtual", "--synthetic", 5, "--json", "-")
    report = json.loads(hargen(*words).out)
    assert default["instructions"]["min"] == report["instructions"]["min"]
    assert default["instructions"]["max"] == report["instructions"]["max"]
    assert default["activation_ram_bytes"] == size["activation_ram"]
    for part in ("weights", "tables", "code"):
        assert default[f"{part}_flash_bytes"] == size[part]
    assert figures["compiler"] == report["tool_versions"]["gcc"]


def test_a_baseline_that_is_less_ends_with_6(
    figures: dict[str, Any],
    hargen: Any,  # noqa: F811
    tmp_path: Path,
) -> None:
    earlier = tmp_path / "earlier.json"
    earlier.write_text(json.dumps(figures))
    words = ("bench", "default", "--synthetic", 5, "--baseline", earlier)
    same: Result = hargen(*words)
    assert same.code == 0, same.err

    figures = json.loads(earlier.read_text())
    figures["models"][1]["flash_bytes"] -= 65
    figures["models"][1]["instructions"]["mean"] *= 0.98
    earlier.write_text(json.dumps(figures))
    found: Result = hargen(*words, "--json", tmp_path / "now.json")
    assert found.code == 6
    assert "default: instructions " in found.err and "default: flash " in found.err
    assert reports.read(tmp_path / "now.json").models[0].measured


def test_a_model_of_six_axes_is_measured_on_noise(
    hargen: Any,  # noqa: F811
    tmp_path: Path,
) -> None:
    model = tmp_path / "six.tflite"
    model.write_bytes(_dense(window=8, axes=6))
    found: Result = hargen("bench", model, "--synthetic", 3, "--no-layers", "--json", "-")
    assert found.code == 0, found.err
    (six,) = json.loads(found.out)["models"]
    assert six["windows_from"] == "noise: 3 windows of 6 axes, seed 0"
    assert six["instructions_int8"] is None, "its own edges are int8"


def _dense(window: int, axes: int) -> bytes:
    size = window * axes
    weights = np.random.default_rng(1).integers(-127, 128, (3, size)).astype(np.int8)
    tensors = [
        WTensor("x", (1, window, axes), np.int8, scale=[0.1]),
        WTensor("shape", (2,), np.int32, np.array([1, size], np.int32)),
        WTensor("flat", (1, size), np.int8, scale=[0.1]),
        WTensor("w", (3, size), np.int8, weights, scale=[0.01]),
        WTensor("y", (1, 3), np.int8, scale=[1.0]),
    ]
    ops = [
        WOp("RESHAPE", (0, 1), (2,)),
        WOp("FULLY_CONNECTED", (2, 3, -1), (4,), "FullyConnectedOptions"),
    ]
    return write(tensors, ops, (0,), (4,))


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        ((), 2, "MODEL"),
        (("default", "--data", "x.npz", "--synthetic", "3"), 2, "one of --data and --synthetic"),
        (("default", "--board", "nonsense"), 2, "nonsense"),
        (("default", "--synthetic", "0"), 2, "--synthetic"),
        (("default", "--baseline", "nowhere.json"), 3, "nowhere.json"),
        (("default", "--json", "nowhere/x.json"), 2, "nowhere"),
        (("default", "--data", "nowhere.npz", "--no-layers"), 3, "nowhere.npz"),
    ],
)
def test_what_cannot_be(
    words: tuple[str, ...],
    code: int,
    told: str,
    hargen: Any,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    found: Result = hargen("bench", *words)
    assert found.code == code
    assert told in " ".join((found.out + found.err).split())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '{"schema": 2}', "\0", '{"schema": 1, "models": 3}']
)
def test_a_baseline_that_is_none(
    text: str,
    hargen: Any,  # noqa: F811
    tmp_path: Path,
) -> None:
    file = tmp_path / "none.json"
    file.write_text(text)
    found: Result = hargen("bench", "default", "--baseline", file)
    assert found.code == 3
    assert "no figures of hargen bench" in found.err


def test_without_a_compiler_nothing_is_begun(
    hargen: Any,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setenv("HARGEN_GCC", str(tmp_path / "nothing"))
    found: Result = hargen("bench", "default", "default")
    assert found.code == 4
    assert "nothing" in found.err


def test_a_mistake_of_ours_ends_one_model_alone(
    hargen: Any,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def mistaken(*_: object) -> None:
        raise ZeroDivisionError("of ours")

    monkeypatch.setattr("hargen.bench.measure.windows.read", mistaken)
    found: Result = hargen("bench", "default", "nonsense.tflite")
    assert found.code == 1
    assert "default: failed: internal error: ZeroDivisionError: of ours" in found.out
    assert "nonsense: failed: cannot read the model" in found.out


def test_names_are_as_short_as_tells_them_apart(
    hargen: Any,  # noqa: F811
    tmp_path: Path,
) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "[red]m.tflite").write_bytes(models.default().tflite.read_bytes()[:99])
    found: Result = hargen("bench", tmp_path / "a/[red]m.tflite")
    assert found.out.startswith("[red]m: failed: ")
    both: Result = hargen("bench", tmp_path / "a/[red]m.tflite", tmp_path / "b/[red]m.tflite")
    assert str(tmp_path / "a") in both.out.replace("\n", "")
