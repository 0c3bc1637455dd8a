"""Fit hargen/plan/costs.json, by which hargen export chooses kernels without --tune.

    python tools/fit_costs.py

Measured are, on the virtual board: the ten networks of tests/bench, hargen's own, and, made here,
networks of its families of several sizes and two with layers that these have not, with weights that
nobody trained, and support vector machines that learn noise; in int8 and in float32. The zoo's
models are not among them, though some of the made ones have their shapes: on these the fit is
judged (tools/tuned.py). What was measured once is remembered in the user's cache, so that a second
run is quick.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from hargen import board as boards
from hargen import datasets, files, models
from hargen.convert import converter
from hargen.convert.svm.conversion import convert
from hargen.importers import model_file
from hargen.importers.keras.backend import load_backend
from hargen.ir.tensor import DType
from hargen.optimize.passes import optimize_apart
from hargen.plan import costs
from hargen.plan.edges import without_edges
from hargen.plan.features.kernels import is_composed
from hargen.plan.space import segments
from hargen.preprocessing.presets import preset
from hargen.train import archive, families
from hargen.train.families.family import parse
from hargen.train.families.svc import OPSETS
from hargen.train.training import imported
from hargen.tune import fit
from hargen.tune.cache import Cache, folder
from hargen.tune.measured import Subject
from hargen.tune.measuring import Measuring
from hargen.tune.sweep import sweep
from hargen.validate import expected

ROOT = Path(__file__).resolve().parents[1]
BOARD = "B-U585I-IOT02A"
SEED = 7
CLASSES = 4
MADE: tuple[tuple[str, int, dict[str, int]], ...] = (
    ("ign", 24, {}),
    ("ign", 32, {"filters": 12}),
    ("ign", 40, {}),
    ("ign", 56, {}),
    ("ign", 64, {"filters": 16}),
    ("gmp", 24, {}),
    ("gmp", 32, {"filters": 20}),
    ("gmp", 40, {"filters": 12}),
    ("gmp", 56, {}),
    ("gmp", 64, {"filters": 24}),
    ("tcnn", 48, {}),
)
"""Family, window, parameters."""
MACHINES = ((12, 150), (24, 240), (20, 480))
"""Inputs of a classifier, and the windows that it learns."""


def networks() -> Iterator[tuple[str, int, Any]]:
    """Yield Keras networks: a name, the window, and the network."""
    keras = load_backend()[0]
    for name, window, parameters in MADE:
        keras.utils.set_random_seed(SEED)
        family = families.find(name)
        yield name, window, family.build(parse(family, parameters, window), window, CLASSES, SEED)
    layers = keras.layers
    for name, window, taps, channels, pool in (("pools", 60, 20, 8, 3), ("wide", 96, 17, 20, 2)):
        keras.utils.set_random_seed(SEED)
        x = start = keras.Input((window, 3))
        x = layers.Conv1D(channels, taps, activation="relu")(x)
        average = layers.AveragePooling1D(pool)(x)
        maximum = layers.MaxPooling1D(3, strides=1, padding="same")(average)
        x = layers.Concatenate()([average, maximum])
        x = layers.AveragePooling1D(2)(layers.Multiply()([x, layers.Activation("sigmoid")(x)]))
        x = layers.MaxPooling1D(2, strides=1)(layers.Conv1D(12, 3, padding="same")(x))
        x = layers.Dense(CLASSES, activation="softmax")(layers.GlobalMaxPooling1D()(x))
        yield name, window, keras.Model(start, x)


def made(place: Path) -> Iterator[Path]:
    """Write networks of hargen's families and others, in float32 and in int8."""
    for name, window, network in networks():
        shape = network.input_shape[1:]
        spec = preset("st-zoo", window=window)
        motion = datasets.synthetic(120, window=window, preprocessing=spec, seed=SEED)
        x = motion.x.astype(np.float32).reshape(len(motion.x), *shape)
        network(x, training=True)
        keras = imported(archive.keras_bytes(network))
        contents = {
            "float32": converter.to_float(keras),
            "int8": converter.to_int8(keras, x, "float"),
        }
        if name == "ign":  # of which the zoo has such
            contents["old_int8"] = converter.to_int8(keras, x, "float", dense_per_tensor=True)
        for precision, content in contents.items():
            path = place / f"{name}_{window}_{precision}.tflite"
            path.write_bytes(content)
            yield path


