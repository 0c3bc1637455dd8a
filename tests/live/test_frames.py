"""Once a host talks: frames in place of text, and the model to itself where it wants it."""

from __future__ import annotations

import numpy as np
import pytest

from hargen.link import messages
from hargen.link.live import LiveResult, LiveSamples, LiveState
from hargen.link.messages import (
    LivePhase,
    LiveSend,
    LiveSensor,
    MessageType,
    NakReason,
    Stage,
)
from hargen.link.replies import parse_hello, parse_run, parse_samples

bench = pytest.importorskip("live.bench", reason="the virtual board needs unicorn")

from live.motion import SECONDS, motion  # noqa: E402

NAK, REPLY = MessageType.NAK, MessageType.REPLY
WINDOW = np.zeros(72, "<f4").tobytes()
RESUME = 10.0


def run(stage: Stage, data: bytes, index: int = 0, sequence: int = 9):
    head = messages.RUN_REQUEST.pack(index=index, stage=stage)
    return bench.ask(MessageType.RUN, head + data, sequence)


def phases(heard) -> list[tuple[int, LivePhase]]:
    """Return streams and phases as they were told unasked."""
    return [(state.stream, state.phase) for state in heard.states]


def test_every_result_is_that_of_the_same_c_here(project) -> None:
    feed = motion()
    deeds = [(0.01, bench.HELLO), (0.02, bench.live(bench.EVERYTHING))]
    heard = bench.play(project, SECONDS, deeds, feed=feed)
    ((first, counts),) = bench.pieces(heard.of(LiveSamples, 1))
    results = heard.results
    felt = bench.felt(feed, 0, len(counts))

    assert heard.violations == []
    assert first == 0
    assert np.array_equal(counts, felt)
    assert bench.told(results) == bench.expected(project, [(0, felt)])
    assert [result.window for result in results] == list(range(len(results)))
    assert {result.activity for result in results} == {0, 1, 2}
    assert {(r.stream, r.sensor, r.lost, r.gaps) for r in results} == {
        (1, LiveSensor.RUNNING, 0, 0)
    }
    assert results[-1].rate_mhz == pytest.approx(26_043, rel=1e-3)
    assert results[-1].time_ms == pytest.approx(1000 * SECONDS, abs=1300)
    for result in results:
        assert 10_000 < result.cycles_inference < 60_000
        assert 24 * 100 < result.cycles_preprocess < 24 * 1000


def test_the_samples_of_a_window_go_ahead_of_its_result(project) -> None:
    deeds = [(0.01, bench.HELLO), (0.02, bench.live(bench.EVERYTHING))]
    events = bench.play(project, 20, deeds, feed=motion()).events
    known = -1
    for event in events:
        if isinstance(event, LiveSamples):
            known = event.first + event.count - 1
        elif isinstance(event, LiveResult):
            assert event.last_sample == known
    assert known > 400


def test_the_first_valid_frame_ends_the_text(project) -> None:
    deeds = [
        (3.3, b"\0\x03no frame\0"),  # is refused, and no host
        (6.3, bench.HELLO),
    ]
    heard = bench.play(project, 12, deeds, feed=motion())
    times = [float(line["time"]) for line in heard.printed]
    assert times[0] < 1.2
    assert 5 < times[-1] < 6.3
    assert [frame.type for frame in heard.replies] == [NAK, MessageType.HELLO | REPLY]
    assert parse_hello(1, heard.replies[1].payload).name == "har"
    assert [r.window for r in heard.results] == list(range(len(times), len(times) + 6))
    assert heard.results[0].stream == 1, "the stream goes on"


def test_a_person_gets_the_text_back(project) -> None:
    deeds = [
        (2, bench.HELLO),
        (5, b"?\r"),
        (8, bench.live(LiveSend(0))),
        (11, b"?\n"),
    ]
    heard = bench.play(project, 15, deeds, feed=motion())
    assert [1 < float(line["time"]) < 2 or float(line["time"]) > 5 for line in heard.printed]
    told = [float(line["time"]) for line in heard.printed]
    assert [n for n in range(15) if any(n <= t < n + 1 for t in told)] == [1, 5, 6, 7, 12, 13, 14]
    assert all(r.stream == 1 for r in heard.results)
    assert sum("chip" in line for line in heard.lines) == 2


