"""A board without a sensor, models that want what the sensor does not give: no live, and why."""

from __future__ import annotations

from pathlib import Path

import pytest

from hargen import board, models, resources
from hargen.build.compile import build
from hargen.emit.project import export
from hargen.errors import UsageError
from hargen.link.live import parse_state
from hargen.link.messages import LivePhase, LiveSend, MessageType, Stage
from hargen.validate import reference

bench = pytest.importorskip("live.bench", reason="the virtual board needs unicorn")

from live.motion import motion  # noqa: E402
from live.test_frames import WINDOW, run  # noqa: E402

BOARD = "B-U585I-IOT02A"
REPLY = MessageType.REPLY


def without_a_sensor(folder: Path) -> board.Board:
    text = (resources.boards() / f"{BOARD}.toml").read_text(encoding="utf-8")
    before, _, rest = text.partition("[sensor]")
    path = folder / f"{BOARD}.toml"
    path.write_text(before + "[" + rest.partition("\n[")[2], encoding="utf-8")
    return board.read(path)


@pytest.mark.parametrize(
    ("preprocessing", "why"),
    [
        ("", "this board has no motion sensor"),
        ('preset = "none"\n', "the model takes windows that are ready, no samples"),
        (
            'preset = "default"\nsample_rate_hz = 20.0\n',
            "the model wants samples at another rate than the sensor gives",
        ),
        (
            'preset = "default"\nmg_per_count = 0.061\n',
            "the model wants counts of another size than the sensor gives",
        ),
    ],
    ids=["no sensor", "no samples", "rate", "range"],
)
def test_the_board_runs_and_says_why_it_does_not_sample(
    project, tmp_path, preprocessing, why
) -> None:
    del project  # it knows what is installed
    folder = tmp_path / "har"
    target = board.load(BOARD) if preprocessing else without_a_sensor(tmp_path)
    asked = None
    if preprocessing:
        card = tmp_path / "own.toml"
        card.write_text(f"[preprocessing]\n{preprocessing}window = 24\nhop = 24\n")
        asked = str(card)
    export(
        models.default().tflite, folder, board=target, reference=reference.run, preprocessing=asked
    )
    build(folder, jobs=2, werror=True)
    deeds = [
        (1, b"?\r"),
        (2, bench.HELLO),
        (3, bench.live(LiveSend.RESULTS)),
        (4, run(Stage.WINDOW, WINDOW)),
        (16, bench.ask(MessageType.STATS)),
    ]
    heard = bench.play(folder, 17, deeds, feed=motion())

    assert heard.violations == []
    assert heard.lines[-1] == f"sensor   not sampled: {why}"
    assert heard.printed == heard.events == []
    assert [frame.type - REPLY for frame in heard.replies] == [
        MessageType.HELLO,
        MessageType.LIVE,
        MessageType.RUN,
        MessageType.STATS,
    ]
    state = parse_state(heard.replies[1].payload)
    assert (state.phase, state.text) == (LivePhase.UNAVAILABLE, why)


def test_a_driver_that_is_not_there_is_refused(tmp_path) -> None:
    text = (resources.boards() / f"{BOARD}.toml").read_text(encoding="utf-8")
    path = tmp_path / "own.toml"
    for driver in ("lis3dh", "..", "hg_bus.h", ""):
        path.write_text(text.replace('driver = "ism330dhcx"', f'driver = "{driver}"'))
        with pytest.raises(UsageError) as caught:
            board.read(path)
        assert "sensor.driver" in str(caught.value.where)
        assert "but ism330dhcx, none" in str(caught.value.why)
