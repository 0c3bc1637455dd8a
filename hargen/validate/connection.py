"""A board that runs a project's image, found, greeted and checked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from hargen import board as boards
from hargen.board import Board
from hargen.build.compile import Image, find_image
from hargen.device.virtual import VirtualBoard
from hargen.errors import DeviceError, UsageError
from hargen.link.client import Client
from hargen.link.replies import Hello
from hargen.validate import session
from hargen.validate.project import Project


@dataclass(frozen=True)
class Connection:
    """The board, and what it said; virtual where it is the project's own virtual one."""

    client: Client
    hello: Hello
    board: Board
    port: str
    virtual: VirtualBoard | None

    @property
    def fast_baud(self) -> int | None:
        """The rate for windows; None where the board's firmware does not offer it."""
        fast = self.board.serial.fast_baud
        return fast if fast in self.hello.bauds else None

    def violations(self) -> list[str]:
        """Return what the virtual board saw that real silicon would not serve."""
        return [] if self.virtual is None else self.virtual.violations()


@contextmanager
def connect(
    found: Project,
    *,
    virtual: bool,
    port: str | None,
    timeout: float,
    count: str | None = None,
    warn: Callable[[str], None],
) -> Iterator[Connection]:
    """Open a board for the context and check that it runs the project.

    Args:
        found: the project.
        virtual: start its virtual board, where no port is given.
        port: of a board.
        timeout: seconds of patience.
        count: a function whose instructions the virtual board counts.
        warn: told what makes it slow.

    Raises:
        ToolError: the virtual board is not installed.
        DeviceError: the board, its port or the link fails, now or within the context, or it runs
            something else.
    """
    board = boards.load(found.manifest.board)
    image = built_image(found.directory)
    with ExitStack() as stack:
        own, name = _open(found.directory, port, count, stack, warn)
        try:
            client = stack.enter_context(
                Client(name, baud=board.serial.hello_baud, timeout=timeout)
            )
            build_id = None if image is None else image.build_id
            hello = session.identify(client, found.manifest, build_id, virtual)
            yield Connection(client, hello, board, name, own)
        except DeviceError as error:
            raise _cause(error, own) from error


def built_image(project_dir: Path) -> Image | None:
    """Return what the last build left; None where the project was never built here."""
    try:
        return find_image(project_dir)
    except UsageError:
        return None


def _open(
    project_dir: Path,
    port: str | None,
    count: str | None,
    stack: ExitStack,
    warn: Callable[[str], None],
) -> tuple[VirtualBoard | None, str]:
    """Return the virtual board, where one was asked for, and the port of whichever board."""
    if port is not None:
        return None, port
    virtual = stack.enter_context(VirtualBoard(project_dir, count=count))
    if count is not None and virtual.hook == "python":
        warn(
            "no C compiler for the virtual board's instruction counter: "
            "it counts in Python, the same numbers some fifty times slower"
        )
    return virtual, virtual.pty or virtual.url


def _cause(error: DeviceError, virtual: VirtualBoard | None) -> DeviceError:
    """Return the rule that a virtual board stopped for, or else what the link noticed."""
    violations = [] if virtual is None else virtual.violations()
    if not violations:
        return error
    return DeviceError(
        "the firmware did what real silicon would not serve",
        where=error.where,
        why=violations[0],
        hint="docs/virtual-board.md explains each rule",
    )
