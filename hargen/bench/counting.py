"""Instructions and cycles of a flashed network, counted by its virtual board."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from numpy.typing import NDArray

from hargen.device.virtual import RunCount, VirtualBoard
from hargen.errors import DeviceError
from hargen.link.client import Client
from hargen.link.messages import Stage
from hargen.validate import connection
from hargen.validate.project import Project

_TIMEOUT = 20.0  # seconds: several boards may share a processor


class Counting:
    """A running virtual board that is given windows; see on_board.

    stack_high_water: bytes, the deepest stack of the firmware that its answers told of so far.
    """

    def __init__(self, board: VirtualBoard, client: Client, name: str) -> None:
        self._board = board
        self._client = client
        self._name = name
        self.stack_high_water = 0

    def check(self) -> None:
        """Let the firmware run the known answers in its image.

        Raises:
            DeviceError: it has other ones.
        """
        found = self._client.selftest()
        if found.failures:
            raise DeviceError(
                f"{found.failures} of {found.count} known answers are wrong",
                where=self._name,
                why="what is measured would not be the model",
            )

    def inferences(self, rows: NDArray[Any]) -> list[RunCount]:
        """Return what the network took from input to output, for each of the rows.

        Args:
            rows: (n, elements) in the model's own input dtype.
        """
        return self._count(rows, [f"{self._name}_run"], Stage.WINDOW)

    def int8_inferences(self, rows: NDArray[Any]) -> list[RunCount]:
        """Return the same from int8 to int8, of an int8 network whose own edges are float32.

        Args:
            rows: (n, elements) in int8.
        """
        return self._count(rows, [f"{self._name}_run_s8"], Stage.INT8)

    def layers(self, rows: NDArray[Any], count: int) -> list[list[RunCount]]:
        """Return what each of so many layers took, for each of the rows: [layer][row].

        Args:
            rows: (n, elements) in the model's own input dtype.
            count: layers of the network.
        """
        names = [f"{self._name}_layer_{index}" for index in range(count)]
        runs = self._count(rows, names, Stage.WINDOW)
        return [runs[index::count] for index in range(count)]

    def _count(self, rows: NDArray[Any], functions: Sequence[str], stage: Stage) -> list[RunCount]:
        self._client.pause()  # the sensor's windows would be counted, too
        self._board.count(*functions)
        self._board.drain_runs()
        for result in self._client.run(stage, (row.tobytes() for row in rows)):
            self.stack_high_water = max(self.stack_high_water, result.stack_high_water)
        runs = self._board.drain_runs()
        broken = self._board.violations()
        if broken:
            raise DeviceError(
                "the firmware did what real silicon would not serve",
                where=self._name,
                why=broken[0],
            )
        if len(runs) != len(rows) * len(functions):
            raise DeviceError(
                "the virtual board did not count the network",
                where=self._name,
                why=f"{len(rows)} windows had {len(runs)} calls of {', '.join(functions)}",
            )
        return runs


@contextmanager
def on_board(found: Project, warn: Callable[[str], None] = lambda _: None) -> Iterator[Counting]:
    """Start the virtual board of a project that was built and flashed.

    Raises:
        ToolError: the virtual board is not installed.
        DeviceError: it fails, or runs something else.
    """
    first = f"{found.manifest.name}_run"
    with connection.connect(
        found, virtual=True, port=None, timeout=_TIMEOUT, count=first, warn=warn
    ) as board:
        assert board.virtual is not None
        yield Counting(board.virtual, board.client, found.manifest.name)
