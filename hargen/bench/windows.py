"""The windows that networks are measured on, in the dtype that a network takes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hargen import datasets
from hargen.validate import wire
from hargen.validate.project import Project

_NOISE = 5.0  # m/s2, about what walking is


@dataclass(frozen=True)
class Given:
    """Which windows a user asked for: data, or so many synthetic ones; the first limit of them."""

    data: Path | None = None
    synthetic: int = 100
    seed: int = 0
    limit: int | None = None


@dataclass(frozen=True, eq=False)
class Rows:
    """The windows that there are, flat: (n, elements).

    source: where they came from. own: in the model's input dtype. int8: as int8, of a network that
    is int8 between float32 edges; None of any other.
    """

    source: str
    own: NDArray[Any]
    int8: NDArray[np.int8] | None


def read(project: Project, given: Given) -> Rows:
    """Return the windows for a project's network.

    Raises:
        DataError: the data cannot be read or does not fit the model.
    """
    source, windows = _noise(project, given) or _motion(project, given)
    if given.limit is not None:
        windows = windows[: given.limit]
    model = project.manifest.model
    is_mixed = "float32" in (model.input.dtype, model.output.dtype)
    int8 = None
    if model.precision == "int8" and model.input.scale is not None and is_mixed:
        int8 = wire.quantize(windows.reshape(len(windows), -1), model.input)
    return Rows(source, wire.inputs(windows, model.input), int8)


def _motion(project: Project, given: Given) -> tuple[str, NDArray[np.float32]]:
    """Return recorded or made-up motion; whether its activities are the model's is all the same."""
    window, axes = wire.window_and_axes(project.manifest)
    spec = project.preprocessing
    if given.data is not None:
        found = datasets.load(given.data, window=window, preprocessing=spec, axes=axes)
    else:
        found = datasets.synthetic(
            given.synthetic,
            window=window,
            preprocessing=spec,
            classes=project.manifest.classes,
            axes=axes,
            seed=given.seed,
        )
    return found.source, found.x


def _noise(project: Project, given: Given) -> tuple[str, NDArray[np.float32]] | None:
    """Return noise for a model of more or fewer axes than there is motion for, else None."""
    window, axes = wire.window_and_axes(project.manifest)
    if given.data is not None or axes == len(project.preprocessing.axes):
        return None
    noise = np.random.default_rng(given.seed).normal(0.0, _NOISE, (given.synthetic, window, axes))
    source = f"noise: {given.synthetic} windows of {axes} axes, seed {given.seed}"
    return source, noise.astype(np.float32)
