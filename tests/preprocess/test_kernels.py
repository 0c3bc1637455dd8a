"""The C of the preprocessing against float64, and on inputs that nobody would send."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as numpy_strategies
from support.stream import StreamProgram

from hargen import models
from hargen.datasets.synthetic import synthetic_recordings
from hargen.preprocessing import Preprocessing, preset
from hargen.preprocessing.reference import to_windows

MODEL = models.default().tflite  # 24 samples of three axes
Programs = Callable[..., StreamProgram]
WINDOW_NORMALIZATION = {"kind": "window"}
FIXED = {"mean": [0.1, -0.2, 0.3], "std": [1.5, 2.5, 0.5]}


def spec(name: str = "default", **changes: object) -> Preprocessing:
    return Preprocessing.from_table(preset(name, window=24).to_table() | changes)


SPECS = {
    "default": spec(),
    "st-zoo": spec("st-zoo"),
    "g, turned axes": spec(unit="g", axes=["y", "-x", "z"]),
    "mg": spec(unit="mg"),
    "overlap": spec(hop=5),
    "every sample": spec(hop=1),
    "filter by window": spec(filter_state="window"),
    "filter by window, overlap": spec("st-zoo", filter_state="window", hop=7),
    "without rotation": spec(gravity_rotation=False),
    "fixed normalization": spec(normalization=FIXED),
    "normalization by window": spec(normalization=WINDOW_NORMALIZATION),
    "all by window, overlap": spec(
        normalization=WINDOW_NORMALIZATION, filter_state="window", hop=11
    ),
    "normalization alone": spec("none", normalization=FIXED),
    "from zero": spec(filter=spec().filter.model_dump() | {"initial": "zero"}),  # type: ignore[union-attr]
    "another rate": preset("default", window=24, sample_rate_hz=104.0),
    "sensor at 2 g": spec(mg_per_count=0.061),
}


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Programs:
    @cache
    def build(name: str, **options: object) -> StreamProgram:
        folder = tmp_path_factory.mktemp("stream")
        return StreamProgram(MODEL, SPECS[name], folder, **options)  # type: ignore[arg-type]

    return build


@cache
def motion() -> tuple[np.ndarray, ...]:
    """Return counts of made-up motion, two minutes of each of three activities."""
    found = synthetic_recordings(30, preprocessing=spec(), seed=5)
    return tuple(
        np.clip(np.rint(r.samples / 0.122), -32768, 32767).astype(np.int16)
        for r in found.recordings
    )


def reference(streams: tuple[np.ndarray, ...], chosen: Preprocessing) -> np.ndarray:
    pieces = [to_windows(s * chosen.mg_per_count, chosen, "mg")[0] for s in streams]
    return np.concatenate(pieces).reshape(-1, 72)


@pytest.mark.parametrize("name", SPECS)
def test_it_is_what_the_reference_says(programs: Programs, name: str) -> None:
    chosen = SPECS[name]
    taken = programs(name).take(motion())
    expected = reference(motion(), chosen)
    assert taken.windows.shape == expected.shape
    unit = chosen.scale_from("m/s2")
    if chosen.normalization is not None:
        unit = 1.0 if chosen.normalization.kind == "window" else 2.0  # 1 / the least std
    assert np.abs(taken.windows - expected.astype(np.float64)).max() < 1e-4 * unit
    # the network saw these windows, and no others
    assert np.array_equal(taken.activities, taken.classes)


@pytest.mark.parametrize("name", ["st-zoo", "all by window, overlap"])
def test_every_compiler_gives_the_same_bits(programs: Programs, name: str) -> None:
    first = programs(name).take(motion())
    for options in ({"cc": "clang", "sanitize": False}, {"flags": ("-O3",), "sanitize": False}):
        other = programs(name, **options).take(motion())
        assert other.windows.tobytes() == first.windows.tobytes()
        assert other.outputs.tobytes() == first.outputs.tobytes()


def test_windows_are_marked_until_the_filter_has_settled(programs: Programs) -> None:
    taken = programs("default").take([motion()[0], motion()[1]])
    per_stream = len(motion()[0]) // 24
    assert per_stream > 7
    # 125 samples: the window that begins at 144 is the first one behind them
    assert taken.settled[:per_stream].tolist() == [0] * 6 + [1] * (per_stream - 6)
    assert taken.settled[per_stream : per_stream + 7].tolist() == [0] * 6 + [1]
    assert programs("filter by window").take([motion()[0]]).settled.all()


def test_the_past_decays_by_then(programs: Programs) -> None:
    """What settles: two streams of different beginnings, the same from then on."""
    stream = np.concatenate(motion()[1:])
    other = stream.copy()
    other[:24] = -other[:24]
    for name in ("default", "st-zoo"):
        one, two = (programs(name).take([s]) for s in (stream, other))
        apart = np.abs(one.windows.astype(np.float64) - two.windows).max(axis=1)
        # the streams differ up to sample 24 instead of 0: one window later
        first = int(np.argmax(one.settled)) + 1
        assert 5 < first < 13
        assert apart[first:].max() < 0.05 * apart[0]


@cache
def extremes() -> tuple[np.ndarray, ...]:
    low, high = -32768, 32767
    rng = np.random.default_rng(1)
    free_fall = np.zeros((240, 3))
    free_fall[:60] = (0, 0, 8197)
    free_fall[120:] = (0, 0, 8197)
    shapes = [
        np.zeros((240, 3)),
        np.full((240, 3), high),
        np.full((240, 3), low),
        np.where(np.arange(240)[:, None] % 2, low, high) + np.zeros(3),
        np.where(np.arange(240)[:, None] // 60 % 2, low, high) + np.zeros(3),
        *(np.eye(3)[axis] * value + np.zeros((240, 3)) for axis in range(3) for value in (1, low)),
        *(np.eye(3)[axis] * v + np.zeros((240, 3)) for axis in range(3) for v in (-1, high)),
        free_fall,
        rng.integers(low, high + 1, (240, 3)),
        rng.integers(-1, 2, (240, 3)),
        rng.choice([low, -1, 0, 1, high], (240, 3)),
    ]
    return tuple(np.asarray(shape, np.int16) for shape in shapes)


@pytest.mark.parametrize("name", SPECS)
def test_no_count_makes_a_nan(programs: Programs, name: str) -> None:
    taken = programs(name).take(extremes())
    assert np.isfinite(taken.windows).all()
    limit = 32768 * 0.122e-3 * 9.81 * 40 * SPECS[name].scale_from("m/s2")
    assert np.abs(taken.windows).max() < max(limit, 24.0)


# Every preset, every normalization, and all of it by window.
ANY_STREAM = ("default", "st-zoo", "normalization alone", "fixed normalization")
ANY_STREAM += ("normalization by window", "all by window, overlap")


@settings(max_examples=60)
@given(
    numpy_strategies.arrays(
        np.int16,
        st.tuples(st.integers(24, 120), st.just(3)),
        elements=st.sampled_from([-32768, -32767, -1, 0, 1, 2, 8197, 32767])
        | st.integers(-32768, 32767),
    )
)
def test_no_stream_makes_a_nan(programs: Programs, stream: np.ndarray) -> None:
    for name in ANY_STREAM:
        assert np.isfinite(programs(name).take([stream]).windows).all()


def test_no_gravity_leaves_the_sample(programs: Programs) -> None:
    """A sensor that reads 0 throughout is in free fall: nothing to turn by."""
    assert not programs("default").take([np.zeros((24, 3), np.int16)]).windows.any()


def test_gravity_along_z_keeps_or_turns_the_sign(programs: Programs) -> None:
    for down in (8197, -8197):
        stream = np.zeros((240, 3), np.int16)
        stream[:, 2] = down
        stream[100] += np.array([400, 0, 0], np.int16)
        taken = programs("default").take([stream])
        expected = reference((stream,), SPECS["default"])
        assert np.abs(taken.windows - expected).max() < 1e-4


@pytest.mark.parametrize("name", ["default", "st-zoo", "from zero"])
def test_a_stream_that_begins_at_zero(programs: Programs, name: str) -> None:
    """Where the three ways to begin differ: the zoo's takes a first sample of 0 for 1."""
    stream = np.zeros((96, 3), np.int16)
    stream[24:] = (3, 400, 9000)
    taken = programs(name).take([stream])
    assert np.abs(taken.windows - reference((stream,), SPECS[name])).max() < 1e-4


