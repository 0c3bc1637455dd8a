"""The first place where two sides differ, with all that a reader needs to go there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from hargen.validate.compare.given import Given
from hargen.validate.compare.report import Divergence, LinkName
from hargen.validate.compare.tally import First, Tally
from hargen.validate.compare.trace import STEPS

CLASS_NAMES = "class names"
_IN_SAMPLES = (*STEPS, "window")


def of(
    link: LinkName, given: Given, tallies: Mapping[str, Tally], order: Sequence[str]
) -> Divergence | None:
    """Return the first place of the first window that differs; None where nothing does.

    Args:
        link: which sides.
        given: the windows and the C's values.
        tallies: by place.
        order: of the places, along the data.
    """
    found = [
        (tally.first.window, order.index(place), place, tally.first)
        for place, tally in tallies.items()
        if tally.first is not None
    ]
    if not found:
        return None
    window, _, place, first = min(found, key=lambda item: item[:2])
    shape = shape_of(given, place)
    element = [int(i) for i in np.unravel_index(first.index, shape)]
    return Divergence(
        link=link,
        place=place,
        detail=detail_of(given, place),
        shape=list(shape),
        element=element,
        **_values(first),
        note="",
        steps=_steps(given, window, element[0]) if place in _IN_SAMPLES else {},
        **_context(given, window),
    )


def of_windows(given: Given) -> Divergence:
    """Return that the C cut windows where it should not have; given.windows_are_right is false."""
    from hargen.validate.compare.steps import last_samples

    stream, counts = given.trace.stream, given.counts
    assert stream is not None and counts is not None
    wanted = last_samples(counts, given.found.preprocessing)
    both = min(len(wanted), len(stream.last))
    wrong = np.flatnonzero(wanted[:both] != stream.last[:both])
    window = int(wrong[0]) if len(wrong) else both
    ours, theirs = (
        int(values[window]) if window < len(values) else None for values in (stream.last, wanted)
    )
    return Divergence(
        link="reference",
        place="window",
        detail="",
        shape=[],
        element=[],
        ours=ours,
        theirs=theirs,
        difference=None if ours is None or theirs is None else abs(ours - theirs),
        limit=0.0,
        note="the values are the number of the window's last sample",
        steps={},
        **_context(given, min(window, len(wanted) - 1)),
    )


def of_names(link: LinkName, ours: Sequence[str], theirs: Sequence[str]) -> Divergence | None:
    """Return the first class that is called otherwise; None where none is."""
    if list(ours) == list(theirs):
        return None
    both = min(len(ours), len(theirs))
    index = next((i for i in range(both) if ours[i] != theirs[i]), both)
    return Divergence(
        link=link,
        place=CLASS_NAMES,
        detail="",
        window=0,
        recording=None,
        stream=None,
        samples=None,
        shape=[max(len(ours), len(theirs))],
        element=[index],
        ours=ours[index] if index < len(ours) else None,
        theirs=theirs[index] if index < len(theirs) else None,
        difference=None,
        limit=None,
        note="every answer is of another class than it says",
        counts=None,
        steps={},
        window_values=[],
    )


def shape_of(given: Given, place: str) -> tuple[int, ...]:
    """Return the shape of a place's values in one window."""
    plan, spec = given.network.plan, given.found.preprocessing
    if place in _IN_SAMPLES:
        return spec.window, len(spec.axes)
    if place == "input":
        return given.found.manifest.model.input.shape
    if place.startswith("layer "):
        shape = plan.tensors[plan.layers[int(place[6:])].output].shape
        return shape[1:] if len(shape) > 1 else shape
    return (plan.tensors[plan.output.tensor].size,) if place == "output" else (1,)


def detail_of(given: Given, place: str) -> str:
    """Return what a place is, where its name does not say it."""
    if place.startswith("layer "):
        return given.network.plan.layers[int(place[6:])].summary
    return ""


def _values(first: First) -> dict[str, Any]:
    with np.errstate(invalid="ignore", over="ignore"):
        difference = abs(float(first.ours) - float(first.theirs))
    return {
        "ours": first.ours,
        "theirs": first.theirs,
        "difference": difference,
        "limit": first.limit,
    }


def _steps(given: Given, window: int, sample: int) -> dict[str, list[float]]:
    """Return what the C made of one sample of a window, step by step."""
    from hargen.validate.compare.steps import names

    spec, stream = given.found.preprocessing, given.trace.stream
    if stream is None:
        return {}
    shape = spec.window, len(spec.axes)
    is_in_place = spec.normalizes_windows or stream.windows.dtype != np.float32
    found = {
        name: stream.steps[name][window].reshape(shape)[sample].tolist()
        for name in names(spec)
        if name != "window" and not (name == "normalization" and is_in_place)
    }
    return found | {"window": stream.real[window].reshape(shape)[sample].tolist()}


def _context(given: Given, window: int) -> dict[str, Any]:
    windows, spec, counts = given.windows, given.found.preprocessing, given.counts
    recording = None
    if windows.recording is not None:
        recording = windows.recordings[int(windows.recording[window])]
    found: dict[str, Any] = {
        "window": window,
        "recording": recording,
        "stream": None,
        "samples": None,
        "counts": None,
        "window_values": given.rows[window].tolist() if window < len(given.rows) else [],
    }
    if counts is not None:
        stream, start = 0, window
        while start >= counts.windows[stream]:
            start -= counts.windows[stream]
            stream += 1
        start *= spec.hop
        samples = counts.streams[stream][start : start + spec.window]
        found |= {
            "stream": stream,
            "samples": (start, start + spec.window - 1),
            "counts": samples.tolist(),
        }
    return found
