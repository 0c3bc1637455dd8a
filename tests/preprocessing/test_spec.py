"""The spec: round trip, hash, and what it refuses."""

from __future__ import annotations

import hashlib
import tomllib

import numpy as np
import pytest
import tomli_w
from hypothesis import given
from hypothesis import strategies as st

from hargen.errors import DataError
from hargen.preprocessing import Normalization, Preprocessing, Smoothing, preset
from hargen.preprocessing.spec import is_stable

ZOO_CANONICAL = (
    '{"axes":["x","y","z"],"filter":{"cutoff_hz":0.20800000000000002,"initial":"settled-or-one",'
    '"kind":"butterworth-highpass","order":4,"sections":[{"a":[1.0,-3.868656635,5.614526749,'
    '-3.622760773,0.8768966198],"b":[0.9364275932,-3.745710373,5.618565559,-3.745710373,'
    '0.9364275932],"settled":[-0.936528250873,2.809571532101,-2.809559172096,0.936515859573]}]},'
    '"filter_state":"stream","gravity":9.8,"gravity_rotation":true,"hop":24,"mg_per_count":0.122,'
    '"sample_rate_hz":26.0,"unit":"m/s2","window":24}'
)


def table(**changes: object) -> dict[str, object]:
    return preset("default", window=24).to_table() | changes


@pytest.mark.parametrize("name", ["st-zoo", "default", "none"])
def test_a_table_in_toml_gives_the_same_spec_back(name: str) -> None:
    spec = preset(name, window=48, hop=12)
    text = tomli_w.dumps(spec.to_table())
    assert Preprocessing.from_table(tomllib.loads(text)) == spec


def test_everything_optional_survives_the_round_trip() -> None:
    spec = Preprocessing.from_table(
        table(
            axes=["y", "-x", "z"],
            filter_state="window",
            normalization={"mean": [0, 0.1, -0.2], "std": [1, 2, 3]},
            smoothing={"kind": "majority", "windows": 5},
            mg_per_count=0.061,
        )
    )
    assert spec.smoothing == Smoothing(kind="majority", windows=5)
    assert spec.normalization == Normalization(mean=(0.0, 0.1, -0.2), std=(1.0, 2.0, 3.0))
    assert Preprocessing.from_table(spec.to_table()) == spec


def test_the_hash_is_of_the_documented_text() -> None:
    spec = preset("st-zoo", window=24)
    assert spec.canonical() == ZOO_CANONICAL
    assert spec.sha256() == hashlib.sha256(ZOO_CANONICAL.encode()).hexdigest()


def test_the_hash_covers_what_is_computed_and_not_the_name() -> None:
    spec = preset("default", window=24)
    assert Preprocessing.from_table(table(preset="mine")).sha256() == spec.sha256()
    other = spec.to_table()
    other["filter"]["sections"][1]["a"][2] += 1e-12
    hashes = {
        spec.sha256(),
        Preprocessing.from_table(other).sha256(),
        preset("default", window=24, hop=12).sha256(),
        Preprocessing.from_table(table(axes=["x", "y", "-z"])).sha256(),
        Preprocessing.from_table(table(filter_state="window")).sha256(),
        Preprocessing.from_table(table(gravity=9.8)).sha256(),
    }
    assert len(hashes) == 6


def test_whole_numbers_and_floats_hash_alike() -> None:
    assert Preprocessing.from_table(table(sample_rate_hz=26)).canonical() == (
        Preprocessing.from_table(table(sample_rate_hz=26.0)).canonical()
    )


