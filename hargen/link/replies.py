"""What the device says, as typed values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hargen.link import messages
from hargen.link.messages import MessageType, NakReason, ResetCause

_MOST = 1 << 16  # classes, layers or slots


@dataclass(frozen=True)
class TensorInfo:
    """One end of the network. real = scale * (q - zero_point) for its int8 form."""

    size: int
    """Elements."""
    shape: tuple[int, ...]
    """Without the batch dimension."""
    dtype: str
    """What the model takes or gives: "float32" or "int8"."""
    scale: float
    zero_point: int

    @property
    def byte_size(self) -> int:
        """Bytes in the model's own dtype."""
        return self.size * (4 if self.dtype == "float32" else 1)


@dataclass(frozen=True)
class Hello:
    """Who the firmware is."""

    protocol: int
    abi_version: int
    firmware_version: str
    build_id: bytes
    """GNU build id of the image, 20 bytes; zeros where there is no image."""
    model_sha256: bytes
    preprocessing_sha256: bytes
    name: str
    """Of the model, cut off at 32 bytes."""
    input: TensorInfo
    output: TensorInfo
    arena_size: int
    layer_count: int
    class_count: int
    known_answer_count: int
    clock_hz: int
    """Of every count of cycles."""
    slots: int
    """Requests that may be on their way at once."""
    max_payload: int
    """Bytes of the largest request's payload."""
    bauds: tuple[int, ...]
    fallback_ms: int
    """After SET_BAUD: time for the first frame at the new rate."""
    worst_cycles: int
    """Longest inference since the device's reset; 0 before the first."""
    stack_size: int
    reset_cause: tuple[str, ...]
    uid: bytes
    """The chip's own number, 12 bytes."""


@dataclass(frozen=True)
class RunResult:
    """One window's answer."""

    index: int
    output: bytes
    """int8 bytes, or float32 little-endian where the stage is WINDOW and the model gives floats."""
    class_index: int
    """Of the largest output, the first of equal ones; or the winner of the vote."""
    cycles_preprocess: int
    cycles_inference: int
    stack_high_water: int
    """Bytes of stack ever used; 0 where the port cannot tell."""


@dataclass(frozen=True)
class StreamWindow:
    """The answer to a window that got full in a stream of samples."""

    run: RunResult
    """Its index is the number of the request's first sample, its output in the model's dtype."""
    window: int
    """Its number in the stream."""
    settled: bool
    """Whether the filter had settled before it began."""
    activity: int
    """The class after smoothing."""
    window_crc: int
    """CRC-32 of what the network saw, as float32 little-endian."""


@dataclass(frozen=True)
class SelfTest:
    """What the device found when it ran the known answers in its image."""

    count: int
    failures: int
    first_failure: int | None
    """Index of the first wrong answer, or None."""
    first_offset: int
    """Of the first wrong byte in that answer."""
    expected: int
    actual: int
    worst_cycles: int

    @property
    def passed(self) -> bool:
        """There were known answers and all came out right."""
        return self.count > 0 and self.failures == 0


@dataclass(frozen=True)
class DeviceStats:
    """The device's own counters since its reset."""

    frames: int
    crc_errors: int
    frame_errors: int
    naks: int
    repeats: int
    """Requests that came again and were answered from the kept replies."""
    runs: int
    worst_cycles: int
    stack_high_water: int
    uart_overruns: int
    uart_noise: int
    ring_overflows: int


@dataclass
class LinkCounters:
    """What the link went through, as the host saw it."""

    retries: int = 0
    """Times that no answer came in time."""
    resent: int = 0
    """Requests sent again, for whatever reason."""
    crc_errors: int = 0
    """Broken frames, seen here or reported by the device."""
    resets: int = 0
    """Resets of the device that were noticed and survived."""
    lost: int = 0
    """Windows that were given up."""


def parse_hello(protocol: int, payload: bytes) -> Hello:
    """Return HELLO's reply.

    Raises:
        ValueError: it is too short, or has values that no firmware of ours has.
    """
    fields = dict(messages.HELLO_REPLY.unpack(payload))
    fields["protocol"] = protocol
    fields["bauds"] = tuple(baud for baud in fields["bauds"] if baud)
    for name in ("firmware_version", "name"):
        fields[name] = fields[name].rstrip(b"\0").decode("utf-8", "replace")
    for name in ("input", "output"):
        fields[name] = _tensor(fields[name])
    if not fields["clock_hz"] or not fields["slots"]:
        raise ValueError("it has no clock, or no room for a request")
    if max(fields["class_count"], fields["layer_count"], fields["slots"]) > _MOST:
        raise ValueError("it has impossible numbers of classes, layers or slots")
    cause = fields["reset_cause"]
    fields["reset_cause"] = tuple(bit.name.lower() for bit in ResetCause if cause & bit)
    return Hello(**fields)


