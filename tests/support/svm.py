"""Support vector classifiers: pipelines of scikit-learn, onnxruntime's answers, and those of C."""

from __future__ import annotations

import subprocess
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from support.host_model import ROOT, compile_model, write_sources

from hargen.importers.model_file import parse

CLASSIFY = ROOT / "tests/c/svm/classify.c"
ERRORS_ONLY = 3  # onnxruntime's log level


@dataclass(frozen=True)
class Answers:
    """classes: (n,) indices. scores: (n, classes) probabilities, or (n, pairs) decisions."""

    classes: np.ndarray
    scores: np.ndarray


@dataclass(frozen=True)
class Pipeline:
    """A trained pipeline as .onnx, with windows like those that it was trained on."""

    content: bytes
    labels: tuple[str, ...]
    windows: np.ndarray
    probability: bool
    words: str


def onnxruntime_answers(content: bytes, windows: np.ndarray) -> Answers:
    """Return the label of the whole model, and the scores of the classifier in it."""
    model = onnx.load_model_from_string(content)
    (classifier,) = (node for node in model.graph.node if node.op_type == "SVMClassifier")
    attributes = {a.name: onnx.helper.get_attribute_value(a) for a in classifier.attribute}
    labels = attributes.get("classlabels_ints") or [
        text.decode() for text in attributes["classlabels_strings"]
    ]
    label = model.graph.output[0].name
    if classifier.output[1] not in {output.name for output in model.graph.output}:
        model.graph.output.append(
            onnx.helper.make_tensor_value_info(classifier.output[1], onnx.TensorProto.FLOAT, None)
        )
    options = onnxruntime.SessionOptions()
    options.log_severity_level = ERRORS_ONLY
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(model.SerializeToString(), options)
    found, scores = session.run([label, classifier.output[1]], {model.graph.input[0].name: windows})
    if len(labels) == 2 and "prob_a" not in attributes:
        scores = scores[:, 1:]  # the other column is its negative
    classes = np.array([labels.index(value) for value in found.tolist()])
    return Answers(classes, scores)


def c_answers(
    content: bytes,
    windows: np.ndarray,
    folder: Path,
    *,
    sanitize: bool = True,
    runtime: Path = ROOT / "firmware/runtime",
) -> Answers:
    """Return the answers of the generated C, compiled on this machine.

    `runtime` may be another folder of kernels: one with a mistake, to see that it shows.
    """
    write_sources(parse(Path("svm.onnx"), content), folder)
    program = compile_model(folder, sanitize=sanitize, runtime=runtime, harness=CLASSIFY)
    done = subprocess.run([program], input=windows.tobytes(), capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    rows = np.frombuffer(done.stdout, np.uint32).reshape(len(windows), -1)
    return Answers(rows[:, 0].astype(np.int64), rows[:, 1:].copy().view(np.float32))


def draw_pipeline(seed: int) -> Pipeline:
    """Train a small pipeline: kernel, classes, what is in front, labels and outputs by the seed."""
    from sklearn.decomposition import PCA, TruncatedSVD
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import MaxAbsScaler, MinMaxScaler, RobustScaler, StandardScaler
    from sklearn.svm import SVC, NuSVC

    rng = np.random.default_rng(seed)
    classes = int(rng.choice([2, 2, 3, 4, 4, 5, 8, 9, 16, 20]))
    inputs = int(rng.choice([3, 7, 12, 33, 72]))
    components = int(rng.integers(2, inputs))
    kernel = str(rng.choice(["rbf", "rbf", "poly", "linear"]))
    probability = bool(rng.integers(2))
    front = [
        [],
        [StandardScaler()],
        [TruncatedSVD(components, random_state=seed)],
        [PCA(components, random_state=seed)],
        [StandardScaler(), PCA(components, whiten=True, random_state=seed)],
        [MinMaxScaler(), TruncatedSVD(components, random_state=seed)],
        [RobustScaler(), StandardScaler(with_mean=False)],
        [MaxAbsScaler()],
    ][rng.integers(8)]
    options = {
        "kernel": kernel,
        "probability": probability,
        "degree": int(rng.integers(1, 5)),
        "coef0": float(rng.choice([0.0, 1.0])),
        "random_state": seed,
    }
    # Coefficients of a NuSVC reach 1e6 with the other kernels: float32, onnxruntime's as well, is
    # then wrong by more than the limits.
    nu = rng.integers(4) == 0 and kernel == "rbf"
    svc = NuSVC(nu=0.2, **options) if nu else SVC(C=10.0, **options)
    pipeline = make_pipeline(*front, svc)
    x, y = _samples(rng, classes, inputs)
    labels = tuple(f"class {chr(97 + i)}" for i in range(classes))
    if rng.integers(2):
        labels = tuple(str(3 * i - 1) for i in range(classes))
    names = np.array([int(n) for n in labels] if labels[0] == "-1" else labels)
    zipmap = bool(rng.integers(2))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # deprecations of scikit-learn and skl2onnx
        content = _converted(pipeline.fit(x, names[y]), x, zipmap)
    windows, _ = _samples(rng, classes, inputs)
    words = f"{classes} classes, {inputs} inputs, {pipeline}, zipmap={zipmap}"
    return Pipeline(content, labels, windows, probability, words)


def _samples(rng: np.random.Generator, classes: int, inputs: int) -> tuple[np.ndarray, np.ndarray]:
    """Return samples of overlapping classes, one of the axes with gravity's offset."""
    y = np.arange(24 * classes) % classes
    centers = np.random.default_rng(classes).normal(0.0, 1.5, (classes, inputs))
    x = centers[y] + rng.normal(0.0, 1.5, (len(y), inputs))
    x[:, 0] += 9.8
    return x.astype(np.float32), y


def _converted(pipeline: object, x: np.ndarray, zipmap: bool) -> bytes:
    from skl2onnx import to_onnx

    model = to_onnx(pipeline, x[:1], options={id(pipeline): {"zipmap": zipmap}})
    return bytes(model.SerializeToString())
