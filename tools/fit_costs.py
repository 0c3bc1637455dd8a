"""Fit hargen/plan/costs.json, by which hargen export chooses kernels without --tune.

    python tools/fit_costs.py

Measured are, on the virtual board: the ten networks of tests/bench, hargen's own, and networks of
its families and support vector machines of several sizes, made here with weights that nobody
trained, in int8 and in float32. The zoo's are not among them: on these the fit is judged
(tools/tuned.py). What was measured once is remembered in the user's cache, so that a second run is
quick.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

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
    ("ign", 40, {}),
    ("ign", 64, {"filters": 16}),
    ("gmp", 24, {}),
    ("gmp", 40, {"filters": 12}),
    ("gmp", 64, {"filters": 24}),
    ("tcnn", 48, {}),
)
"""Family, window, parameters."""
MACHINES = ((12, 150), (24, 240), (20, 480))
"""Inputs of a classifier, and the windows that it learns."""


def made(place: Path) -> Iterator[Path]:
    """Write networks of hargen's families, in float32 and in int8."""
    for name, window, parameters in MADE:
        load_backend()[0].utils.set_random_seed(SEED)
        family = families.find(name)
        network = family.build(parse(family, parameters, window), window, CLASSES, SEED)
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
    parser.add_argument("--only", help="networks whose file has this in its name")
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
                (candidate.layer, candidate.kernel.function): candidate.features
                for segment in found
                for alternative in segment.alternatives
                for candidate in alternative.candidates
            }
            cache = Cache(folder())
            with Measuring(Subject(path, board, expected.outputs), cache) as measuring:
                swept = measuring.all(sweep(found), lambda _: None)
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
                        known[layer, way.kernel],
                        one.layers[layer],
                    )
                    for layer, way in one.choice.layers
                ]
    model = fit.fit(list(dict.fromkeys(layers)), list(dict.fromkeys(around)), compiler)
    files.write_whole(ROOT / "hargen/plan" / costs.FILE_NAME, model.to_json())


if __name__ == "__main__":
    main()