def classifiers(place: Path) -> Iterator[Path]:
    """Write support vector machines, in float32 and in int8.

    They learn noise by heart, and so keep most of it.
    """
    import warnings

    from skl2onnx import to_onnx
    from sklearn.decomposition import TruncatedSVD
    from sklearn.pipeline import Pipeline
    from sklearn.svm import SVC

    generator = np.random.default_rng(SEED)
    names = tuple(f"class_{index}" for index in range(CLASSES))
    for components, count in MACHINES:
        x = generator.normal(0.0, 5.0, (count, 24, 3)).astype(np.float32)
        y = np.arange(count) % CLASSES
        data = place / f"windows_{count}.npz"
        np.savez(data, x=x, y=y, classes=np.array(names))
        flat = x.reshape(count, -1)
        steps = [
            ("project", TruncatedSVD(components, algorithm="arpack", random_state=SEED)),
            ("classify", SVC(C=1.0, gamma=0.05, probability=True, random_state=SEED)),
        ]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what a later scikit-learn will have otherwise
            pipeline = Pipeline(steps).fit(flat, y)
            onnx = to_onnx(pipeline, flat[:1], options={"zipmap": False}, target_opset=OPSETS)
        path = place / f"svc_{components}_{count}.onnx"
        path.write_bytes(onnx.SerializeToString())
        yield path
        rounded = path.with_suffix(".svm")
        rounded.write_bytes(convert(path, data, classes=names).content)
        yield rounded


def main() -> None:
    """Measure, fit, write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--only", help="measure networks whose file has this in its name; nothing is written"
    )
    options = parser.parse_args()
    board = boards.load(BOARD)
    layers: list[fit.LayerRow] = []
    around: list[fit.AroundRow] = []
    compiler = ""
    with tempfile.TemporaryDirectory() as text:
        place = Path(text)
        paths = [*sorted((ROOT / "tests/bench/networks").glob("*.tflite")), models.default().tflite]
        for path in [*paths, *made(place), *classifiers(place)]:
            if options.only and options.only not in path.name:
                continue
            graph = optimize_apart(model_file.read(path).graph)
            found = segments(graph)
            known = {
                (candidate.layer, candidate.kernel.function): candidate
                for segment in found
                for alternative in segment.alternatives
                for candidate in alternative.candidates
            }
            cache = Cache(folder())
            with Measuring(Subject(path, board, expected.outputs), cache) as measuring:
                swept = measuring.all(sweep(found, unrolled=False), lambda _: None)
            print(f"{path.name}: {len(swept)} images, {cache.hits} known", file=sys.stderr)
            network = without_edges(graph)
            for one in swept:
                compiler = one.compiler
                around.append(
                    fit.AroundRow(
                        one.choice.level,
                        graph.tensors[network.input.tensor].dtype is DType.INT8
                        and (network.input.is_float or network.output.is_float),
                        graph.tensors[network.input.tensor].size,
                        graph.tensors[network.output.tensor].size,
                        one.around,
                    )
                )
                layers += [
                    fit.LayerRow(
                        way.kernel,
                        one.choice.level,
                        way.for_size,
                        known[layer, way.kernel].parts(one.choice.level)[0].features,
                        known[layer, way.kernel].of_operator,
                        one.layers[layer],
                    )
                    for layer, way in one.choice.layers
                    if not is_composed(known[layer, way.kernel].kernel)
                ]
    if not layers:
        parser.error(f"no network has {options.only!r} in its name")
    model = fit.fit(layers, around, compiler)
    if options.only:
        return
    files.write_whole(ROOT / "hargen/plan" / costs.FILE_NAME, model.to_json())


if __name__ == "__main__":
    main()
