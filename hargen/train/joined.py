"""Several data sets as one: at one rate, in one unit, with one list of classes, preprocessed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from hargen.datasets import UNLABELLED, RecordingSet, Windows
from hargen.datasets.classes import same_name
from hargen.errors import DataError
from hargen.preprocessing import Preprocessing
from hargen.preprocessing.reference import filtered, oriented, window_starts
from hargen.train import classes as class_names
from hargen.train import resample
from hargen.train.classes import NO_CLASS
from hargen.train.pool import Pool, join
from hargen.train.sources import Source


@dataclass(frozen=True, eq=False)
class Joined:
    """What can be trained on or tested with.

    pool: the windows. grouped_by: what its groups are, "" where a source does not
    say. sources: a table for the card on each. notes: what a reader should know.
    """

    pool: Pool
    classes: tuple[str, ...]
    spec: Preprocessing
    grouped_by: str
    sources: tuple[dict[str, Any], ...]
    notes: tuple[str, ...]


def map_classes(
    sources: Sequence[Source], wanted: Sequence[str] | None, renamed: Mapping[str, str]
) -> tuple[str, ...]:
    """Return the classes of a network that is trained on the sources; see classes.unify.

    Raises:
        DataError: there is only one class.
    """
    named = [(source.name, source.classes) for source in sources]
    found, _ = class_names.unify(named, wanted, renamed)
    if len(found) < 2:
        raise DataError(
            f"there is only one class{f', {found[0]!r}' if found else ''}",
            where=", ".join(source.name for source in sources),
            hint="a classifier needs recordings of at least two",
        )
    return found


def build(
    sources: Sequence[Source],
    classes: tuple[str, ...],
    renamed: Mapping[str, str],
    spec: Preprocessing,
    step: Callable[[str], None] = lambda _: None,
) -> Joined:
    """Return the sources' windows in a network's terms.

    Args:
        sources: the data sets.
        classes: the network's.
        renamed: see classes.unify.
        spec: preprocessing; its filter starts anew in each recording.
        step: called with what is done next.

    Raises:
        DataError: a source has no class of the network's, or no recording as long as a window.
    """
    pools, tables, notes, kinds = [], [], [], []
    for source in sources:
        step(f"preprocessing {source.name}")
        mapping = mapping_of(source, classes, renamed)
        if isinstance(source.content, RecordingSet):
            pool, table, said = _from_recordings(source.content, source.name, mapping, spec)
            kinds.append(source.content.grouped_by)
        else:
            pool, table, said = _from_windows(source.content, source.name, mapping, spec)
            kinds.append("recording" if source.content.recording is not None else "")
        pools.append(pool)
        tables.append({"name": source.name, **table})
        notes += [f"{source.name}: {note}" for note in (*source.content.notes, *said)]
    grouped_by = "" if "" in kinds else " or ".join(sorted(set(kinds)))
    return Joined(join(pools), classes, spec, grouped_by, tuple(tables), tuple(notes))


def mapping_of(
    source: Source, classes: tuple[str, ...], renamed: Mapping[str, str]
) -> dict[int, int]:
    """Return the network's class of each label of a source, without those that are left out."""
    present = source.classes
    known = {old: new for old, new in renamed.items() if _applies(old, present)}
    _, (found,) = class_names.unify([(source.name, present)], classes, known, complete=False)
    index = {name: i for i, name in enumerate(source.content.classes)}
    pairs = zip(present, found, strict=True)
    return {index[name]: target for name, target in pairs if target != NO_CLASS}


def _applies(old: str, present: Sequence[str]) -> bool:
    return any(same_name(old, name) for name in present)


def _from_recordings(
    found: RecordingSet, name: str, mapping: Mapping[int, int], spec: Preprocessing
) -> tuple[Pool, dict[str, Any], list[str]]:
    other_rate = resample.is_other_rate(found.sample_rate_hz, spec.sample_rate_hz)
    groups = found.groups
    streams, places = [], []
    left_out: Counter[str] = Counter()
    short = offset = 0
    for recording in found.recordings:
        if recording.label not in mapping:
            known = recording.label != UNLABELLED
            left_out[found.classes[recording.label] if known else "no class"] += 1
            continue
        samples = recording.samples
        if other_rate:
            samples = resample.resample(samples, found.sample_rate_hz, spec.sample_rate_hz)
        starts = window_starts(len(samples), spec.window, spec.hop)
        if not len(starts):
            short += 1
            continue
        stream = oriented(samples, spec, found.unit)
        if spec.filter_state == "stream":
            stream = filtered(stream, spec)
        streams.append(stream.astype(np.float32))
        facts = (mapping[recording.label], groups.index(recording.group))
        places.append((offset + starts, offset, offset + len(samples) - spec.window, *facts))
        offset += len(samples)
    if not streams:
        raise DataError(
            f"no recording is as long as one window ({spec.window} samples)",
            where=name,
            hint="give more data, or a shorter window",
        )
    sizes = [len(place[0]) for place in places]

    def each(position: int) -> Any:
        return np.repeat(np.array([place[position] for place in places], dtype=np.int64), sizes)

    pool = Pool(
        samples=np.concatenate(streams),
        starts=np.concatenate([place[0] for place in places]),
        first=each(1),
        last=each(2),
        y=each(3),
        group=each(4),
        cell=each(3),
        groups=tuple(f"{name}:{group}" for group in groups),
        window=spec.window,
        spec=spec,
    )
    notes = [f"recordings of {what} left out: {n}" for what, n in sorted(left_out.items())]
    if short:
        notes.append(f"recordings shorter than a window left out: {short}")
    rate = f"{found.sample_rate_hz:g} Hz"
    if other_rate:
        notes.append(f"resampled from {rate} to {spec.sample_rate_hz:g} Hz, {resample.METHOD}")
    table = {
        "what": found.source,
        "unit": found.unit,
        "sample_rate_hz": found.sample_rate_hz,
        "resampled": other_rate,
        "recordings": len(streams),
        "windows": len(pool),
    }
    return pool, table, notes


def _from_windows(
    found: Windows, name: str, mapping: Mapping[int, int], spec: Preprocessing
) -> tuple[Pool, dict[str, Any], list[str]]:
    y = np.array([mapping.get(label, NO_CLASS) for label in found.y.tolist()], dtype=np.int64)
    kept = y != NO_CLASS
    chosen, y = found.take(kept), y[kept]
    starts = np.arange(len(chosen), dtype=np.int64) * spec.window
    group = np.zeros(len(chosen), np.int64) if chosen.recording is None else chosen.recording
    pool = Pool(
        samples=chosen.x.reshape(-1, chosen.x.shape[2]),
        starts=starts,
        first=starts,
        last=starts,
        y=y,
        group=group,
        cell=y,
        groups=tuple(f"{name}:{recording}" for recording in chosen.recordings or ("",)),
        window=spec.window,
    )
    notes = ["windows are not shifted in time: nobody knows what lies between them"]
    if len(y) < len(found):
        notes.append(f"windows of no class of the network left out: {len(found) - len(y)}")
    return pool, {"what": found.source, "windows": len(pool)}, notes
