"""A board that comes and goes: over real frames, and with a clock that the test turns."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

import pytest
from support.live_device import LiveDevice

from hargen.errors import DeviceError, ModelError
from hargen.link.live import LiveEvent, LiveResult, LiveSamples, LiveState
from hargen.link.messages import LivePhase, LiveSend, LiveSensor
from hargen.link.replies import LinkCounters, TensorInfo
from hargen.monitor.connection import RETRY, SILENCE, Connection
from hargen.monitor.events import Connected, Disconnected, Event, Result, Samples, Sensor
from hargen.monitor.opening import SEND, FinalError, Opened, Opener, Request

from .conftest import DEVICE

STATE = LiveState(
    phase=LivePhase.RUNNING, send=SEND, sensor=LiveSensor.RUNNING, stream=1, time_ms=0,
    resume_ms=5000, nominal_mhz=26000, rate_mhz=26042, mg_per_count=0.122, window=24, hop=12,
    activity=None, samples=0, lost=0, gaps=0, overruns=0, bad_words=0, bus_errors=0, resets=0,
    wrong_ids=0, bus_error=0, identity=0x6B, text="",
)  # fmt: skip
OUTPUT = TensorInfo(size=3, shape=(3,), dtype="int8", scale=1 / 256, zero_point=-128)
RESULT = LiveResult(
    stream=1, window=4, last_sample=71, time_ms=2800, class_index=1, activity=2, settled=True,
    sensor=LiveSensor.RUNNING, rate_mhz=26100, lost=0, gaps=0, cycles_preprocess=2400,
    cycles_inference=28000, window_crc=0, output=bytes([0x80, 0x00, 0x7F]),
)  # fmt: skip
GONE = DeviceError("the connection broke", where="/dev/ttyACM0")


@dataclass
class Clock:
    now: float = 100.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@dataclass
class FakeLink:
    """A link whose words, or errors, are a list; where that is empty, time passes."""

    clock: Clock
    said: list[list[LiveEvent] | Exception] = field(default_factory=list)
    port: str = "/dev/ttyACM0"
    counters: LinkCounters = field(default_factory=LinkCounters)
    asked: list[LiveSend] = field(default_factory=list)
    on_ask: Callable[[], LiveState] = lambda: STATE
    is_closed: bool = False

    def live(self, send: LiveSend = LiveSend.RESULTS) -> LiveState:
        self.asked.append(send)
        return self.on_ask()

    def listen(self, wait: float) -> list[LiveEvent]:
        if not self.said:
            self.clock.sleep(wait)
            return []
        following = self.said.pop(0)
        if isinstance(following, Exception):
            raise following
        return following

    def close(self) -> None:
        self.is_closed = True


@pytest.fixture
def clock() -> Clock:
    return Clock()


class Openers:
    """Opens what the test has laid out, one after the other; the last one again and again."""

    def __init__(self, *given: Opened | Exception) -> None:
        self.given = list(given)
        self.times: list[float] = []
        self.clock = Clock()

    def __call__(self) -> Opened:
        self.times.append(self.clock.now)
        following = self.given.pop(0) if len(self.given) > 1 else self.given[0]
        if isinstance(following, Exception):
            raise following
        return following


def opened(link: FakeLink, **device: object) -> Opened:
    return Opened(link, replace(DEVICE, **device), OUTPUT, STATE)  # type: ignore[arg-type]


def connect(clock: Clock, *given: Opened | Exception) -> tuple[Connection, Openers]:
    opener = Openers(*given)
    opener.clock = clock
    connection = Connection(opener, clock=clock, sleep=clock.sleep)
    connection.connect()
    return connection, opener


def poll(connection: Connection, times: int) -> list[Event]:
    return [event for _ in range(times) for event in connection.poll(0.1)]


def samples(first: int, count: int, *, lost: int = 0, stream: int = 1) -> LiveSamples:
    counts = b"".join((n % 100).to_bytes(2, "little") * 3 for n in range(first, first + count))
    return LiveSamples(stream, first, lost, counts)


def test_it_says_who_is_there_and_how_the_sensor_is(clock: Clock) -> None:
    connection = Connection(Openers(opened(FakeLink(clock))), clock=clock)
    first = connection.connect()
    assert first == [Connected(100.0, "/dev/ttyACM0", DEVICE), Sensor(100.0, "", 26.042)]
    assert connection.device == DEVICE


def test_a_result_comes_as_numbers(clock: Clock) -> None:
    connection, _ = connect(clock, opened(FakeLink(clock, [[RESULT]])))
    sensor, found = poll(connection, 1)
    assert sensor == Sensor(100.0, "", 26.1)
    assert isinstance(found, Result)
    assert found.outputs == (0.0, 0.5, 255 / 256)
    assert (found.window, found.class_index, found.activity, found.settled) == (4, 1, 2, True)
    assert (found.cycles_preprocess, found.cycles_inference) == (2400, 28000)


def test_outputs_of_another_size_are_none(clock: Clock) -> None:
    odd = replace(RESULT, output=b"\0")
    connection, _ = connect(clock, opened(FakeLink(clock, [[odd]])))
    found = poll(connection, 1)[-1]
    assert isinstance(found, Result)
    assert found.outputs == ()


@pytest.mark.parametrize(
    ("said", "lost", "on_wire"),
    [
        ([samples(50, 13)], [0], [0]),  # what went before the watch is nobody's loss
        ([samples(0, 13), samples(13, 13)], [0, 0], [0, 0]),
        ([samples(0, 13), samples(20, 13, lost=7)], [0, 7], [0, 0]),
        ([samples(0, 13), samples(26, 13)], [0, 13], [0, 13]),
        ([samples(0, 13), samples(30, 13, lost=4)], [0, 17], [0, 13]),
        ([samples(0, 13), samples(0, 13, stream=2)], [0, 0], [0, 0]),
        ([samples(0, 13), samples(5, 13, lost=2, stream=2)], [0, 5], [0, 3]),
        ([samples(13, 13), samples(0, 13)], [0, 0], [0, 0]),  # which no device does
    ],
)
def test_what_is_missing_is_numbered(
    clock: Clock, said: list[LiveEvent], lost: list[int], on_wire: list[int]
) -> None:
    connection, _ = connect(clock, opened(FakeLink(clock, [[one] for one in said])))
    found = [event for event in poll(connection, len(said)) if isinstance(event, Samples)]
    assert [one.lost for one in found] == lost
    assert [one.lost_on_wire for one in found] == on_wire
    first = said[0]
    assert isinstance(first, LiveSamples)
    start = first.first
    assert found[0].counts == tuple((n, n, n) for n in range(start, start + 13))


@pytest.mark.parametrize("sensor", [one for one in LiveSensor if one is not LiveSensor.RUNNING])
def test_trouble_of_the_sensor_is_told_in_words(clock: Clock, sensor: LiveSensor) -> None:
    spoken = replace(STATE, sensor=sensor, text="WHO_AM_I is 0x11")
    silent = replace(STATE, sensor=sensor)
    connection, _ = connect(clock, opened(FakeLink(clock, [[spoken], [silent], [STATE]])))
    told = [event.trouble for event in poll(connection, 3) if isinstance(event, Sensor)]
    assert told[0] == "WHO_AM_I is 0x11"
    assert told[1]
    assert told[2] == ""


def test_a_board_that_is_not_there_at_first_is_an_error(clock: Clock) -> None:
    connection = Connection(Openers(GONE), clock=clock)
    with pytest.raises(DeviceError, match="the connection broke"):
        connection.connect()


def test_a_port_that_goes_is_waited_for(clock: Clock) -> None:
    link, back = FakeLink(clock, [GONE]), FakeLink(clock, [[samples(0, 13)]])
    absent = DeviceError("there is no such port", where="/dev/ttyACM0")
    connection, opener = connect(
        clock, opened(link), absent, absent, DeviceError("no answer"), opened(back)
    )
    found = poll(connection, 40)
    assert link.is_closed
    kinds = [type(event) for event in found]
    assert kinds == [Disconnected, Disconnected, Disconnected, Connected, Sensor, Samples]
    reasons = [event.why for event in found if isinstance(event, Disconnected)]
    assert reasons == [
        "/dev/ttyACM0: the connection broke", "/dev/ttyACM0: there is no such port", "no answer",
    ]  # fmt: skip
    waits = [
        later - earlier for earlier, later in zip(opener.times[1:], opener.times[2:], strict=False)
    ]
    assert waits == pytest.approx([RETRY] * len(waits))
    block = found[-1]
    assert isinstance(block, Samples)
    assert block.lost == 0, "nobody knows how many"


def test_another_firmware_is_not_waited_for(clock: Clock) -> None:
    other = FakeLink(clock)
    connection, _ = connect(
        clock, opened(FakeLink(clock, [GONE])), opened(other, build_id=bytes(20))
    )
    with pytest.raises(FinalError, match="another firmware answers now") as caught:
        poll(connection, 40)
    assert caught.value.exit_code == 5
    assert other.is_closed


@pytest.mark.parametrize("error", [FinalError("the board cannot sample"), ModelError("no")])
def test_what_waiting_cannot_mend_is_raised(clock: Clock, error: Exception) -> None:
    connection, _ = connect(clock, opened(FakeLink(clock, [GONE])), error)
    with pytest.raises(type(error)):
        poll(connection, 40)


def test_a_silent_device_is_asked(clock: Clock) -> None:
    link = FakeLink(clock, [[samples(0, 13)]])
    link.on_ask = lambda: replace(STATE, sensor=LiveSensor.BUS, text="a transfer failed")
    connection, _ = connect(clock, opened(link))
    found = poll(connection, round(SILENCE / 0.1) + 2)
    assert link.asked == [SEND]
    assert [event for event in found if isinstance(event, Sensor)][
        -1
    ].trouble == "a transfer failed"
    poll(connection, round(SILENCE / 0.1) + 2)
    assert link.asked == [SEND, SEND], "not at every look"


def test_a_reset_that_the_link_noticed_begins_anew(clock: Clock) -> None:
    link = FakeLink(clock, [[samples(0, 13)]])

    def greet() -> LiveState:
        link.counters.resets += 1
        link.said = [[samples(0, 13), RESULT]]
        return STATE

    link.on_ask = greet
    connection, _ = connect(clock, opened(link))
    found = poll(connection, round(SILENCE / 0.1) + 3)
    kinds = [type(event) for event in found]
    assert kinds == [Samples, Disconnected, Connected, Sensor, Samples, Sensor, Result]
    assert [event.why for event in found if isinstance(event, Disconnected)] == [
        "the board was reset"
    ]
    assert [event.lost for event in found if isinstance(event, Samples)] == [0, 0]


def test_a_device_that_does_not_answer_is_waited_for(clock: Clock) -> None:
    link = FakeLink(clock)

    def fail() -> LiveState:
        raise DeviceError("no answer")

    link.on_ask = fail
    connection, _ = connect(clock, opened(link), DeviceError("no answer"), opened(FakeLink(clock)))
    kinds = [type(event) for event in poll(connection, 60)]
    assert kinds[:3] == [Disconnected, Connected, Sensor]


def test_what_the_check_finds_goes_before_a_broken_line(clock: Clock) -> None:
    broken: list[str] = []

    def check() -> None:
        if broken:
            raise FinalError("the firmware did what real silicon would not serve", why=broken[0])

    link = FakeLink(clock, [[samples(0, 13)]])
    connection = Connection(Openers(opened(link)), check=check, clock=clock, sleep=clock.sleep)
    connection.connect()
    assert poll(connection, 1)
    link.said = [GONE]
    broken.append("clock-off")
    with pytest.raises(FinalError, match="clock-off"):
        poll(connection, 1)


def test_it_leaves_the_device_sending_results_alone(clock: Clock) -> None:
    link = FakeLink(clock)
    connection, _ = connect(clock, opened(link))
    connection.close()
    assert link.asked == [LiveSend.RESULTS]
    assert link.is_closed
    connection.close()


def test_it_does_not_wait_for_a_silent_device_at_the_end(clock: Clock) -> None:
    link = FakeLink(clock)
    connection, _ = connect(clock, opened(link))
    clock.now += 10
    connection.close()
    assert link.asked == []
    assert link.is_closed


# the same over real frames and a real port


@pytest.fixture
def connection(device: LiveDevice) -> Iterator[Connection]:
    request = Request(None, port=device.port, timeout=0.4)
    found = Connection(Opener(request, lambda text: pytest.fail(text)))
    yield found
    found.close()


def wait_for(connection: Connection, kind: type, seconds: float = 20.0) -> list[Event]:
    """Return what happens until such an event has come."""
    found: list[Event] = []
    end = time.monotonic() + seconds
    while not any(isinstance(event, kind) for event in found):
        assert time.monotonic() < end, found
        found += connection.poll(0.05)
    return found


def test_names_and_classes_come_from_the_device(connection: Connection, device: LiveDevice) -> None:
    first = connection.connect()
    assert isinstance(first[0], Connected)
    found = first[0].device
    assert (found.name, found.classes) == ("scripted", ("stationary", "walking", "running"))
    assert (found.nominal_hz, found.clock_hz, found.window, found.hop) == (
        26.0,
        160_000_000,
        24,
        24,
    )
    assert found.mg_per_count == 0.122
    assert device.sends == SEND


def test_an_unplugged_board_goes_on_when_it_is_back(
    connection: Connection, device: LiveDevice
) -> None:
    connection.connect()
    device.samples([(1, 2, 3)] * 4)
    (block,) = wait_for(connection, Samples)
    assert isinstance(block, Samples)
    assert block.counts == ((1, 2, 3),) * 4
    device.unplug()
    wait_for(connection, Disconnected)
    for _ in range(4):
        connection.poll(0.3)
    device.plug()
    assert isinstance(wait_for(connection, Connected)[-2], Connected)
    assert device.sends == SEND
    device.samples([(4, 5, 6)] * 4)
    assert isinstance(wait_for(connection, Samples)[-1], Samples)


def test_a_reset_board_is_greeted_anew(connection: Connection, device: LiveDevice) -> None:
    connection.connect()
    device.samples([(1, 2, 3)] * 4)
    wait_for(connection, Samples)
    device.reset()
    device.say(b"1.0 s  walking 0.98\r\n")
    found = wait_for(connection, Connected)
    assert [event.why for event in found if isinstance(event, Disconnected)] == [
        "the board was reset"
    ]
    assert device.sends == SEND


def test_a_board_that_was_flashed_meanwhile_ends_it(
    connection: Connection, device: LiveDevice
) -> None:
    connection.connect()
    device.samples([(1, 2, 3)] * 4)
    wait_for(connection, Samples)
    device.build_id = bytes(20)
    device.reset()
    with pytest.raises(FinalError, match="another firmware answers now"):
        wait_for(connection, Connected)


def test_a_board_that_cannot_sample_says_why(connection: Connection, device: LiveDevice) -> None:
    device.state = {"phase": LivePhase.UNAVAILABLE}
    device.text = "this board has no sensor"
    with pytest.raises(FinalError, match="this board has no sensor"):
        connection.connect()


@pytest.mark.parametrize(
    "state",
    [
        {"nominal_mhz": 0},
        {"nominal_mhz": 0xFFFFFFFF},
        {"mg_per_count": 0.0},
        {"mg_per_count": float("nan")},
        {"mg_per_count": float("inf")},
        {"mg_per_count": -0.122},
        {"window": 0},
        {"hop": 0},
    ],
)
def test_a_state_that_cannot_be_is_refused(
    connection: Connection, device: LiveDevice, state: dict[str, float]
) -> None:
    device.state = state
    with pytest.raises(FinalError, match="makes no sense"):
        connection.connect()
