"""The front, and how it is written."""

from __future__ import annotations

import csv
import io
import json
import tomllib
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from optuna.trial import TrialState

from hargen.errors import LimitError
from hargen.train import families
from hargen.train.search import formats, space, storage, write
from hargen.train.search.cost import Cost
from hargen.train.search.request import Limits, SearchRequest
from hargen.train.search.result import Found, Result, collect, pareto
from hargen.train.search.study import Outcome, open_study


def found(number: int, score: float, flash: int, instructions: int) -> Found:
    return Found(
        trial=number,
        parameters=space.smallest(),
        architecture="Conv2D",
        cost=Cost(flash=flash, ram=76, maccs=500, instructions=instructions),
        scores=(score,),
        accuracies=(score,),
        keeps_limits=True,
    )


FIGURES = st.tuples(st.integers(0, 4), st.integers(1, 4), st.integers(1, 4))


@given(st.lists(FIGURES, max_size=12))
def test_the_front_is_what_none_beats(figures: list[tuple[int, int, int]]) -> None:
    everything = [found(i, a / 4, b, c) for i, (a, b, c) in enumerate(figures)]
    front = pareto(everything)
    for one in everything:
        better = [
            other
            for other in everything
            if other.score >= one.score
            and other.cost.flash <= one.cost.flash
            and other.cost.instructions <= one.cost.instructions
            and (other.score, other.cost) != (one.score, one.cost)
        ]
        assert (one in front) == (not better)


@pytest.fixture
def result(request_of: Callable[..., SearchRequest]) -> Result:
    front = (found(3, 0.8, 100, 5000), found(7, 0.9, 600, 30000))
    tally = Counter({"trained": 3, "infeasible": 2})
    others = (found(1, 0.7, 400, 9000),)
    return Result(request_of(), {"window": 24}, tally, front, others)


def test_what_is_written(result: Result, tmp_path: Path) -> None:
    paths = write.write(result, tmp_path)
    names = ["pareto.md", "pareto.csv", "pareto.json", "pareto.png", "best.toml"]
    assert [path.name for path in paths] == names
    assert (
        "| **7** | **90.00** | **90.00** | **600** | **76** | **30000** | Conv2D |"
        in (tmp_path / "pareto.md").read_text()
    )
    rows = list(csv.DictReader(io.StringIO((tmp_path / "pareto.csv").read_text())))
    assert [(row["trial"], row["on_front"]) for row in rows] == [("1", "0"), ("3", "1"), ("7", "1")]
    table = json.loads((tmp_path / "pareto.json").read_text())
    assert (table["schema"], table["best"], table["trials"]["infeasible"]) == (1, 7, 2)
    assert [row["flash_bytes"] for row in table["front"]] == [100, 600]
    assert (tmp_path / "pareto.png").read_bytes().startswith(b"\x89PNG")


def test_the_parameters_are_what_train_takes(result: Result, tmp_path: Path) -> None:
    write.write(result, tmp_path)
    table = families.read_parameters(tmp_path / "best.toml")
    assert table == tomllib.loads(formats.parameters(result.best))
    parsed = families.parse(families.find("tcnn"), table, 24)
    assert parsed.model_dump(mode="json") == space.smallest()


def test_seeds_are_told_with_their_spread() -> None:
    one = Found(1, {}, "", Cost(1, 1, 1, 1), (0.9, 0.8), (0.7, 0.9), True)
    assert formats.cells(one)[1:3] == ("85.00 ± 7.07", "80.00 ± 14.14")


@pytest.mark.parametrize(
    ("limits", "kept"),
    [
        (Limits(), True),
        (Limits(flash=100, ram=50, instructions=1000), True),
        (Limits(flash=99), False),
        (Limits(ram=49), False),
        (Limits(instructions=999), False),
    ],
)
def test_limits(limits: Limits, kept: bool) -> None:
    assert limits.keeps(Cost(flash=100, ram=50, maccs=1, instructions=1000)) is kept
    assert Limits(instructions=999).keeps(Cost(flash=100, ram=50, maccs=1))


def test_a_search_that_found_nothing_says_what_was_nearest(
    request_of: Callable[..., SearchRequest],
) -> None:
    request = request_of(limits=Limits(flash=10))
    study = open_study(request, storage.connect(request.storage), {"classes": ["a", "b"]})
    for flash in (300, 200):
        trial = study.ask()
        trial.set_user_attr("cost", {"flash": flash, "ram": 76, "maccs": 9, "instructions": None})
        trial.set_user_attr("outcome", Outcome.infeasible)
        study.tell(trial, state=TrialState.PRUNED)
    with pytest.raises(LimitError, match="2 that were tried pass them; the smallest needs 200 B"):
        collect(study, request)
