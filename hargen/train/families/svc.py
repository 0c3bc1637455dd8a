"""svc: the model zoo's support vector classifier, of scikit-learn, as .onnx.

Windows are projected onto their first singular vectors, and classified by an RBF kernel with one
vote for each pair of classes. It is fitted to a small share of the training windows: every window
that is kept costs flash and time.
"""

from __future__ import annotations

import warnings
from typing import Annotated, Any

import numpy as np
import numpy.typing as npt
from pydantic import Field

from hargen.errors import DataError, MissingExtraError
from hargen.train.families.family import FamilyParameters, too_short

OPSETS = {"": 15, "ai.onnx.ml": 3}
"""Old enough for every onnxruntime that can be installed beside Python 3.11."""


class Parameters(FamilyParameters):
    """What an svc is made of.

    components: singular vectors. fraction: share of the training windows that it is fitted to, of
    every stratum alike. c, gamma: penalty and kernel width of scikit-learn's SVC.
    """

    components: Annotated[int, Field(ge=1, le=512)] = 24
    fraction: Annotated[float, Field(gt=0.0, le=1.0)] = 0.05
    c: Annotated[float, Field(gt=0.0)] = 10.0
    gamma: Annotated[float, Field(gt=0.0)] = 0.004


def describe(parameters: Parameters, classes: int) -> str:
    """Return the steps in words."""
    pairs = classes * (classes - 1) // 2
    return f"truncated SVD to {parameters.components}, RBF SVC by {pairs} votes"


def check() -> None:
    """Refuse before the data are read what would fail behind it.

    Raises:
        MissingExtraError: scikit-learn or skl2onnx is not installed.
    """
    for module, package in (("sklearn", "scikit-learn"), ("skl2onnx", "skl2onnx")):
        try:
            __import__(module)
        except ImportError as error:
            raise MissingExtraError(package, "train", "the family svc") from error


def fit(
    parameters: Parameters,
    x: npt.NDArray[np.float32],
    y: npt.NDArray[np.int64],
    weights: npt.NDArray[np.float32],
    cell: npt.NDArray[np.int64],
    seed: int,
) -> bytes:
    """Return a classifier as .onnx, whose labels are the integers of y.

    Args:
        parameters: what it is made of.
        x: (n, window, 3) windows.
        y: (n,) class.
        weights: (n,) of each window.
        cell: (n,) stratum.
        seed: of the choice of windows.

    Raises:
        UsageError: a window has no more values than there are components.
        DataError: the windows that it is fitted to are no more than the components.
    """
    from skl2onnx import to_onnx
    from sklearn.decomposition import TruncatedSVD
    from sklearn.pipeline import Pipeline
    from sklearn.svm import SVC

    flat = x.reshape(len(x), -1)
    # the solver finds fewer components than there are values, and than there are windows
    if parameters.components >= flat.shape[1]:
        raise too_short(x.shape[1], parameters.components // 3 + 1)
    picks = _share(cell, parameters.fraction, np.random.default_rng([seed, 2]))
    if parameters.components >= len(picks):
        raise DataError(
            f"{len(picks)} windows are too few to find {parameters.components} components in",
            why=f"they are {parameters.fraction:g} of the {len(x)} windows to train on",
            hint="a larger --set fraction=, a smaller --set components=, or more data",
        )
    model: Any = Pipeline(
        [
            ("project", TruncatedSVD(parameters.components, algorithm="arpack", random_state=seed)),
            ("classify", SVC(C=parameters.c, gamma=parameters.gamma)),
        ]
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what a later scikit-learn will have otherwise
        model.fit(flat[picks], y[picks], classify__sample_weight=weights[picks])
        found = to_onnx(model, flat[:1], options={"zipmap": False}, target_opset=OPSETS)
    return bytes(found.SerializeToString())


def _share(
    cell: npt.NDArray[np.int64], fraction: float, generator: np.random.Generator
) -> npt.NDArray[np.int64]:
    """Return the same share of every stratum, at least two windows of it where it has them."""
    order = generator.permutation(len(cell))
    chosen = []
    for stratum in np.unique(cell):
        own = order[cell[order] == stratum]
        chosen.append(own[: max(2, round(fraction * len(own)))])
    return np.sort(np.concatenate(chosen))
