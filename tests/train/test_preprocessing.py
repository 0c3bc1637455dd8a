"""Training with a preprocessing of one's own: from its file to the windows, the card, the C."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hargen.datasets.synthetic import synthetic_recordings
from hargen.errors import DataError, HargenError, UsageError
from hargen.preprocessing import Preprocessing, preset
from hargen.preprocessing.card import read_file
from hargen.preprocessing.reference import to_windows
from hargen.train import families, loop
from hargen.train.augment import Frame
from hargen.train.loop import Arrays
from hargen.train.material import gather
from hargen.train.preprocessing import choose
from hargen.train.request import Request

FIXED = {"mean": [0.5, -0.2, 0.1], "std": [2.0, 3.0, 1.5]}
CHANGES = {
    "overlap": {"hop": 8},
    "another filter": {
        "filter": {
            "order": 1,
            "cutoff_hz": 0.3,
            "sections": [{"b": [0.96, -0.96], "a": [1.0, -0.92], "settled": [-0.96]}],
        }
    },
    "without rotation": {"gravity_rotation": False, "unit": "g"},
    "turned axes": {"axes": ["y", "-x", "z"]},
    "fixed normalization": {"normalization": FIXED},
    "normalization by window": {"normalization": {"kind": "window"}, "hop": 12},
    "filter by window": {"filter_state": "window"},
    "all of it": {
        "filter_state": "window",
        "normalization": FIXED,
        "hop": 12,
        "axes": ["-z", "x", "y"],
        "sample_rate_hz": 26.0,
        "mg_per_count": 0.061,
        "smoothing": {"kind": "mean", "windows": 4},
    },
}


def spec(**changes: object) -> Preprocessing:
    return Preprocessing.from_table(preset("default", window=24).to_table() | changes)


def write(folder: Path, spec_: Preprocessing) -> Path:
    import tomli_w

    path = folder / "mine.toml"
    path.write_text(tomli_w.dumps({"preprocessing": spec_.to_table()}))
    return path


class NoSnapshots:
    """Keeps nothing."""

    def load(self) -> Arrays | None:
        return None

    def save(self, arrays: Arrays) -> None:
        pass


def asked(small: Request, file: Path, **options: object) -> Request:
    chosen = choose(str(file), None, None)
    request = replace(small, window=chosen.window, preset=chosen.preset, spec=chosen.spec)
    return replace(request, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", CHANGES)
def test_windows_are_those_of_the_reference(small: Request, tmp_path: Path, name: str) -> None:
    """Every recording as float64 preprocesses it, cut at its hop."""
    mine = spec(**CHANGES[name])
    found = gather(asked(small, write(tmp_path, mine)))
    assert found.joined.spec == mine
    made = synthetic_recordings(500, preprocessing=mine, seed=small.seed)
    expected = [to_windows(r.samples, mine, made.unit)[0] for r in made.recordings]
    windows = found.joined.pool.windows()
    assert windows.dtype == np.float32
    assert np.abs(windows - np.concatenate(expected)).max() < 2e-5
    assert windows.shape[1:] == (24, 3)
    assert found.joined.spec.sha256() == mine.sha256()


@pytest.mark.parametrize("name", ["normalization by window", "filter by window", "all of it"])
def test_shifted_windows_are_finished_like_the_others(
    small: Request, tmp_path: Path, name: str
) -> None:
    mine = spec(**CHANGES[name])
    pool = gather(asked(small, write(tmp_path, mine))).joined.pool
    moved = pool.normalized(pool.shifted(np.random.default_rng(3)))
    assert not np.array_equal(moved, pool.windows())
    shift = np.floor((np.random.default_rng(3).random(len(pool)) - 0.5) * 24).astype(np.int64)
    at = replace(pool, starts=np.clip(pool.starts + shift, pool.first, pool.last))
    assert np.array_equal(moved, at.windows())


def test_what_an_epoch_sees_is_normalized(
    small: Request, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The random changes come before it: whatever they are, each window has mean 0 and std 1."""
    mine = spec(normalization={"kind": "window"}, gravity_rotation=False)
    found = gather(asked(small, write(tmp_path, mine)))
    pool = found.joined.pool
    seen: list[np.ndarray] = []

    def epoch(x: np.ndarray, _targets: np.ndarray, _weights: np.ndarray) -> float:
        seen.append(x[..., 0])
        return 0.5

    monkeypatch.setattr(loop, "_epoch_function", lambda *_: epoch)
    family = families.find("tcnn")
    loop.train(
        lambda: family.build(families.parse(family, {}, 24), 24, 3, 0),
        pool,
        pool.take(np.zeros(len(pool), bool)),
        small.recipe.model_copy(update={"epochs": 2}),
        0,
        frame=Frame.of(mine),
        snapshots=NoSnapshots(),
    )
    assert len(seen) == 2
    assert np.abs(seen[0].mean(axis=1)).max() < 1e-4
    std = seen[0].std(axis=1)
    assert np.median(std) == pytest.approx(1.0, abs=1e-4)
    assert std.max() < 1.001  # below 1 only where an axis lies still