def test_what_a_host_does_not_want_does_not_come(project) -> None:
    deeds = [
        (0.1, bench.HELLO),
        (3, bench.live(LiveSend.SAMPLES)),
        (6, bench.live(LiveSend.RESULTS)),
        (9, bench.live(LiveSend(0))),
        (12, bench.live(LiveSend.RESULTS)),
    ]
    heard = bench.play(project, 15, deeds, feed=motion())
    replies = [f for f in heard.replies if f.type == MessageType.LIVE | REPLY]
    assert len(replies) == 4
    results = [result.time_ms // 1000 for result in heard.results]
    assert not {3, 4, 5, 9, 10, 11} & set(results)
    assert {1, 2, 6, 7, 8, 13, 14} <= set(results)
    samples = [event for event in heard.events if isinstance(event, LiveSamples)]
    assert 70 < sum(block.count for block in samples) <= 80, "of three seconds"
    assert {r.stream for r in heard.results} == {1, 2}
    assert [r.window for r in heard.results if r.stream == 2] == [0, 1, 2]


@pytest.mark.parametrize(
    "request_",
    [
        run(Stage.WINDOW, WINDOW),
        run(Stage.RAW, bytes(6)),
        run(Stage.INT8, bytes(5)),
        bench.ask(MessageType.PROFILE),
        bench.ask(MessageType.SELFTEST),
        bench.ask(MessageType.READ_LAYER, messages.READ_LAYER_REQUEST.pack(index=0, offset=0)),
        bench.ask(MessageType.ECHO, b"so"),
        bench.ask(MessageType.SET_BAUD, messages.SET_BAUD_REQUEST.pack(baud=115200)),
    ],
    ids=lambda frame: MessageType(frame.type).name,
)
def test_a_host_that_measures_has_the_board_to_itself(project, request_) -> None:
    deeds = [(3.2, bench.HELLO), (3.4, request_)]
    heard = bench.play(project, 17, deeds, feed=motion())
    assert heard.violations == []
    assert phases(heard)[:3] == [
        (1, LivePhase.PAUSED),
        (2, LivePhase.RUNNING),
        (2, LivePhase.RUNNING),
    ]
    paused, resumed, started = heard.states[:3]
    assert paused.time_ms == pytest.approx(3400, abs=50)
    assert resumed.time_ms == pytest.approx(3400 + 1000 * RESUME, abs=50)
    assert (resumed.sensor, started.sensor) == (LiveSensor.STARTING, LiveSensor.RUNNING)
    assert paused.resume_ms == 1000 * RESUME
    assert not [r for r in heard.results if 3400 < r.time_ms < 14_300]
    after = [r for r in heard.results if r.stream == 2]
    assert [r.window for r in after] == [0, 1, 2]
    assert not any(r.settled for r in after), "the filter has begun anew"


def test_other_requests_disturb_nothing(project) -> None:
    classes = messages.CLASSES_REQUEST.pack(first=0)
    asked = [
        bench.HELLO,
        bench.ask(MessageType.CLASSES, classes),
        bench.ask(MessageType.STATS),
        bench.ask(MessageType(0x0B), b""),  # refused
    ]
    deeds = [(2 + n / 5, asked[n % 4]) for n in range(40)]
    feed = motion()
    heard = bench.play(project, 12, [(0.01, bench.live(LiveSend.RESULTS)), *deeds], feed=feed)
    assert len(heard.replies) == 41
    assert phases(heard) == [(1, LivePhase.RUNNING)], "the sensor had started"
    frames = heard.results
    wanted = bench.expected(project, [(0, bench.felt(feed, 0, 24 * 12))])
    assert bench.told(frames) == wanted[frames[0].window : frames[-1].window + 1]


def test_a_pause_lasts_as_long_as_the_host_talks(project) -> None:
    deeds = [(1, bench.HELLO), (2, bench.ask(MessageType.ECHO))]
    deeds += [(2 + 4 * n, bench.ask(MessageType.STATS)) for n in range(1, 6)]
    heard = bench.play(project, 40, deeds, feed=motion())
    assert phases(heard)[:2] == [(1, LivePhase.PAUSED), (2, LivePhase.RUNNING)]
    assert heard.states[1].time_ms == pytest.approx(1000 * (22 + RESUME), abs=50)


def test_live_ends_a_pause_at_once(project) -> None:
    deeds = [(1, bench.HELLO), (2, bench.ask(MessageType.ECHO)), (3, bench.live(LiveSend.RESULTS))]
    heard = bench.play(project, 8, deeds, feed=motion())
    assert phases(heard) == [(1, LivePhase.PAUSED), (2, LivePhase.RUNNING)]
    assert heard.replies[-1].type == MessageType.LIVE | REPLY
    assert [r.window for r in heard.results if r.stream == 2] == [0, 1, 2, 3, 4]


def test_samples_of_a_host_and_of_the_sensor_never_mix(project) -> None:
    """A stream of the host's while live samples: both are as if the other were not there."""
    feed = motion()
    other = bench.felt(motion(seed=8), 600, 48)
    pieces = [
        run(Stage.RAW, other[at : at + 24].tobytes(), index=at, sequence=100 + at) for at in (0, 24)
    ]
    deeds = [(0.01, bench.HELLO), (0.02, bench.live(bench.EVERYTHING))]
    deeds += [(5.1, pieces[0]), (5.6, pieces[1])]
    # too late: the board samples again
    deeds += [(19.0, run(Stage.RAW, other[:24].tobytes(), index=48, sequence=200))]
    deeds += [(19.5, bench.ask(MessageType.PROFILE, sequence=201))]
    heard = bench.play(project, 35, deeds, feed=feed)

    answers = {frame.sequence: frame for frame in heard.replies}
    raw = [parse_samples(answers[100 + at].payload)[1] for at in (0, 24)]
    wanted = bench.expected(project, [(0, other)])
    assert [(w.window_crc, w.run.output, w.settled) for w in raw if w] == [
        (w.crc, w.output, w.settled) for w in wanted
    ]
    for sequence, reason in ((200, NakReason.ORDER), (201, NakReason.NO_RUN)):
        assert answers[sequence].type == NAK
        assert messages.NAK.unpack(answers[sequence].payload)["reason"] == reason

    for stream in (1, 2, 3):
        ((first, counts),) = bench.pieces(heard.of(LiveSamples, stream))
        assert first == 0
        results = heard.of(LiveResult, stream)
        assert bench.told(results) == bench.expected(project, [(0, counts)])
        assert len(results) > 2
    assert (1, LivePhase.PAUSED) in phases(heard)


def test_windows_of_a_host_are_counted_and_those_of_the_sensor_are_not(project) -> None:
    deeds = [
        (4, bench.HELLO),
        (4.5, run(Stage.WINDOW, WINDOW)),
        (5, bench.ask(MessageType.STATS, sequence=30)),
    ]
    heard = bench.play(project, 6, deeds, feed=motion())
    answers = {frame.sequence: frame.payload for frame in heard.replies}
    assert len(heard.printed) == 4
    assert messages.STATS_REPLY.unpack(answers[30])["runs"] == 1
    assert parse_run(answers[9]).cycles_inference > 0


def test_a_reset_board_begins_anew(project) -> None:
    deeds = [(2, bench.HELLO), (4, bench.ask(MessageType.RESET)), (8, bench.live(LiveSend.RESULTS))]
    heard = bench.play(project, 9, deeds, feed=motion())
    assert [line for line in heard.lines if line.startswith("sensor")] == [heard.lines[0]] * 2
    assert [float(line["time"]) for line in heard.printed] == pytest.approx(
        [1.04, 1.04, 2.06, 2.87, 3.89], abs=0.01
    )
    (refusal,) = [frame for frame in heard.replies if frame.type == NAK]
    assert messages.NAK.unpack(refusal.payload)["reason"] == NakReason.NO_HELLO


def test_the_state_tells_all(project) -> None:
    deeds = [(0.01, bench.HELLO), (20, bench.live(bench.EVERYTHING))]
    heard = bench.play(project, 20.5, deeds, feed=motion(), rate_error=0.02)
    from hargen.link.live import parse_state

    state = parse_state(heard.replies[-1].payload)
    assert isinstance(state, LiveState)
    assert (state.phase, state.send, state.sensor) == (
        LivePhase.RUNNING,
        bench.EVERYTHING,
        LiveSensor.RUNNING,
    )
    assert (state.window, state.hop, state.nominal_mhz) == (24, 24, 26_000)
    assert state.mg_per_count == pytest.approx(0.122)
    assert state.rate_mhz == pytest.approx(26_043 * 1.02, rel=1e-3)
    assert state.samples == pytest.approx(20 * 26.04 * 1.02, abs=10)
    assert (state.lost, state.gaps, state.overruns, state.bus_errors) == (0, 0, 0, 0)
    assert (state.identity, state.text, state.stream) == (0x6B, "", 1)
    assert state.activity == heard.results[-1].activity
