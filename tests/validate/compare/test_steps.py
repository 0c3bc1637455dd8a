"""The preprocessing step by step: float32 keeps within what rounding explains, in every spec."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tomli_w
from support import no_fpu

from hargen import board as boards
from hargen import models
from hargen.datasets import Windows
from hargen.datasets.synthetic import synthetic_recordings
from hargen.datasets.windows import Stream
from hargen.emit import project as exporting
from hargen.preprocessing import Preprocessing, preset
from hargen.preprocessing.reference import high_pass, to_windows
from hargen.validate import expected, project
from hargen.validate.compare import given, steps
from hargen.validate.compare.steps import Step
from hargen.validate.counts import Counts

FIXED = {"mean": [0.1, -0.2, 0.3], "std": [1.5, 2.5, 0.5]}
BY_WINDOW = {"kind": "window"}


def spec(name: str = "default", **changes: object) -> Preprocessing:
    return Preprocessing.from_table(preset(name, window=24).to_table() | changes)


def one_section() -> dict[str, object]:
    """Return the default filter as one section of third order, which hargen takes apart."""
    from scipy.signal import butter

    from hargen.preprocessing.design import settled_states

    b, a = (values.tolist() for values in butter(3, 0.4, "highpass", fs=26.0))
    section = {"b": b, "a": a, "settled": settled_states([(b, a)])[0]}
    return {"order": 3, "cutoff_hz": 0.4, "sections": [section]}


SPECS = {
    "default": spec(),
    "st-zoo, overlap": spec("st-zoo", hop=5),
    "g, turned axes, another sensor": spec(unit="g", axes=["y", "-x", "z"], mg_per_count=0.061),
    "filter by window, overlap": spec("st-zoo", filter_state="window", hop=7),
    "without rotation, fixed normalization": spec(gravity_rotation=False, normalization=FIXED),
    "all by window": spec(normalization=BY_WINDOW, filter_state="window", hop=11),
    "normalization by window": spec(normalization=BY_WINDOW),
    "normalization alone": spec("none", normalization=FIXED),
    "another order": spec(filter=one_section()),
    "another rate, from zero": Preprocessing.from_table(
        (table := preset("default", window=24, sample_rate_hz=104.0).to_table())
        | {"filter": table["filter"] | {"initial": "zero"}}
    ),
}


def motion() -> list[np.ndarray]:
    found = synthetic_recordings(12, preprocessing=spec(), seed=5)
    return [
        np.clip(np.rint(r.samples / 0.122), -32768, 32767).astype(np.int16)
        for r in found.recordings
    ]


def extremes() -> list[np.ndarray]:
    low, high = -32768, 32767
    rng = np.random.default_rng(1)
    tilted = np.full((240, 3), 8197 / np.sqrt(3))
    tilted[:, 2] *= -1
    shapes = [
        np.zeros((240, 3)),
        np.full((240, 3), high),
        np.where(np.arange(240)[:, None] % 2, low, high) + np.zeros(3),
        np.where(np.arange(240)[:, None] // 60 % 2, low, high) + np.zeros(3),
        *(np.eye(3)[axis] * value + np.zeros((240, 3)) for axis in range(3) for value in (1, low)),
        tilted,
        rng.integers(low, high + 1, (240, 3)),
        rng.integers(-1, 2, (240, 3)),
        rng.choice([low, -1, 0, 1, high], (240, 3)),
    ]
    return [np.asarray(shape, np.int16) for shape in shapes]


def counted(streams: list[np.ndarray], chosen: Preprocessing) -> Counts:
    windows = tuple((len(one) - chosen.window) // chosen.hop + 1 for one in streams)
    return Counts(tuple(streams), windows, 0)


def taken(folder: Path, chosen: Preprocessing) -> list[Step]:
    """Return the steps that the project's C takes over motion and extremes."""
    found = project.read(folder, print)
    counts = counted([*motion(), *extremes()], chosen)
    windows = sum(counts.windows)
    streams = Windows(
        x=np.zeros((windows, 24, 3), np.float32),
        y=np.zeros(windows, np.int64),
        classes=(),
        source="made by hand",
        streams=tuple(
            Stream(samples * chosen.mg_per_count, "mg", count)
            for samples, count in zip(counts.streams, counts.windows, strict=True)
        ),
    )
    put_in = given.prepare(found, streams, "raw", print)
    assert put_in.counts is not None and put_in.trace.stream is not None
    assert put_in.windows_are_right
    for sent, wanted in zip(put_in.counts.streams, counts.streams, strict=True):
        assert np.array_equal(sent, wanted[: len(sent)])
    return steps.of(put_in.counts, chosen, put_in.trace.stream, put_in.rounding)


Case = tuple[Preprocessing, list[Step], bool]


@pytest.fixture(
    scope="module",
    params=[(name, in_integers) for in_integers in (False, True) for name in SPECS],
    ids=lambda param: f"{param[0]}, {'integers' if param[1] else 'float32'}",
)
def case(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Case:
    """Return a preprocessing, the steps of its C, and whether that computes in integers."""
    name, in_integers = request.param
    chosen = SPECS[name]
    folder = tmp_path_factory.mktemp("steps")
    card = folder / "own.toml"
    card.write_text(tomli_w.dumps({"preprocessing": chosen.to_table()}))
    exporting.export(
        *(models.default().tflite, folder / "har"),
        board=no_fpu.load(folder / "boards") if in_integers else boards.load("B-U585I-IOT02A"),
        reference=expected.outputs,
        preprocessing=str(card),
    )
    return chosen, taken(folder / "har", chosen), in_integers


def test_every_step_is_within_its_limit(case: Case) -> None:
    chosen, found, _ = case
    assert tuple(step.place for step in found) == steps.names(chosen)
    for step in found:
        apart = np.abs(step.ours.astype(np.float64) - step.exact)
        assert (apart <= step.limit).all(), (step.place, apart.max(), np.max(step.limit))


def test_the_limits_are_tight(case: Case) -> None:
    """A limit that anything keeps would show nothing."""
    chosen, found, in_integers = case
    count = chosen.mg_per_count * chosen.scale_from("mg")
    for step in found:
        limit = float(np.max(step.limit))
        apart = float(np.abs(step.ours.astype(np.float64) - step.exact).max())
        if step.place == "window":
            assert (apart, limit) == (0.0, 0.0)
        elif step.place == "unit":
            assert limit < count / 100
            assert in_integers or apart > limit / 3
        elif step.place in ("filter", "rotation"):
            assert apart > limit / 200
            assert limit < (count if in_integers else 3 * count)  # at full scale
        elif chosen.normalizes_windows:
            assert apart > limit / 1e4
            assert limit < 0.05  # of a standard deviation


def test_from_the_counts_on_it_is_the_reference(case: Case) -> None:
    """SciPy's windows are those that hargen preprocesses on the host."""
    chosen, found, _ = case
    counts = counted([*motion(), *extremes()], chosen)
    wanted = np.concatenate(
        [to_windows(s * chosen.mg_per_count, chosen, "mg")[0] for s in counts.streams]
    )
    got = found[-1].from_counts.astype(np.float32)
    assert np.allclose(got, wanted, rtol=1e-6, atol=1e-7)


def test_the_filter_is_that_of_the_reference() -> None:
    samples = np.random.default_rng(4).normal(0, 9, (500, 3))
    samples[0, 1] = 0.0  # where the zoo starts as if it had been 1
    for chosen in (spec(), spec("st-zoo")):
        assert chosen.filter is not None
        found = steps.filtered(samples, chosen.filter)
        assert np.allclose(found, high_pass(samples, chosen.filter), rtol=0, atol=1e-9)
