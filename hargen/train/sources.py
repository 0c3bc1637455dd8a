"""The data sets that are trained on, each as it was recorded or cut."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hargen import datasets
from hargen.datasets import UNLABELLED, RecordingSet, Windows
from hargen.errors import DataError
from hargen.preprocessing import Preprocessing

AXES = 3


@dataclass(frozen=True, eq=False)
class Source:
    """One data set: its recordings, or windows that somebody cut already.

    name: what it is, different from every other source's. content: the one or the other.
    """

    name: str
    content: RecordingSet | Windows

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the classes that it has anything of."""
        return tuple(name for i, name in enumerate(self.content.classes) if i in self._labels())

    @property
    def rate_hz(self) -> float | None:
        """The sample rate; None of windows, which do not say."""
        return self.content.sample_rate_hz if isinstance(self.content, RecordingSet) else None

    def fingerprints(self) -> set[bytes]:
        """Return hashes of its recordings, or windows: what two sources must not share."""
        if isinstance(self.content, RecordingSet):
            arrays = [recording.samples for recording in self.content.recordings]
        else:
            arrays = list(self.content.x)
        return {hashlib.sha256(array.tobytes()).digest() for array in arrays}

    def _labels(self) -> set[int]:
        if isinstance(self.content, RecordingSet):
            return {recording.label for recording in self.content.recordings} - {UNLABELLED}
        return set(self.content.y.tolist()) - {UNLABELLED}


def read(
    data: Sequence[Path], synthetic: int | None, window: int, spec: Preprocessing | None, seed: int
) -> list[Source]:
    """Return the sources that are named.

    Args:
        data: what hargen.datasets.recordings takes, or .npz of windows.
        synthetic: so many windows of made-up motion besides.
        window: samples in a window.
        spec: gives synthetic motion its sample rate; None: 26 Hz.
        seed: of synthetic motion.

    Raises:
        DataError: one cannot be read; windows come together with recordings.
    """
    sources = [
        Source(path.name, _windows(path, window))
        if datasets.is_npz(path)
        else Source("", datasets.recordings(path))
        for path in data
    ]
    if synthetic is not None:
        rate = spec or datasets_preset(window)
        found = datasets.synthetic_recordings(synthetic, preprocessing=rate, seed=seed)
        sources.append(Source("", found))
    ready = [source for source in sources if isinstance(source.content, Windows)]
    if ready and len(ready) < len(sources):
        raise DataError(
            "windows and recordings cannot be trained on together",
            where=ready[0].name,
            why="nobody says which unit and preprocessing the windows have",
            hint="give the recordings that they were cut from",
        )
    return _named(sources)


def datasets_preset(window: int) -> Preprocessing:
    """Return what synthetic motion is made for where nothing else is said."""
    from hargen.preprocessing import preset

    return preset("none", window=window)


def _windows(path: Path, window: int) -> Windows:
    spec = datasets_preset(window)  # windows are fed as they are
    found = datasets.load(path, window=window, preprocessing=spec, axes=AXES)
    if not found.classes:
        raise DataError(
            "its classes have no names",
            where=str(path),
            hint="add an array 'classes' with their names",
        )
    return found


def _named(sources: list[Source]) -> list[Source]:
    named: list[Source] = []
    for source in sources:
        kind = source.content.kind if isinstance(source.content, RecordingSet) else source.name
        taken = sum(other.name.split(" ")[0] == kind for other in named)
        named.append(Source(f"{kind} {taken + 1}" if taken else kind, source.content))
    return named