def test_the_files_window_and_rate_count(tmp_path: Path) -> None:
    mine = preset("default", window=36, sample_rate_hz=50.0)
    chosen = choose(str(write(tmp_path, mine)), None, None)
    assert (chosen.window, chosen.spec) == (36, mine)
    assert choose(str(write(tmp_path, mine)), 36, 50.0) == chosen
    assert choose("st-zoo", None, None).window == 24
    assert choose(None, 48, None).window == 48


def test_data_of_another_rate_are_resampled_to_the_files(
    subjects: Callable[..., Path], small: Request, tmp_path: Path
) -> None:
    mine = preset("default", window=24, sample_rate_hz=26.0)
    request = asked(small, write(tmp_path, mine), synthetic=None, data=(subjects("w", 4),))
    found = gather(request)
    assert found.joined.sources[0]["resampled"] is True
    assert any("resampled from 20 Hz to 26 Hz" in note for note in found.notes)


@pytest.mark.parametrize(
    ("table", "window", "rate", "error", "why"),
    [
        (None, None, None, DataError, "no preset and no file"),
        ("[model]\n", None, None, DataError, r"no table \[preprocessing\]"),
        ("[preprocessing\n", None, None, DataError, "not valid TOML"),
        ("[preprocessing]\nwindow = 24\n", None, None, DataError, "sample_rate_hz"),
        ('[preprocessing]\npreset = "default"\n', None, None, DataError, "window"),
        (
            '[preprocessing]\npreset = "default"\nwindow = 24\n',
            48,
            None,
            UsageError,
            "--window 48 is not the preprocessing's",
        ),
        (
            '[preprocessing]\npreset = "default"\nwindow = 24\n',
            None,
            50.0,
            UsageError,
            "--rate 50 is not the preprocessing's",
        ),
        (
            '[preprocessing]\npreset = "none"\nwindow = 24\naxes = ["x", "y"]\n',
            None,
            None,
            UsageError,
            "three axes, not 2",
        ),
        (
            '[preprocessing]\npreset = "default"\nwindow = 24\nhop = 0\n',
            None,
            None,
            DataError,
            "hop",
        ),
        (
            '[preprocessing]\npreset = "default"\nwindow = 24\nhop = 25\n',
            None,
            None,
            DataError,
            "hop is longer",
        ),
    ],
)
def test_what_does_not_go_together_is_refused(
    tmp_path: Path,
    table: str | None,
    window: int | None,
    rate: float | None,
    error: type[HargenError],
    why: str,
) -> None:
    path = tmp_path / "mine.toml"
    if table is not None:
        path.write_text(table)
    with pytest.raises(error, match=why) as caught:
        choose(str(path), window, rate)
    assert caught.value.where
    assert caught.value.hint


def test_the_whole_way_from_a_file(
    hargen: Callable[..., tuple[int, str, str]], tmp_path: Path
) -> None:
    """Train, look into the card, export: the C has the overlap, the axes, the normalization."""
    mine = spec(hop=6, axes=["y", "-x", "z"], normalization=FIXED)
    target = tmp_path / "walk.tflite"
    report = tmp_path / "report.json"
    code, _, err = hargen(
        *("train", "tcnn", "--preprocessing", write(tmp_path, mine), "--synthetic", 600),
        *("--set", "filters=[4, 6]", "--epochs", 2, "-o", target, "--json", report),
    )
    assert code == 0, err
    card = read_file(tmp_path / "walk.toml")
    assert card.preprocessing is not None
    assert card.preprocessing.to_table() == mine.to_table()
    assert "y, -x, z" in card.data["axes"]
    assert json.loads(report.read_text())
    code, _, err = hargen("export", target, "-o", tmp_path / "har", "-b", "B-U585I-IOT02A")
    assert code == 0, err
    assert "note" not in err
    header = (tmp_path / "har/Model/har.h").read_text()
    assert "#define HAR_HOP 6" in header
    stream = (tmp_path / "har/Model/har_stream.c").read_text()
    assert "hg_normalize_f32" in stream
    assert ".source = {1, 0, 2}" in stream


def test_svc_is_fitted_to_the_files_windows(
    hargen: Callable[..., tuple[int, str, str]], tmp_path: Path
) -> None:
    mine = spec(normalization={"kind": "window"})
    target = tmp_path / "walk.onnx"
    code, _, err = hargen(
        *("train", "svc", "--preprocessing", write(tmp_path, mine), "--synthetic", 600),
        *("--set", "fraction=0.3", "-o", target),
    )
    assert code == 0, err
    card = read_file(tmp_path / "walk.toml")
    assert card.preprocessing == mine


def test_a_contradiction_writes_nothing(
    hargen: Callable[..., tuple[int, str, str]], tmp_path: Path
) -> None:
    file = write(tmp_path, spec())
    before = sorted(tmp_path.iterdir())
    code, _, err = hargen(
        *("train", "tcnn", "--preprocessing", file, "--window", 48, "--synthetic", 600),
        *("-o", tmp_path / "walk.keras"),
    )
    assert code == 2
    assert "--window 48 is not the preprocessing's" in err
    assert sorted(tmp_path.iterdir()) == before
