"""Windows as a value."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hargen.datasets import Windows
from hargen.errors import DataError


def make() -> Windows:
    return Windows(
        x=np.arange(5 * 2 * 3, dtype=np.float32).reshape(5, 2, 3),
        y=np.array([0, 1, 1, -1, 0]),
        classes=("a", "b"),
        source="made up",
        recordings=("r", "s", "t"),
        recording=np.array([0, 0, 1, 1, 2]),
    )


def test_split_by_recording_loses_and_doubles_nothing() -> None:
    rest, held = make().split(["r", "t"])
    assert held.x[:, 0, 0].tolist() == [0, 6, 24]
    assert rest.x[:, 0, 0].tolist() == [12, 18]
    assert held.y.tolist() == [0, 1, 0]
    assert rest.recording is not None and rest.recording.tolist() == [1, 1]
    assert len(make().select_recordings(["s"])) == 2
    assert make().counts() == {"a": 2, "b": 2}


def test_split_of_unknown_or_no_recordings() -> None:
    with pytest.raises(DataError, match="'u'"):
        make().split(["r", "u"])
    with pytest.raises(DataError, match="no recordings"):
        replace(make(), recording=None, recordings=()).split([])


def test_the_hash_covers_values_labels_and_shape() -> None:
    w = make()
    changed = w.x.copy()
    changed[0, 0, 0] = np.nextafter(np.float32(0), np.float32(1))
    hashes = {
        w.sha256(),
        replace(w, x=changed).sha256(),
        replace(w, y=np.array([1, 1, 1, -1, 0])).sha256(),
        replace(w, x=w.x.reshape(5, 3, 2)).sha256(),
    }
    assert len(hashes) == 4
    assert replace(w, source="else").sha256() == w.sha256()


@pytest.mark.parametrize(
    "changes",
    [
        {"x": np.zeros((5, 2, 3))},
        {"x": np.zeros((5, 6), np.float32)},
        {"y": np.zeros(4, np.int64)},
        {"recording": np.zeros(4, np.int64)},
    ],
)
def test_parts_must_fit(changes: dict[str, np.ndarray]) -> None:
    with pytest.raises(ValueError, match="must"):
        replace(make(), **changes)  # type: ignore[arg-type]
