"""The tools of the pages, one project that is built once, and what pages take for granted."""

from __future__ import annotations

import pickle
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support import docs_world
from support.docs_world import BOARD, World

from hargen import models


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="session")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return docs_world.stand_ins(tmp_path_factory.mktemp("tools") / "bin")


@pytest.fixture(scope="session")
def flashed(tmp_path_factory: pytest.TempPathFactory, tools: Path, home: Path) -> Path:
    """Return the default network's project, built, and in its virtual board's flash."""
    pytest.importorskip("unicorn")
    folder = tmp_path_factory.mktemp("flashed")
    world = World(folder, tools, home)
    code, printed = world.script(
        f"hargen export default -o har --board {BOARD}\nhargen build har\n"
        "hargen flash har --virtual"
    )
    assert code == 0, printed
    return folder / "har"


def recordings(path: Path) -> None:
    """Write made-up motion as mobility_v1 keeps its own: 16 windows of 24 samples a class, in g."""
    import numpy as np

    from hargen.datasets.motion import accelerometer

    generator = np.random.default_rng(1)
    names = ("stationary", "walking", "running")
    samples = [accelerometer(name, 16 * 24, generator, rate_hz=26.0) / 1000 for name in names]
    content = {"files": [f"{n}.csv" for n in names], "act": [0, 1, 2], "acc": samples}
    path.write_bytes(pickle.dumps(content))


def windows(path: Path) -> None:
    """Write 120 windows of made-up motion, preprocessed for the default network."""
    import numpy as np

    from hargen.datasets.synthetic import synthetic
    from hargen.preprocessing import preset

    made = synthetic(120, window=24, preprocessing=preset("default", window=24))
    np.savez(path, x=made.x, y=made.y, classes=np.array(made.classes))


def model(path: Path) -> None:
    """Write the default network under another name, with its card."""
    source = models.default().tflite
    shutil.copyfile(source.with_suffix(path.suffix), path)
    shutil.copyfile(source.with_suffix(".toml"), path.with_suffix(".toml"))


def classifier(path: Path) -> None:
    """Write a support vector classifier of made-up motion; its classes have the motions' names."""
    import warnings

    import numpy as np
    from skl2onnx import to_onnx
    from sklearn.decomposition import PCA
    from sklearn.pipeline import make_pipeline
    from sklearn.svm import SVC

    from hargen.datasets.synthetic import synthetic
    from hargen.preprocessing import preset

    made = synthetic(300, window=24, preprocessing=preset("st-zoo", window=24), seed=1)
    rows = made.x.reshape(len(made), -1)
    pipeline = make_pipeline(PCA(12, random_state=0), SVC(C=10.0, gamma=0.002))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # deprecations of skl2onnx
        pipeline.fit(rows, np.array(made.classes)[made.y])
        path.write_bytes(to_onnx(pipeline, rows[:1]).SerializeToString())


WRITERS: dict[str, Callable[[Path], None]] = {
    "classifier.onnx": classifier,
    "model.keras": model,
    "model.tflite": model,
    "test.pkl": recordings,
    "windows.npz": windows,
}


@pytest.fixture
def world(
    tmp_path: Path, tools: Path, home: Path, request: pytest.FixtureRequest
) -> Iterator[Callable[..., World]]:
    """Return a function that makes the world of a page with the files it takes for granted."""
    made: list[World] = []

    def make(*files: str) -> World:
        folder = tmp_path / "page"
        folder.mkdir()
        for name in files:
            if name in WRITERS:
                WRITERS[name](folder / name)
            else:
                project = request.getfixturevalue("flashed")
                shutil.copytree(project, folder / name, copy_function=shutil.copy2)
        made.append(World(folder, tools, home))
        return made[-1]

    yield make
    for one in made:
        one.close()
