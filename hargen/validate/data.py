"""The windows of a validation: recorded or synthetic, with the model's classes as truth."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from hargen import datasets
from hargen.datasets import Windows
from hargen.errors import UsageError
from hargen.validate import wire
from hargen.validate.metrics import Classes
from hargen.validate.project import Project


@dataclass(frozen=True)
class Truth:
    """Windows, the model's class of each (metrics.LEFT_OUT without), and what was left out."""

    windows: Windows
    classes: Classes
    left_out: dict[str, int]


def read(
    project: Project, data: Path | None, synthetic: int | None, seed: int, limit: int | None
) -> Truth:
    """Return the windows that a user asked for, with the model's class of each.

    Args, raises: as windows; and DataError where the data's classes are not the model's.
    """
    found = windows(project, data, synthetic, seed, limit)
    labels = datasets.labels_for(found, project.manifest.classes)
    return Truth(found, labels.y, labels.left_out)


def windows(
    project: Project, data: Path | None, synthetic: int | None, seed: int, limit: int | None
) -> Windows:
    """Return the windows that a user asked for, whatever their classes.

    Args:
        project: gives the window's length, the preprocessing and the classes.
        data: a file or folder that hargen.datasets.load reads.
        synthetic: number of synthetic windows, in place of data.
        seed: of the synthetic windows.
        limit: only the first so many; None for all.

    Raises:
        UsageError: neither data nor synthetic, or both; a limit below 1.
        DataError: the data cannot be read or does not fit the model.
    """
    if (data is None) == (synthetic is None):
        raise UsageError(
            "give one of --data and --synthetic",
            hint="--data PATH: .npz windows, recordings of mobility_v1, st_har_26hz, WISDM or your "
            "own in CSV; --synthetic 100: made-up motion, to try the chain",
        )
    if limit is not None and limit < 1:
        raise UsageError(f"--limit {limit} is below 1")
    window, axes = wire.window_and_axes(project.manifest)
    if data is not None:
        found = datasets.load(data, window=window, preprocessing=project.preprocessing, axes=axes)
    else:
        assert synthetic is not None
        found = datasets.synthetic(
            synthetic,
            window=window,
            preprocessing=project.preprocessing,
            classes=project.manifest.classes,
            axes=axes,
            seed=seed,
        )
    return found if limit is None else found.first(limit)
