"""Windows of synthetic motion: for demos and tests where no recorded data may be shipped.

Nothing in them was measured. An accuracy on them says that the chain works, and nothing about
people.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from hargen.datasets.classes import NO_CLASS, match_classes
from hargen.datasets.motion import ACTIVITIES, accelerometer
from hargen.datasets.recording import Recording, RecordingSet, windows_of
from hargen.datasets.windows import UNLABELLED, Windows
from hargen.errors import DataError
from hargen.preprocessing import Preprocessing

DEFAULT_CLASSES = ("stationary", "walking", "running")
MAX_WINDOWS = 1_000_000
WINDOWS_PER_RECORDING = 16


def synthetic(
    n: int,
    *,
    window: int,
    preprocessing: Preprocessing,
    classes: Sequence[str] | None = None,
    axes: int = 3,
    seed: int = 0,
) -> Windows:
    """Return n synthetic windows, as equally many of each class as n allows.

    Args:
        n: number of windows.
        window: the model's window length in samples; wins over the preprocessing's.
        preprocessing: applied to the synthetic recordings, as to real ones.
        classes: the model's, in their order. Those that the generator has no motion for get no
            windows; where it has none for all of them, the windows are unlabelled. Without it:
            stationary, walking, running.
        axes: the model's number of channels.
        seed: the same arguments give the same windows.

    Raises:
        DataError: n, window or axes are out of range.
    """
    where = f"synthetic {n}"
    if not 1 <= n <= MAX_WINDOWS:
        raise DataError(
            f"cannot make {n} synthetic windows", where=where, hint=f"give 1 to {MAX_WINDOWS}"
        )
    if len(preprocessing.axes) != axes:
        raise DataError(
            f"the preprocessing gives {len(preprocessing.axes)} axes, the model takes {axes}",
            where=where,
            hint="give preprocessed windows as .npz",
        )
    spec = preprocessing if window == preprocessing.window else preprocessing.with_window(window)
    names = tuple(classes) if classes else DEFAULT_CLASSES
    motions = tuple(ACTIVITIES)
    found = match_classes(motions, names)
    plan = [(label, motions[m]) for label, m in enumerate(found) if m != NO_CLASS]
    notes: tuple[str, ...] = ("synthetic motion, made up and not measured",)
    missing = [name for name, m in zip(names, found, strict=True) if m == NO_CLASS]
    if missing and plan:
        notes += (f"no synthetic motion for {', '.join(missing)}",)
    elif missing:
        notes += ("the model's classes are not known to the generator: unlabelled",)
        plan = [(UNLABELLED, motion) for motion in DEFAULT_CLASSES]
        names = ()

    recordings = _record(n, plan, spec, seed)
    return windows_of(
        recordings,
        names,
        spec,
        "mg",
        source=f"synthetic: {n} windows of made-up motion, seed {seed}",
        where=where,
        notes=notes,
        synthetic=True,
    )


def synthetic_recordings(
    n: int, *, preprocessing: Preprocessing, classes: Sequence[str] | None = None, seed: int = 0
) -> RecordingSet:
    """Return synthetic recordings that give n windows of the preprocessing; see synthetic.

    Raises:
        DataError: n is out of range, or the generator knows none of the classes.
    """
    if not 1 <= n <= MAX_WINDOWS:
        raise DataError(
            f"cannot make {n} synthetic windows",
            where=f"synthetic {n}",
            hint=f"give 1 to {MAX_WINDOWS}",
        )
    names = tuple(classes) if classes else DEFAULT_CLASSES
    motions = tuple(ACTIVITIES)
    found = match_classes(motions, names)
    plan = [(label, motions[m]) for label, m in enumerate(found) if m != NO_CLASS]
    if not plan:
        raise DataError(
            "no synthetic motion for any of the classes",
            where=f"synthetic {n}",
            why=f"there is motion for {', '.join(motions)}",
        )
    return RecordingSet(
        kind="synthetic",
        recordings=tuple(
            replace(recording, group=recording.name)
            for recording in _record(n, plan, preprocessing, seed)
        ),
        classes=names,
        unit="mg",
        sample_rate_hz=preprocessing.sample_rate_hz,
        grouped_by="recording",
        source=f"synthetic: {n} windows of made-up motion, seed {seed}",
        notes=("synthetic motion, made up and not measured",),
    )


def _record(
    n: int, plan: Sequence[tuple[int, str]], spec: Preprocessing, seed: int
) -> list[Recording]:
    """Return recordings of n windows in all, of the plan's labels and motions in turn."""
    generator = np.random.Generator(np.random.PCG64(seed))
    left = [n // len(plan) + (i < n % len(plan)) for i in range(len(plan))]
    recordings: list[Recording] = []
    while any(left):  # in turn, so that any first part of the windows has all classes
        for i, (label, motion) in enumerate(plan):
            size = min(left[i], WINDOWS_PER_RECORDING)
            if size:
                samples = accelerometer(
                    motion,
                    spec.window + (size - 1) * spec.hop,
                    generator,
                    rate_hz=spec.sample_rate_hz,
                )
                name = f"synthetic-{motion}-{len(recordings):04d}"
                recordings.append(Recording(name, label, samples))
                left[i] -= size
    return recordings
