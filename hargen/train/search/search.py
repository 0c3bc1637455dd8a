"""A whole search, and what a process that joins one does."""

from __future__ import annotations

from typing import Any

from hargen.train.material import Material, gather
from hargen.train.search import pool, storage
from hargen.train.search.cost import Meter
from hargen.train.search.request import SearchRequest, problem
from hargen.train.search.result import Result, collect
from hargen.train.search.study import open_study
from hargen.train.search.worker import NOBODY, SearchWatch, check_limits, meter, work


def search(
    request: SearchRequest,
    jobs: int = 1,
    watch: SearchWatch = NOBODY,
) -> tuple[Result, tuple[str, ...]]:
    """Return the best networks, and notes; goes on where a study of the same problem is.

    Args:
        request: what to search for.
        jobs: processes on this machine.
        watch: told how far it is.

    Raises:
        UsageError: options do not go together, or the study is of another problem.
        DataError: the data cannot be used.
        LimitError: no network keeps the limits.
        ToolError: the storage cannot be reached, or a tool is missing.
        DeviceError: the virtual board fails.
    """
    storage.check()
    kept = storage.connect(request.storage)
    material = gather(request.training, watch.step)
    watch.step("measuring the smallest network")
    with meter(request, material) as found:
        check_limits(request, found)
        study = open_study(request, kept, problem(request, material))
        watch.step("searching")
        notes = _work(request, jobs, watch, study, material, found)
    with storage.reaching(request.storage):
        return collect(study, request), (*material.notes, *notes)


def join(request: SearchRequest) -> None:
    """Work at a study until it has its trials, in a process of a search of several.

    Raises:
        HargenError: see search.
    """
    storage.check()
    kept = storage.connect(request.storage)
    material = gather(request.training)
    study = open_study(request, kept, problem(request, material))
    with meter(request, material) as found:
        work(study, request, material, found)


def _work(
    request: SearchRequest,
    jobs: int,
    watch: SearchWatch,
    study: Any,
    material: Material,
    found: Meter,
) -> list[str]:
    if jobs == 1:
        work(study, request, material, found, watch)
        return []

    def look() -> None:
        with storage.reaching(request.storage):
            watch.trials(study.get_trials(deepcopy=False))

    return pool.run(request, jobs, look)
