"""The reference: LiteRT's plain kernels, and what becomes of models and windows that do not fit."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from hargen.errors import ModelError
from hargen.validate import reference

MODELS = sorted(
    f"{family}/{kind}_wl_{length}_int8.tflite"
    for family in ("AST", "WISDM")
    for kind in ("gmp", "ign")
    for length in (24, 48)
)

# TensorFlow is heavy and prints on import: it runs in a process of its own
TENSORFLOW_RUN = """
import sys, warnings
warnings.simplefilter("ignore")
import numpy as np
import tensorflow as tf
from pathlib import Path
for index, path in enumerate(sys.argv[2:]):
    windows = np.load(sys.argv[1])[str(index)]
    machine = tf.lite.Interpreter(
        model_content=Path(path).read_bytes(),
        experimental_op_resolver_type=tf.lite.experimental.OpResolverType.BUILTIN_REF,
    )
    machine.allocate_tensors()
    source, sink = machine.get_input_details()[0], machine.get_output_details()[0]
    for window in windows:
        machine.set_tensor(source["index"], window.reshape(source["shape"]))
        machine.invoke()
        print(index, machine.get_tensor(sink["index"]).tobytes().hex())
"""


def windows_for(name: str, count: int, seed: int) -> np.ndarray:
    """Motion-like windows: noise of small and large amplitude around a level."""
    length = 24 if "_24_" in name else 48
    rng = np.random.default_rng(seed)
    amplitude = 10 ** rng.uniform(-1, 1, (count, 1))
    level = rng.normal(0, 1, (count, 1))
    return (level + amplitude * rng.normal(size=(count, 3 * length))).astype(np.float32)


@pytest.mark.skipif(
    importlib.util.find_spec("tensorflow") is None, reason="tensorflow is not installed"
)
def test_equal_to_tensorflows_own_reference_kernels(shared: Path, tmp_path: Path) -> None:
    paths = [shared / "zoo" / name for name in MODELS]
    data = {str(i): windows_for(name, 100, i) for i, name in enumerate(MODELS)}
    np.savez(tmp_path / "windows.npz", **data)
    done = subprocess.run(
        [sys.executable, "-c", TENSORFLOW_RUN, str(tmp_path / "windows.npz"), *map(str, paths)],
        capture_output=True,
        text=True,
        check=True,
    )
    theirs = [line.split() for line in done.stdout.splitlines() if line[:1].isdigit()]
    ours = []
    for index, path in enumerate(paths):
        answers = reference.run(path.read_bytes(), data[str(index)])
        ours += [[str(index), row.tobytes().hex()] for row in answers]
    assert len(ours) == 800
    assert len({line[1] for line in ours}) > 300, "the windows must make the outputs vary"
    assert ours == theirs


def test_answers_do_not_depend_on_the_windows_before(shared: Path) -> None:
    model = (shared / "zoo/AST/gmp_wl_24_int8.tflite").read_bytes()
    windows = windows_for("_24_", 30, 5)
    forward = reference.run(model, windows)
    backward = reference.run(model, windows[::-1])
    assert np.array_equal(forward, backward[::-1])


def test_progress_counts_every_window(shared: Path) -> None:
    model = (shared / "zoo/AST/ign_wl_24_int8.tflite").read_bytes()
    seen: list[int] = []
    reference.run(model, windows_for("_24_", 5, 1), seen.append)
    assert seen == [1, 2, 3, 4, 5]


def test_no_windows_give_no_answers(shared: Path) -> None:
    model = (shared / "zoo/AST/ign_wl_24_int8.tflite").read_bytes()
    assert reference.run(model, np.zeros((0, 72), np.float32)).shape == (0, 4)


@pytest.mark.parametrize("windows", [np.zeros((1, 71), np.float32), np.zeros((1, 72), np.int8)])
def test_windows_that_do_not_fit_are_refused(shared: Path, windows: np.ndarray) -> None:
    model = (shared / "zoo/AST/ign_wl_24_int8.tflite").read_bytes()
    with pytest.raises(ModelError, match=r"takes float32 of shape \(1, 24, 3, 1\)"):
        reference.run(model, windows)


def test_what_is_no_model_is_refused() -> None:
    with pytest.raises(ModelError, match="cannot load the model"):
        reference.run(b"not a flatbuffer at all" * 10, np.zeros((1, 72), np.float32))


def test_the_version_is_the_packages() -> None:
    assert reference.version().split(".")[0].isdigit()
