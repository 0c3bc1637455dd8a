"""hargen export --precision float32: a Keras network as it is, proven on the virtual board."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from support.keras_files import save, small_network

from hargen import manifest
from hargen.build.compile import build
from hargen.device.flashing import flash_virtual
from hargen.validate import expected, twin
from hargen.validate.validation import Request, validate

BOARD = "B-U585I-IOT02A"
WINDOWS = 60


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_keras_reference_host_and_board_agree(hargen, tmp_path: Path) -> None:
    network = small_network()
    model = save(network, tmp_path / "model.keras")
    project = tmp_path / "har"
    options = ("--board", BOARD, "--precision", "float32", "--classes", "a,b,c")
    found = hargen("export", model, "-o", project, *options)
    assert found.code == 0, found.err
    assert "tables          0 B flash" in found.out

    written = manifest.read(project)
    assert (written.model.precision, written.model.input.scale) == ("float32", None)
    x = np.random.default_rng(4).normal(scale=4, size=(WINDOWS, 12, 3)).astype(np.float32)
    truth = network.predict(x, verbose=0)
    rows = x.reshape(WINDOWS, -1)
    same = twin.run(project, written, rows)
    np.testing.assert_allclose(same.outputs, truth, rtol=0, atol=1e-5)
    assert np.array_equal(same.classes, truth.argmax(axis=1))
    litert = expected.expect(written.model_file(project).read_bytes(), rows)
    assert np.array_equal(litert.classes, same.classes)

    flash_virtual(project, build(project))
    np.savez(tmp_path / "windows.npz", x=x, y=truth.argmax(axis=1))
    report = validate(
        Request(project, virtual=True, data=tmp_path / "windows.npz"),
        lambda *_: None,
        lambda *_: None,
    )
    assert (report.windows, report.bit_exact, report.labels_equal) == (WINDOWS,) * 3
    assert report.accuracy == 1.0
    assert report.largest_difference is not None
    assert report.largest_difference < 1e-5
    assert report.exact_with is not None
    assert "the same C" in report.exact_with


@pytest.mark.parametrize(
    ("model", "options", "words"),
    [
        ("default", ("--precision", "float32"), "--precision is for Keras models and SVCs"),
        ("default", ("--precision", "int8"), "--precision is for Keras models and SVCs"),
        ("model.keras", ("--precision", "float32", "-r", "x.npz"), "exclude each other"),
        ("model.keras", ("--precision", "float16"), "float16"),
        ("model.keras", ("--precision", "int8"), "--precision float32"),
    ],
)
def test_options_that_do_not_fit_write_nothing(
    hargen, tmp_path: Path, model: str, options: tuple[str, ...], words: str
) -> None:
    if model != "default":
        model = str(save(small_network(), tmp_path / model))
    found = hargen("export", model, "-o", tmp_path / "out", "--board", BOARD, *options)
    assert found.code in (2, 3)
    assert words in found.err
    assert not (tmp_path / "out").exists()
