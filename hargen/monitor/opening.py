"""Gets hold of a board that streams: a port, or a project's virtual board, as often as asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from hargen import board as boards
from hargen.device.virtual import VirtualBoard
from hargen.errors import DeviceError, UsageError
from hargen.link.client import Client
from hargen.link.live import LiveEvent, LiveState
from hargen.link.messages import LivePhase, LiveSend
from hargen.link.replies import Hello, LinkCounters, TensorInfo
from hargen.monitor.events import Device
from hargen.validate import project, session
from hargen.validate.connection import built_image
from hargen.validate.project import Project

SEND = LiveSend.RESULTS | LiveSend.SAMPLES
_FIRST_BAUD = 115200  # of every board so far; where there is no project, nobody says


class Link(Protocol):
    """The part of hargen.link.client.Client that a monitor needs."""

    @property
    def port(self) -> str:
        """The port's name."""

    @property
    def counters(self) -> LinkCounters:
        """What the link went through so far."""

    def live(self, send: LiveSend = LiveSend.RESULTS) -> LiveState:
        """Have the device sample and send."""

    def listen(self, wait: float) -> list[LiveEvent]:
        """Return what it said."""

    def close(self) -> None:
        """Give the port back."""


_MOST_HZ = 10_000  # of any motion sensor
_MOST_MG = 1000.0  # in a count


class FinalError(DeviceError):
    """A board that no waiting will bring back."""


@dataclass(frozen=True)
class Opened:
    """A board that streams, and how it began."""

    link: Link
    device: Device
    output: TensorInfo
    """The form of the network's outputs."""
    state: LiveState


@dataclass(frozen=True)
class Request:
    """What a user asked for; one of virtual and port. sensor: what the virtual one's feels."""

    project_dir: Path | None
    virtual: bool = False
    port: str | None = None
    sensor: str | None = None
    timeout: float = 2.0


class Opener:
    """Opens what was asked for; the virtual board lives until `close`.

    Args:
        request: what was asked for.
        warn: takes what a user should know.

    Raises:
        UsageError: the request does not fit together, or the folder is not a project.
        DataError: the project is not usable.
    """

    def __init__(self, request: Request, warn: Callable[[str], None]) -> None:
        if request.virtual == (request.port is not None):
            raise UsageError(
                "give one of --virtual and --port",
                hint="--virtual starts the project's virtual board; "
                "--port /dev/ttyACM0 is a real one, hargen doctor lists the ports",
            )
        if request.sensor is not None and not request.virtual:
            raise UsageError(
                "--sensor goes with --virtual",
                why="a board on a port has a sensor of its own, or was given one when it started",
            )
        self._request = request
        self._warn = warn
        self._virtual: VirtualBoard | None = None
        self._project: Project | None = None
        self._baud = _FIRST_BAUD
        self._is_known = False
        folder = request.project_dir or (Path() if request.virtual else None)
        if folder is not None:
            self._project = project.read(folder, warn)
            self._baud = boards.load(self._project.manifest.board).serial.hello_baud

    def __call__(self) -> Opened:
        """Open the port, check who is there, and have it stream.

        Raises:
            DeviceError: nobody is there, or somebody else; it cannot sample.
            MissingExtraError, DataError: the virtual board cannot be started.
        """
        port = self._request.port or self._start()
        link = Client(port, baud=self._baud, timeout=self._request.timeout)
        try:
            hello = self._identify(link)
            state = link.live(SEND)
            if state.phase == LivePhase.UNAVAILABLE:
                raise FinalError(
                    "the board cannot sample its own sensor",
                    where=port,
                    why=state.text,
                    hint="validate-serial --stage raw sends it recordings instead",
                )
            _check(state, port)
            return Opened(link, self._device(link, hello, state), hello.output, state)
        except BaseException:
            link.close()
            raise

    def check(self) -> None:
        """Look whether the virtual board did what silicon would not serve.

        Raises:
            FinalError: it did.
        """
        broken = [] if self._virtual is None else self._virtual.violations()
        if broken:
            raise FinalError(
                "the firmware did what real silicon would not serve",
                where=self._virtual.pty or self._virtual.url if self._virtual else "",
                why=broken[0],
                hint="docs/virtual-board.md explains each rule",
            )

    def close(self) -> None:
        """End the virtual board."""
        if self._virtual is not None:
            self._virtual.close()
            self._virtual = None

    def _start(self) -> str:
        """Start the virtual board where it does not run, and return its port."""
        if self._virtual is not None and not self._virtual.is_running():
            self.close()
        if self._virtual is None:
            folder = self._request.project_dir or Path()
            self._virtual = VirtualBoard(folder, sensor=self._request.sensor)
            if self._virtual.hook == "python":
                self._warn(
                    "no C compiler for the virtual board's instruction counter: it counts in "
                    "Python, some fifty times slower, and may not keep up with its sensor"
                )
        return self._virtual.pty or self._virtual.url

    def _identify(self, link: Client) -> Hello:
        if self._project is None or self._is_known:  # whether it is the same, Connection looks
            return link.hello()
        image = built_image(self._project.directory)
        build_id = None if image is None else image.build_id
        hello = session.identify(link, self._project.manifest, build_id, self._request.virtual)
        self._is_known = True
        return hello

    def _device(self, link: Client, hello: Hello, state: LiveState) -> Device:
        classes = link.classes() if self._project is None else self._project.manifest.classes
        return Device(
            name=hello.name,
            classes=tuple(classes),
            build_id=hello.build_id,
            model_sha256=hello.model_sha256,
            clock_hz=hello.clock_hz,
            nominal_hz=state.nominal_mhz / 1000,
            # it came as float32: the number that was meant has no more digits than that
            mg_per_count=float(f"{state.mg_per_count:.7g}"),
            window=state.window,
            hop=state.hop,
        )


def _check(state: LiveState, port: str) -> None:
    """Refuse rates and scales that no firmware of ours has: times and accelerations go by them.

    Raises:
        FinalError: there is one.
    """
    if not (
        0 < state.nominal_mhz <= 1000 * _MOST_HZ
        and 0 < state.mg_per_count <= _MOST_MG
        and state.window
        and state.hop
    ):
        raise FinalError(
            "the device's answer to LIVE makes no sense",
            where=port,
            why=f"{state.nominal_mhz / 1000:g} Hz, {state.mg_per_count:g} mg a count, "
            f"windows of {state.window} every {state.hop}",
            hint="flash the firmware that this version of hargen builds",
        )
