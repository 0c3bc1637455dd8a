"""Two worker processes on one study: trials are shared, none is twice, none is lost."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import optuna
import pytest
from optuna.trial import TrialState

from hargen.errors import HargenError
from hargen.train.request import Request
from hargen.train.search import pool, storage, study
from hargen.train.search.request import SearchRequest

ROOT = Path(__file__).parents[2]
PROCESS = Path(__file__).with_name("worker_process.py")
SECONDS = 60
Start = Callable[[str, int, str], "subprocess.Popen[str]"]


@pytest.fixture
def start() -> Iterator[Start]:
    """Return a function that starts a worker of (storage, trials, role)."""
    started: list[subprocess.Popen[str]] = []

    def run(kept: str, trials: int, role: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, str(PROCESS), kept, str(trials), role],
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield run
    for process in started:
        process.kill()
        process.communicate()


def expect(process: subprocess.Popen[str], word: str) -> None:
    assert process.stdout is not None
    assert process.stdout.readline() == f"{word}\n"


def let_go(*workers: subprocess.Popen[str]) -> None:
    """Let workers that are ready begin at once, and wait for their end."""
    for process in workers:
        expect(process, "ready")
    for process in workers:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    for process in workers:
        assert process.wait(SECONDS) == 0


def trials_of(kept: str) -> list[Any]:
    return optuna.load_study(study_name="tcnn", storage=storage.connect(kept)).trials


@pytest.mark.parametrize("name", ["study.db", "study.journal"])
def test_two_workers_share_the_trials(name: str, tmp_path: Path, start: Start) -> None:
    kept = str(tmp_path / name)
    let_go(*(start(kept, 12, role) for role in ("one", "two")))
    trials = trials_of(kept)
    done = [trial for trial in trials if study.outcome(trial) is study.Outcome.trained]
    assert len(done) == 12
    assert {trial.state for trial in done} == {TrialState.COMPLETE}
    assert [trial.number for trial in trials] == list(range(len(trials)))
    assert len({trial.params["x"] for trial in done}) == 12  # nobody did another's work
    assert {trial.user_attrs["worker"] for trial in done} == {"one", "two"}


def test_what_a_killed_worker_had_is_failed_and_done_by_another(
    tmp_path: Path, start: Start
) -> None:
    kept = str(tmp_path / "study.db")
    killed = start(kept, 4, "hang")
    expect(killed, "ready")
    expect(killed, "hanging")
    killed.kill()
    killed.wait()
    (left,) = [trial for trial in trials_of(kept) if trial.state == TrialState.RUNNING]
    let_go(start(kept, 4, "one"))
    trials = trials_of(kept)
    assert trials[left.number].state == TrialState.FAIL
    (again,) = [trial for trial in trials if study.RETRIES in trial.user_attrs]
    assert again.params == left.params
    assert again.state == TrialState.COMPLETE
    done = [trial for trial in trials if study.outcome(trial) is study.Outcome.trained]
    assert len(done) == 4


def test_the_error_of_processes_is_the_commands(
    tmp_path: Path, request_of: Callable[..., SearchRequest]
) -> None:
    nowhere = Request(family="tcnn", data=(tmp_path / "none",))
    looks: list[int] = []
    with pytest.raises(HargenError, match="none") as found:
        pool.run(request_of(training=nowhere), 2, lambda: looks.append(1))
    assert found.value.exit_code == 3
    assert looks
