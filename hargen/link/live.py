"""What the device says unasked while it samples its own sensor, as typed values.

Frames that the device sends by itself may come at any time, between a request and its reply too,
and one that is lost is not sent again: numbers of windows and samples tell what is missing.
"""

from __future__ import annotations

from dataclasses import dataclass

from hargen.link import messages
from hargen.link.frames import Frame
from hargen.link.messages import LivePhase, LiveSend, LiveSensor, MessageType

LIVE_TYPES = frozenset((MessageType.LIVE_STATE, MessageType.LIVE_SAMPLES, MessageType.LIVE_RESULT))
"""Types of the frames that the device sends unasked while it samples."""

_SAMPLE = 6
"""Bytes of x, y and z as int16."""


@dataclass(frozen=True)
class LiveState:
    """Whether the device samples, and how its sensor is."""

    phase: LivePhase
    send: LiveSend
    """What it sends unasked."""
    sensor: LiveSensor
    stream: int
    """Number of the stream of samples: counts how often sampling began, or began anew."""
    time_ms: int
    """Since the device's reset."""
    resume_ms: int
    """Silence of the host that ends a pause."""
    nominal_mhz: int
    """Samples in 1000 s that the model was trained for."""
    rate_mhz: int
    """And that the sensor gives by the board's clock; nominal until two seconds were seen."""
    mg_per_count: float
    window: int
    """Samples."""
    hop: int
    """Samples from one window to the next."""
    activity: int | None
    """The class after smoothing; None if no window has run in this stream."""
    samples: int
    """Total of all streams since the device's reset; so are the next seven."""
    lost: int
    """Samples known to be missing."""
    gaps: int
    """Places where they are missing."""
    overruns: int
    """Times that the sensor's FIFO was found full."""
    bad_words: int
    """Of the FIFO; counted in lost too."""
    bus_errors: int
    """Transfers that failed."""
    resets: int
    """Times that the sensor was found reset or silent."""
    wrong_ids: int
    """Times that WHO_AM_I was of another chip."""
    bus_error: int
    """Of the last transfer that failed, in the port's own numbers."""
    identity: int
    """WHO_AM_I as it was last read."""
    text: str
    """What is wrong, for people; empty if nothing is."""


@dataclass(frozen=True)
class LiveSamples:
    """A piece of the stream of samples without a gap in it."""

    stream: int
    first: int
    """Number of the first sample in its stream, where lost ones count too."""
    lost: int
    """Samples that are missing right before it."""
    counts: bytes
    """int16 counts of the sensor: x, y, z of one sample after the other, little-endian."""

    @property
    def count(self) -> int:
        """How many samples there are."""
        return len(self.counts) // _SAMPLE


@dataclass(frozen=True)
class LiveResult:
    """The answer to a window of the sensor's samples."""

    stream: int
    window: int
    """Its number in the stream."""
    last_sample: int
    """Number of its last sample in the stream, where lost ones count too."""
    time_ms: int
    """Since the device's reset."""
    class_index: int
    activity: int
    """The class after smoothing."""
    settled: bool
    """Whether the filter had settled before the window began."""
    sensor: LiveSensor
    rate_mhz: int
    lost: int
    """Samples missing in the stream so far ..."""
    gaps: int
    """... at so many places."""
    cycles_preprocess: int
    """Of all samples since the result before."""
    cycles_inference: int
    window_crc: int
    """CRC-32 of what the network saw, as float32 little-endian."""
    output: bytes
    """In the model's own dtype, float32 little-endian."""


LiveEvent = LiveState | LiveSamples | LiveResult
"""What a frame that the device sends unasked says."""


def is_live(frame: Frame) -> bool:
    """Return whether the device sent this frame unasked because it samples."""
    return frame.sequence == messages.UNSOLICITED and frame.type in LIVE_TYPES


def parse_live(frame: Frame) -> LiveEvent:
    """Return what a frame says that is_live.

    Raises:
        ValueError: it is cut off, or has values that no firmware of ours has.
    """
    if frame.type == MessageType.LIVE_STATE:
        return parse_state(frame.payload)
    if frame.type == MessageType.LIVE_SAMPLES:
        return _samples(frame.payload)
    return _result(frame.payload)


def parse_state(payload: bytes) -> LiveState:
    """Return LIVE's reply, or what a LIVE_STATE says.

    Raises:
        ValueError: it is cut off, or has values that no firmware of ours has.
    """
    fields = dict(messages.LIVE_STATE.unpack(payload))
    text = _tail(payload, messages.LIVE_STATE.size, fields.pop("text_size"))
    fields["phase"] = LivePhase(fields["phase"])
    fields["send"] = LiveSend(fields["send"])
    fields["sensor"] = LiveSensor(fields["sensor"])
    if fields["activity"] == messages.NO_ACTIVITY:
        fields["activity"] = None
    return LiveState(text=text.decode("utf-8", "replace"), **fields)


def _samples(payload: bytes) -> LiveSamples:
    fields = dict(messages.LIVE_SAMPLES.unpack(payload))
    counts = _tail(payload, messages.LIVE_SAMPLES.size, _SAMPLE * fields.pop("count"))
    return LiveSamples(counts=counts, **fields)


def _result(payload: bytes) -> LiveResult:
    fields = dict(messages.LIVE_RESULT.unpack(payload))
    output = _tail(payload, messages.LIVE_RESULT.size, fields.pop("output_size"))
    fields["settled"] = bool(fields["settled"])
    fields["sensor"] = LiveSensor(fields["sensor"])
    return LiveResult(output=output, **fields)


def _tail(payload: bytes, head: int, size: int) -> bytes:
    """Return what follows the record, which says that it has so many bytes."""
    tail = payload[head:]
    if len(tail) != size:
        raise ValueError(f"{len(tail)} bytes follow where it says {size}")
    return tail