def _tensor(fields: Mapping[str, Any]) -> TensorInfo:
    rank = min(fields["rank"], messages.MAX_RANK)
    return TensorInfo(
        size=fields["size"],
        shape=fields["shape"][:rank],
        dtype="int8" if fields["dtype"] == messages.DTYPE_INT8 else "float32",
        scale=fields["scale"],
        zero_point=fields["zero_point"],
    )


def parse_run(payload: bytes) -> RunResult:
    """Return RUN's reply.

    Raises:
        ValueError: it is too short, or the output has another length than it says.
    """
    fields = dict(messages.RUN_REPLY.unpack(payload))
    output = payload[messages.RUN_REPLY.size :]
    if fields.pop("output_size") != len(output):
        raise ValueError("the output is not as long as the reply says")
    return RunResult(output=output, **fields)


def parse_samples(payload: bytes) -> tuple[int, StreamWindow | None]:
    """Return the reply to RUN with samples: cycles of preprocessing, and the window that got full.

    Raises:
        ValueError: it is too short, or the output has another length than it says.
    """
    fields = dict(messages.RUN_REPLY.unpack(payload))
    raw = dict(messages.RAW_REPLY.unpack(payload[messages.RUN_REPLY.size :]))
    output = payload[messages.RUN_REPLY.size + messages.RAW_REPLY.size :]
    if fields.pop("output_size") != len(output):
        raise ValueError("the output is not as long as the reply says")
    if raw["window"] == messages.NO_WINDOW:
        return fields["cycles_preprocess"], None
    raw["settled"] = bool(raw["settled"])
    return fields["cycles_preprocess"], StreamWindow(RunResult(output=output, **fields), **raw)


def parse_selftest(payload: bytes) -> SelfTest:
    """Return SELFTEST's reply.

    Raises:
        ValueError: it is too short.
    """
    fields = dict(messages.SELFTEST_REPLY.unpack(payload))
    if fields["first_failure"] == messages.NO_FAILURE:
        fields["first_failure"] = None
    return SelfTest(**fields)


def parse_stats(payload: bytes) -> DeviceStats:
    """Return STATS's reply.

    Raises:
        ValueError: it is too short.
    """
    return DeviceStats(**messages.STATS_REPLY.unpack(payload))


def describe_nak(payload: bytes) -> tuple[NakReason | None, str]:
    """Return a NAK's reason, None if it is unknown, and what it means."""
    fields = messages.NAK.unpack(payload)
    expected = fields["expected"]
    try:
        reason = NakReason(fields["reason"])
    except ValueError:
        return None, f"reason {fields['reason']}, which this version of hargen does not know"
    return reason, {
        NakReason.CRC: "a frame arrived broken",
        NakReason.FRAME: "something arrived that is no frame",
        NakReason.TOO_LONG: f"the frame is too long: its payload may have {expected} bytes",
        NakReason.VERSION: f"it speaks version {expected} of the protocol",
        NakReason.TYPE: "it does not know this request",
        NakReason.LENGTH: f"the payload has the wrong size: {expected} bytes are right",
        NakReason.STAGE: "the stage is not available in this firmware",
        NakReason.INDEX: f"the index is out of range: there are {expected}",
        NakReason.NO_HELLO: "it was reset",
        NakReason.NO_RUN: "no window has run yet",
        NakReason.BAUD: "it cannot make this baud rate",
        NakReason.ORDER: f"these are not the stream's next samples: the next is {expected}",
        NakReason.MODEL: f"the model returned status {_signed(expected)}",
    }[reason]


def describe_fault(payload: bytes) -> str:
    """Return a FAULT's registers as one line of text."""
    fields = messages.FAULT.unpack(payload)
    names = ("pc", "lr", "cfsr", "hfsr", "bfar", "mmfar", "sp", "xpsr")
    registers = " ".join(f"{name}=0x{fields[name]:08x}" for name in names)
    return f"exception {fields['exception']}, {registers}"


def request_name(message_type: int) -> str:
    """Return a request's name for people."""
    try:
        return MessageType(message_type).name
    except ValueError:
        return f"request 0x{message_type:02x}"


def _signed(value: int) -> int:
    return value - (1 << 32) if value >= 1 << 31 else value
