"""Splits keep groups whole, are the same for a seed, and say what they lack."""

from __future__ import annotations

import hashlib
import json

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hargen.errors import DataError
from hargen.train import split

CLASSES = ("a", "b", "c")
rows = st.lists(
    st.tuples(st.integers(0, 11), st.integers(0, 2), st.integers(1, 30)), min_size=1, max_size=40
).map(lambda found: [*found, *((12 + i, i % 3, 10) for i in range(12))])


def single(pool, by="subject", test=0.2, validation=0.2, seed=0):
    units = split.units_of(pool, by, windows=by == "windows", parts=3)
    return split.single(pool, units, CLASSES, test=test, validation=validation, seed=seed)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=rows, seed=st.integers(0, 5))
def test_every_window_is_in_one_part_and_no_group_in_two(pool_of, rows, seed: int) -> None:
    pool = pool_of(rows)
    found = single(pool, seed=seed)
    parts = (found.train, found.validation, found.test)
    assert (np.sum(parts, axis=0) == 1).all()
    groups = [set(pool.group[part].tolist()) for part in parts]
    assert not groups[0] & groups[1] and not groups[0] & groups[2] and not groups[1] & groups[2]
    for part, names in zip(groups, ("train", "validation", "test"), strict=True):
        assert {pool.groups[group] for group in part} == set(found.names[names])
    assert set(pool.y[found.train].tolist()) == {0, 1, 2}


def test_every_class_gets_about_its_share(pool_of) -> None:
    pool = pool_of([(i, i % 3, 20) for i in range(60)])
    found = single(pool)
    for part in (found.test, found.validation):
        for label in range(3):
            assert 0.15 <= (pool.y[part] == label).sum() / (pool.y == label).sum() <= 0.25


def test_a_seed_gives_one_split_and_another_another(pool_of) -> None:
    pool = pool_of([(i, i % 3, 20) for i in range(30)])
    assert single(pool).names == single(pool).names
    assert single(pool).names != single(pool, seed=1).names


def test_the_hash_is_that_of_the_lists(pool_of) -> None:
    found = single(pool_of([(i, i % 3, 20) for i in range(30)]))
    text = json.dumps(found.names, sort_keys=True, separators=(",", ":")).encode()
    table = found.to_table()
    assert table["sha256"] == hashlib.sha256(text).hexdigest()
    assert table["train"] == found.names["train"]


def test_a_class_of_one_recording_is_trained_on_and_said(pool_of) -> None:
    pool = pool_of([(0, 2, 50), *((i, i % 2, 20) for i in range(1, 20))])
    found = single(pool)
    assert "set:0" in found.names["train"]
    assert any(text.startswith("c not in the test part") for text in found.missing)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=rows, k=st.integers(2, 5))
def test_folds_test_every_group_once(pool_of, rows, k: int) -> None:
    pool = pool_of([*rows, *((30 + i, i % 3, 5) for i in range(15))])
    units = split.units_of(pool, "subject", windows=False, parts=3)
    found = split.folds(pool, units, CLASSES, k, validation=0.2, seed=0)
    tested = [name for one in found for name in one.names["test"]]
    assert sorted(tested) == sorted(units.names)
    for one in found:
        assert not (one.train & one.test).any() and not (one.train & one.validation).any()


def test_windows_at_random_say_so(pool_of) -> None:
    found = single(pool_of([(0, i, 40) for i in range(3)]), by="windows")
    table = found.to_table()
    assert "run high" in table["warning"]
    assert table["train"] + table["validation"] + table["test"] == 120
    assert found.test.sum() > 10


def test_without_groups_random_windows_are_named(pool_of) -> None:
    pool = pool_of([(0, i, 40) for i in range(3)])
    for by in ("", "recording"):
        with pytest.raises(DataError) as found:
            split.units_of(pool, by, windows=False, parts=3)
        assert "--split windows" in found.value.hint


def test_more_folds_than_subjects(pool_of) -> None:
    pool = pool_of([(i, i % 3, 40) for i in range(6)])
    units = split.units_of(pool, "subject", windows=False, parts=3)
    with pytest.raises(DataError, match="6 subjects do not make 7 folds"):
        split.folds(pool, units, CLASSES, 7, validation=0.2, seed=0)


def test_groups_that_cannot_be_spared(pool_of) -> None:
    pool = pool_of([(i, i, 40) for i in range(3)])
    with pytest.raises(DataError, match="can be spared for the test part"):
        single(pool)