def test_a_table_that_names_a_preset_is_completed_by_it() -> None:
    spec = Preprocessing.from_table({"preset": "default", "window": 24})
    assert spec == preset("default", window=24)
    other = Preprocessing.from_table({"preset": "st-zoo", "window": 24, "filter_state": "window"})
    assert other.filter == preset("st-zoo", window=24).filter
    assert other.filter_state == "window"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"unit": "furlong"}, "unit"),
        ({"window": 0}, "window"),
        ({"window": 10**9}, "window"),
        ({"window": "24"}, "window"),
        ({"window": True}, "window"),
        ({"hop": 0}, "hop"),
        ({"sample_rate_hz": -1.0}, "sample_rate_hz"),
        ({"sample_rate_hz": float("nan")}, "sample_rate_hz"),
        ({"sample_rate_hz": float("inf")}, "sample_rate_hz"),
        ({"sample_rate_hz": 0.5}, "half of the sample rate"),
        ({"axes": ["x", "x", "z"]}, "axes"),
        ({"axes": []}, "axes"),
        ({"axes": ["x", "y", "w"]}, "axes"),
        ({"axes": ["x", "y"]}, "gravity_rotation"),
        ({"colour": "red"}, "colour"),
        ({"preset": "a\nb"}, "preset"),
        ({"filter_state": "sometimes"}, "filter_state"),
        ({"filter": {"order": 4}}, "filter.cutoff_hz"),
        ({"hop": 25}, "hop is longer"),
        ({"gravity": 0.0}, "gravity"),
        ({"gravity": 1e300}, "gravity"),
        ({"mg_per_count": 0.0}, "mg_per_count"),
        ({"mg_per_count": 1e9}, "mg_per_count"),
        ({"smoothing": {"kind": "median", "windows": 3}}, "smoothing.kind"),
        ({"smoothing": {"kind": "mean", "windows": 1}}, "smoothing.windows"),
        ({"smoothing": {"kind": "mean", "windows": 17}}, "smoothing.windows"),
        ({"normalization": {"kind": "window", "mean": [0.0] * 3, "std": [1.0] * 3}}, "by window"),
        ({"normalization": {"kind": "fixed"}}, "has mean and std"),
        ({"normalization": {"mean": [0.0], "std": [1.0]}}, "normalization"),
        ({"normalization": {"mean": [0.0] * 3, "std": [0.0] * 3}}, "normalization.std"),
    ],
)
def test_bad_values_are_one_error_that_names_the_field(
    changes: dict[str, object], field: str
) -> None:
    with pytest.raises(DataError) as caught:
        Preprocessing.from_table(table(**changes), "card.toml: preprocessing")
    assert field in str(caught.value)
    assert caught.value.where.startswith("card.toml: preprocessing")
    assert caught.value.hint


@pytest.mark.parametrize(
    ("section", "why"),
    [
        ({"b": [1.0, -1.0], "a": [1.0, -1.0], "settled": [0.0]}, "stable"),
        ({"b": [1.0, -1.0], "a": [2.0, -0.5], "settled": [0.0]}, "a[0]"),
        ({"b": [1.0], "a": [1.0, -0.5], "settled": [0.0]}, "as long as"),
        ({"b": [1.0, -1.0], "a": [1.0, -0.5], "settled": []}, "shorter"),
        ({"b": [1.0], "a": [1.0], "settled": []}, "2 to 9"),
        ({"b": [1.0, float("nan")], "a": [1.0, -0.5], "settled": [0.0]}, "finite"),
        ({"b": [1.0, -2.0, 1.0], "a": [1.0, 0.0, 0.5], "settled": [0.0, 0.0]}, "add up"),
    ],
)
def test_filters_that_cannot_work_are_refused(section: dict[str, object], why: str) -> None:
    bad = {"order": 1, "cutoff_hz": 0.4, "sections": [section]}
    with pytest.raises(DataError, match=why.replace("[", r"\[")):
        Preprocessing.from_table(table(filter=bad))


@pytest.mark.parametrize("rate", [0, -26, 1e9, "26", True, None, float("nan")])
def test_a_preset_needs_a_rate_that_a_filter_can_have(rate: object) -> None:
    with pytest.raises(DataError, match="sample_rate_hz"):
        Preprocessing.from_table({"preset": "default", "window": 24, "sample_rate_hz": rate})


@given(st.lists(st.floats(-3, 3), min_size=1, max_size=4))
def test_stability_agrees_with_the_roots(tail: list[float]) -> None:
    radius = np.abs(np.roots([1.0, *tail])).max(initial=0.0)
    if abs(radius - 1) > 1e-3:
        assert is_stable((1.0, *tail)) == (radius < 1)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
KEYS = st.sampled_from([*Preprocessing.model_fields, "other"])


@given(st.dictionaries(KEYS, VALUES), st.sampled_from([{}, table(), {"preset": "st-zoo"}]))
def test_any_table_is_a_spec_or_a_data_error(
    changes: dict[str, object], base: dict[str, object]
) -> None:
    try:
        spec = Preprocessing.from_table(base | changes)
    except DataError:
        return
    assert Preprocessing.from_table(spec.to_table()) == spec


@pytest.mark.parametrize(
    ("to", "source", "factor"),
    [
        ("m/s2", "g", 9.8),
        ("m/s2", "mg", 0.0098),
        ("m/s2", "m/s2", 1.0),
        ("g", "mg", 0.001),
        ("g", "m/s2", 1 / 9.8),
        ("mg", "g", 1000.0),
        ("mg", "mg", 1.0),
    ],
)
def test_units(to: str, source: str, factor: float) -> None:
    spec = Preprocessing.from_table(table(unit=to, gravity=9.8))
    assert spec.scale_from(source) == pytest.approx(factor, rel=1e-15)  # type: ignore[arg-type]


def test_another_window_leaves_the_rest() -> None:
    spec = preset("st-zoo", window=24)
    assert spec.with_window(48) == preset("st-zoo", window=48)
    assert spec.with_window(48, 4) == preset("st-zoo", window=48, hop=4)
