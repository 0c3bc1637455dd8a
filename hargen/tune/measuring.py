"""Many ways to compute a network, measured side by side."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from queue import SimpleQueue
from types import TracebackType
from typing import Self

from hargen.plan.choice import Choice
from hargen.tune.cache import Cache
from hargen.tune.measured import Measured, Subject, measure

_MOST_AT_A_TIME = 4


class Measuring:
    """A context in which choices are measured, as many at a time as there are processors.

    Each has a folder that the next one takes over: of that, only the network is compiled.
    """

    def __init__(self, subject: Subject, cache: Cache) -> None:
        self._subject = subject
        self._cache = cache
        self._at_a_time = max(1, min(_MOST_AT_A_TIME, os.cpu_count() or 1))

    def __enter__(self) -> Self:
        """Make the folders and the threads."""
        self._place = tempfile.TemporaryDirectory(prefix="hargen-tune-")
        self._pool = ThreadPoolExecutor(self._at_a_time)
        self._folders: SimpleQueue[Path] = SimpleQueue()
        for index in range(self._at_a_time):
            self._folders.put(Path(self._place.name) / str(index) / "project")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Throw away what was not begun, and the folders."""
        self._pool.shutdown(cancel_futures=True)
        self._place.cleanup()

    def all(self, choices: Sequence[Choice], watch: Callable[[int], None]) -> list[Measured]:
        """Return what each choice costs.

        Args:
            choices: of the subject's network.
            watch: called with the number of those that are measured.

        Raises:
            HargenError: as measure, of any of them.
        """
        watch(0)
        futures = [self._pool.submit(self._one, choice) for choice in choices]
        for done, future in enumerate(as_completed(futures), 1):
            future.result()
            watch(done)
        return [future.result() for future in futures]

    def _one(self, choice: Choice) -> Measured:
        folder = self._folders.get()
        try:
            folder.parent.mkdir(exist_ok=True)
            return measure(self._subject, choice, folder, self._cache)
        finally:
            self._folders.put(folder)
