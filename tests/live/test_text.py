"""Until a host talks: from the sensor's registers to printed activity, LEDs included."""

from __future__ import annotations

from itertools import groupby

import numpy as np
import pytest

bench = pytest.importorskip("live.bench", reason="the virtual board needs unicorn")

from live.motion import CLASSES, SECONDS, motion  # noqa: E402


def printed_value(output: bytes, index: int) -> str:
    """Return a float32 with two digits, halves rounded up, as the firmware does."""
    value = np.frombuffer(output, "<f4")[index]
    hundredths = int(value * np.float32(100) + np.float32(0.5))
    return f"{hundredths // 100}.{hundredths % 100:02}"


def test_the_printed_activity_is_that_of_the_same_c_here(project) -> None:
    feed = motion()
    heard = bench.play(project, SECONDS, feed=feed)
    told = heard.printed
    wanted = bench.expected(project, [(0, bench.felt(feed, 0, 24 * len(told)))])

    assert heard.violations == []
    assert heard.frames == []
    assert heard.lines[0] == "sensor   ISM330DHCX, windows of 24 samples, one every 24"
    assert len(told) == len(heard.lines) - 1 == pytest.approx(SECONDS * 26.04 / 24, abs=1.5)
    for line, window in zip(told, wanted, strict=True):
        assert line["activity"] == CLASSES[window.activity]
        assert line["values"] == ", ".join(
            f"{name} {printed_value(window.output, n)}" for n, name in enumerate(CLASSES)
        )
        assert line["settled"] == ("settled" if window.settled else "not settled")
        assert line["lost"] == "0"
    assert {line["activity"] for line in told} == set(CLASSES), "a feed that shows them all"
    assert {line["settled"] for line in told} == {"settled", "not settled"}


def test_a_line_comes_soon_after_its_window_is_full(project) -> None:
    """A poll, every 0.2 s, takes what has come if that is 4 samples at least."""
    told = bench.play(project, 30, feed=motion()).printed
    for n, line in enumerate(told):
        full = 24 * (n + 1) / 26.04
        assert full < float(line["time"]) < full + 0.3


@pytest.mark.parametrize("rate_error", [-0.03, 0.0, 0.03])
def test_the_rate_is_the_one_that_the_sensor_has(project, rate_error) -> None:
    told = bench.play(project, 30, feed=motion(), rate_error=rate_error).printed
    rates = [float(line["rate"]) for line in told]
    assert rates[0] == pytest.approx(26.042, abs=2e-3), "nothing is measured yet"
    assert rates[4:] == pytest.approx([26.043 * (1 + rate_error)] * len(rates[4:]), rel=1e-3)


def test_the_activity_blinks(project) -> None:
    """One blink for the first class, two for the second, and so on."""
    lit: list[tuple[bool, bool]] = []

    def look(board) -> None:
        port = board.chip.gpio["H"]
        lit.append((port.drives(bench.GREEN) is False, port.drives(bench.RED) is False))

    heard = bench.play(project, SECONDS, feed=motion(), each=look)
    activities = [(float(line["time"]), CLASSES.index(line["activity"])) for line in heard.printed]
    # runs of one level, in steps of 20 ms; a dark second separates the groups of blinks
    blinks = []
    at = began = count = 0
    for level, run in groupby(green for green, _ in lit):
        length = len(list(run))
        if level:
            began = at if count == 0 else began
            count += 1
            assert length == pytest.approx(10, abs=2)
        elif length > 25 and count:
            blinks.append((began * 0.02, at * 0.02, count))
            count = 0
        at += length
    assert not any(red for _, red in lit)
    sure = 0
    for began_at, ended_at, count in blinks:
        # those that were known while it blinked, the one from before among them
        shown = {a for when, a in activities if began_at - 1.3 < when < ended_at + 0.3}
        if len(shown) == 1:
            assert count == shown.pop() + 1
            sure += 1
    assert sure > 20
    assert {count for _, _, count in blinks} >= {1, 2, 3}


def test_a_person_may_ask_what_is_sampled(project) -> None:
    heard = bench.play(project, 4, [(2, b"?\r")], feed=motion())
    asked = heard.lines.index(next(line for line in heard.lines if line.startswith("clock")))
    assert heard.lines[asked + 1] == heard.lines[0].strip()
    assert [float(line["time"]) > 2.1 for line in heard.printed].count(True) == 2, "it goes on"
