"""The data of a training, read and split, before anything is trained."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from hargen import datasets
from hargen.datasets import RecordingSet, Windows
from hargen.errors import DataError, UsageError
from hargen.preprocessing import Preprocessing, preset
from hargen.train import joined, resample, sources, split
from hargen.train.joined import Joined
from hargen.train.request import FALLBACK_RATE_HZ, Request
from hargen.train.sources import Source
from hargen.train.split import Split

Step = Callable[[str], None]


@dataclass(frozen=True, eq=False)
class Material:
    """joined: all that is split. splits: one, or one for each fold. test: windows of --test."""

    joined: Joined
    splits: tuple[Split, ...]
    test: Windows | None
    test_table: dict[str, Any]
    notes: tuple[str, ...]


def gather(request: Request, step: Step = lambda _: None) -> Material:
    """Return what a request wants to train, choose and test on.

    Raises:
        DataError: data cannot be read, reconciled or split.
        UsageError: options do not go together, or with the data.
    """
    request.check()
    step("reading the data")
    base = request.spec
    if base is None and request.rate_hz:
        base = _preset(request, request.rate_hz)
    found = sources.read(request.data, request.synthetic, request.window, base, request.seed)
    _check_twice(found)
    classes = joined.map_classes(found, request.classes, request.renamed)
    spec = _spec(request, found)
    everything = joined.build(found, classes, request.renamed, spec, step)
    if len(everything.pool) < request.recipe.batch:
        raise DataError(
            f"{len(everything.pool)} windows are fewer than one batch of {request.recipe.batch}",
            where=", ".join(source.name for source in found),
            hint="give more data, or a smaller --batch",
        )
    test: Windows | None = None
    table: dict[str, Any] = {}
    said: tuple[str, ...] = ()
    if request.test is not None:
        step("reading the test set")
        test, table, said = _read_test(request, found, everything)
    splits = _split(request, everything)
    for one in splits:
        count = int(one.train.sum())
        if count < request.recipe.batch:
            raise DataError(
                f"{count} windows to train on are fewer than one batch of {request.recipe.batch}",
                where=", ".join(source.name for source in found),
                hint="give more data, or a smaller --batch",
            )
    missing = tuple(dict.fromkeys(text for one in splits for text in one.missing))
    return Material(everything, splits, test, table, (*everything.notes, *said, *missing))


def _preset(request: Request, rate_hz: float) -> Preprocessing:
    return preset(request.preset or "default", window=request.window, sample_rate_hz=rate_hz)


def _spec(request: Request, found: list[Source]) -> Preprocessing:
    if request.spec is not None:
        return request.spec
    rates = [source.rate_hz for source in found if source.rate_hz is not None]
    if not rates and request.preset is None:
        raise UsageError(
            "windows do not say what preprocessing they have been through",
            hint="--preprocessing default, st-zoo, none or a file says it",
        )
    if request.rate_hz:
        return _preset(request, request.rate_hz)
    first = rates[0] if rates else FALLBACK_RATE_HZ
    if any(resample.is_other_rate(rate, first) for rate in rates) or not resample.is_other_rate(
        first, FALLBACK_RATE_HZ
    ):
        first = FALLBACK_RATE_HZ
    return _preset(request, first)


def _check_twice(found: list[Source]) -> None:
    seen: dict[bytes, str] = {}
    for source in found:
        for mark in source.fingerprints():
            if seen.setdefault(mark, source.name) != source.name:
                raise DataError(
                    f"it has a recording that {seen[mark]} has too",
                    where=source.name,
                    hint="give each data set once",
                )


def _split(request: Request, everything: Joined) -> tuple[Split, ...]:
    share = 0.0 if request.test is not None else request.test_share
    validation = request.validation_share
    parts = 1 + (share > 0 or request.folds > 0) + (validation > 0)
    pool = everything.pool
    units = split.units_of(pool, everything.grouped_by, windows=request.random_windows, parts=parts)
    if request.folds:
        return tuple(
            split.folds(
                pool,
                units,
                everything.classes,
                request.folds,
                validation=validation,
                seed=request.seed,
            )
        )
    return (
        split.single(
            pool,
            units,
            everything.classes,
            test=share,
            validation=validation,
            seed=request.seed,
        ),
    )


def _read_test(
    request: Request, training: list[Source], everything: Joined
) -> tuple[Windows, dict[str, Any], tuple[str, ...]]:
    """Return the test set's windows that have a class, a table on them, and notes."""
    assert request.test is not None
    (source,) = _test_sources(request)
    shared = source.fingerprints() & {m for other in training for m in other.fingerprints()}
    if shared:
        raise DataError(
            f"{len(shared)} of its recordings or windows are trained on",
            where=str(request.test),
            hint="test on other data than --data",
        )
    content, spec = source.content, everything.spec
    classes = everything.classes
    if isinstance(content, RecordingSet) and content.one_stream:
        if resample.is_other_rate(content.sample_rate_hz, spec.sample_rate_hz):
            cut = "its recordings were resampled, and not cut into windows as the model zoo cuts it"
        else:
            windows = datasets.load(request.test, window=spec.window, preprocessing=spec)
            return _zoo_cut(source, windows, request, everything)
    else:
        cut = ""
    found = joined.build([source], classes, request.renamed, spec)
    notes = tuple(f"test on {note}" for note in found.notes)
    windows = found.pool.to_windows(classes, found.sources[0]["what"])
    return windows, dict(found.sources[0]), notes + ((cut,) if cut else ())


def _test_sources(request: Request) -> list[Source]:
    path = request.test
    assert path is not None
    if datasets.is_npz(path):
        return sources.read((path,), None, request.window, None, request.seed)
    found = datasets.recordings(path, part="test")
    return [Source(found.kind, found)]


def _zoo_cut(
    source: Source, windows: Windows, request: Request, everything: Joined
) -> tuple[Windows, dict[str, Any], tuple[str, ...]]:
    mapping = joined.mapping_of(source, everything.classes, request.renamed)
    y = np.array([mapping.get(label, -1) for label in windows.y.tolist()], dtype=np.int64)
    kept = y >= 0
    chosen = windows.take(kept)
    result = Windows(
        x=chosen.x,
        y=y[kept],
        classes=everything.classes,
        source=windows.source,
        recordings=windows.recordings,
        recording=chosen.recording,
    )
    table = {
        "name": source.name,
        "what": windows.source,
        "sample_rate_hz": source.rate_hz,
        "windows": len(result),
        "cut": "as the model zoo cuts it",
    }
    notes = tuple(f"test on {source.name}: {note}" for note in windows.notes)
    if not kept.all():
        notes += (f"test windows of no class of the network left out: {int((~kept).sum())}",)
    return result, table, notes