@pytest.mark.parametrize("kind", ["majority", "mean"])
def test_smoothing(kind: str, tmp_path: Path) -> None:
    windows = 4
    chosen = spec(smoothing={"kind": kind, "windows": windows}, hop=6)
    streams = [np.concatenate(motion()), motion()[2]]
    taken = StreamProgram(MODEL, chosen, tmp_path).take(streams)
    scores = taken.outputs.view("<f4").astype(
        np.float64
    )  # float edges: exact sums of steps of 2^-8
    assert (taken.activities != taken.classes).any()
    position = 0
    for stream in streams:
        for index in range((len(stream) - 24) // 6 + 1):
            last = slice(position - min(index, windows - 1), position + 1)
            if kind == "majority":
                expected = np.bincount(taken.classes[last], minlength=3).argmax()
            else:
                expected = scores[last].sum(axis=0).argmax()
            assert taken.activities[position] == expected
            position += 1
    assert position == len(taken.classes)


@pytest.mark.parametrize("name", ["default", "st-zoo"])
def test_real_motion_stays_within_a_thousandth(programs: Programs, shared: Path, name: str) -> None:
    """Every sample of mobility_v1 and st_har_26hz, end to end: at most 1e-3 m/s2."""
    from hargen import datasets
    from hargen.validate import counts

    for source in ("mobility_v1#test", "mobility_v1#train", "st_har_26hz"):
        found = datasets.load(shared / "data" / source, window=24, preprocessing=SPECS[name])
        counted = counts.of(found.streams, SPECS[name])
        taken = programs(name).take(counted.streams)
        expected = counts.windows(counted, SPECS[name]).reshape(-1, 72)
        assert np.abs(taken.windows - expected.astype(np.float64)).max() < 1e-3
