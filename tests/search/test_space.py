"""The space has the family's own network, and gives parameters that the family takes."""

from __future__ import annotations

import json

import optuna
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hargen.train import families
from hargen.train.search import space
from hargen.train.search.sampler import NumberedSampler

FAMILY = families.find("tcnn")


def drawn(seed: int) -> dict:
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=seed))
    return space.suggest(study.ask())


@settings(max_examples=60)
@given(st.integers(0, 2**31))
def test_what_is_drawn_is_a_tcnn_and_can_be_drawn_again(seed: int) -> None:
    table = drawn(seed)
    families.parse(FAMILY, table, 24)
    again = space.suggest(optuna.trial.FixedTrial(space.encode(table)))
    assert json.dumps(again) == json.dumps(table)


@pytest.mark.parametrize("window", [24, 48])
def test_the_familys_own_network_comes_first(window: int) -> None:
    first = space.starters(window)[0]
    chosen = space.suggest(optuna.trial.FixedTrial(space.encode(first)))
    assert families.parse(FAMILY, chosen, window) == families.parse(FAMILY, {}, window)


def test_all_kinds_of_networks_are_drawn() -> None:
    tables = [drawn(seed) for seed in range(80)]
    for name, values in {
        "depthwise": {False, True},
        "residual": {False, True},
        "batch_norm": {False, True},
        "pooling": set(space.POOLINGS),
        "dropout": set(space.DROPOUTS),
    }.items():
        assert {table[name] for table in tables} == values
    assert {len(table["filters"]) for table in tables} == {1, 2, 3}
    adds = [families.parse(FAMILY, table, 24).adds(1) for table in tables if table["residual"]]
    assert adds and all(adds)


def choices(seed: int, count: int = 14) -> list[dict]:
    """Return what a search of that seed chooses, the score being the number of first filters."""
    study = optuna.create_study(directions=("maximize", "minimize"), sampler=NumberedSampler(seed))
    found = []
    for _ in range(count):
        trial = study.ask()
        table = space.suggest(trial)
        study.tell(trial, [table["filters"][0], sum(table["filters"])])
        found.append(table)
    return found


def test_a_search_is_the_same_again_and_another_with_another_seed() -> None:
    assert choices(1) == choices(1)
    assert choices(1)[0] != choices(2)[0]


def test_workers_with_one_seed_do_not_begin_with_the_same_network() -> None:
    storage = optuna.storages.InMemoryStorage()
    optuna.create_study(study_name="s", storage=storage)
    tables = []
    for _ in range(2):
        study = optuna.load_study(study_name="s", storage=storage, sampler=NumberedSampler(0))
        tables.append(space.suggest(study.ask()))
    assert tables[0] != tables[1]
