"""The table of message layouts: what travels in a frame, byte by byte.

firmware/link/hg_messages.h says the same in C; tests/link/test_layouts.py compiles it and holds
every size, offset and number equal. docs/protocol.md says what each message means.
"""

from __future__ import annotations

from enum import IntEnum, IntFlag

from hargen.link.layout import Field, Layout

PROTOCOL_VERSION = 1
SHA256_SIZE = 32
BUILD_ID_SIZE = 20
UID_SIZE = 12
NAME_SIZE = 32
FIRMWARE_VERSION_SIZE = 16
MAX_RANK = 4
MAX_BAUDS = 8
CHUNK_SIZE = 1024
"""Bytes of the largest piece of a layer or list of classes that one reply carries."""
NO_FAILURE = 0xFFFFFFFF
"""SELFTEST's first_failure when there was none."""
NO_CYCLES = 0xFFFFFFFF
"""In PROFILE's reply: the layer returned an error."""
DTYPE_INT8 = 1
"""A tensor's dtype: 0 is float32."""
NO_WINDOW = 0xFFFFFFFF
READ_WINDOW = 0xFFFFFFFF
"""READ_LAYER's index for the stream's window, as the network sees it."""
"""In a raw reply: no window got full with these samples."""
NO_ACTIVITY = 0xFFFFFFFF
"""In a live state: no window has run in this stream."""
UNSOLICITED = 0
"""Sequence number of frames that answer no request: a NAK of a broken frame, a FAULT, LIVE's."""


class MessageType(IntEnum):
    """The second byte of every frame. A reply's type is its request's with the top bit set."""

    HELLO = 0x01
    CLASSES = 0x02
    SET_BAUD = 0x03
    RUN = 0x04
    PROFILE = 0x05
    SELFTEST = 0x06
    READ_LAYER = 0x07
    STATS = 0x08
    RESET = 0x09
    ECHO = 0x0A
    LIVE = 0x0B
    REPLY = 0x80
    LIVE_STATE = 0xFB
    LIVE_SAMPLES = 0xFC
    LIVE_RESULT = 0xFD
    FAULT = 0xFE
    NAK = 0xFF


class Stage(IntEnum):
    """What a RUN request carries."""

    RAW = 0
    """A stream of int16 sensor counts: x, y, z of one sample after the other."""
    WINDOW = 1
    """A preprocessed window in the model's own input type."""
    INT8 = 2
    """The int8 network's input; the output is int8 too."""


class LiveSend(IntFlag):
    """What a LIVE request asks for; nothing of it ends sampling."""

    RESULTS = 1
    """A LIVE_RESULT for each window."""
    SAMPLES = 2
    """The samples too, in LIVE_SAMPLES ahead of the result of the window that they fill."""


class LivePhase(IntEnum):
    """Whether the device samples its own sensor."""

    UNAVAILABLE = 0
    """It cannot: the text of LIVE_STATE says why."""
    OFF = 1
    """A LIVE request has ended it."""
    PAUSED = 2
    """The host has the model to itself; it goes on when that has been silent for a while."""
    RUNNING = 3


class LiveSensor(IntEnum):
    """What the sensor is doing; the text of LIVE_STATE says more. Numbers of hg_sensor_status_t."""

    RUNNING = 0
    STARTING = 1
    """Being reset and set up."""
    BUS = 2
    """A transfer failed."""
    WRONG_ID = 3
    """WHO_AM_I is of another chip."""
    WAS_RESET = 4
    """It lost its settings, as after a loss of power."""
    REFUSES = 5
    """It does not keep its settings."""
    SILENT = 6
    """It runs but gives no samples."""


class NakReason(IntEnum):
    """Why a request was refused; `expected` in the NAK says what would have been accepted."""

    CRC = 1
    """The frame's checksum is wrong. Expected: the next sequence number."""
    FRAME = 2
    """Not a frame: bad COBS, too short, or a length that does not fit. Expected: as for CRC."""
    TOO_LONG = 3
    """Expected: the largest payload in bytes."""
    VERSION = 4
    """Expected: the device's protocol version."""
    TYPE = 5
    """An unknown request. Expected: the highest type known."""
    LENGTH = 6
    """A payload of the wrong size. Expected: the right size in bytes."""
    STAGE = 7
    """A stage that this firmware does not have. Expected: the stage that it has."""
    INDEX = 8
    """An index or offset out of range. Expected: the number of valid ones."""
    NO_HELLO = 9
    """No HELLO since the device's reset. Expected: the type of HELLO."""
    NO_RUN = 10
    """A question about the last run when there was none. Expected: the type of RUN."""
    BAUD = 11
    """A baud rate that the device cannot make. Expected: one that it can."""
    MODEL = 12
    """The model returned an error. Expected: its hg_status_t, as unsigned."""
    ORDER = 13
    """Samples that are not the stream's next ones. Expected: the number of the next one."""


class ResetCause(IntEnum):
    """Bits of HELLO's reset_cause; several may be set."""

    POWER = 1
    PIN = 2
    SOFTWARE = 4
    WATCHDOG = 8
    LOW_POWER = 16
    OPTION_BYTES = 32


def _u32(*names: str) -> tuple[Field, ...]:
    return tuple(Field(name, "u32") for name in names)


HEADER = Layout(
    "hg_header_t",
    (
        Field("version", "u8"),
        Field("type", "u8"),
        Field("sequence", "u16"),
        Field("length", "u32"),
    ),
)
TENSOR = Layout(
    "hg_link_tensor_t",
    (
        Field("size", "u32"),
        Field("shape", "u32", MAX_RANK),
        *_u32("rank", "dtype"),
        Field("scale", "f32"),
        Field("zero_point", "i32"),
    ),
)
HELLO_REPLY = Layout(
    "hg_hello_reply_t",
    (
        *_u32("abi_version", "clock_hz", "slots", "max_payload", "stack_size", "reset_cause"),
        *_u32("fallback_ms", "worst_cycles"),
        Field("bauds", "u32", MAX_BAUDS),
        Field("firmware_version", "u8", FIRMWARE_VERSION_SIZE),
        Field("build_id", "u8", BUILD_ID_SIZE),
        Field("uid", "u8", UID_SIZE),
        Field("model_sha256", "u8", SHA256_SIZE),
        Field("preprocessing_sha256", "u8", SHA256_SIZE),
        Field("name", "u8", NAME_SIZE),
        Field("input", TENSOR),
        Field("output", TENSOR),
        *_u32("arena_size", "layer_count", "class_count", "known_answer_count"),
    ),
)
CLASSES_REQUEST = Layout("hg_classes_request_t", _u32("first"))
CLASSES_REPLY = Layout("hg_classes_reply_t", _u32("first", "count", "total"))
SET_BAUD_REQUEST = Layout("hg_set_baud_request_t", _u32("baud"))
SET_BAUD_REPLY = Layout("hg_set_baud_reply_t", _u32("baud"))
RUN_REQUEST = Layout("hg_run_request_t", _u32("index", "stage"))
RUN_REPLY = Layout(
    "hg_run_reply_t",
    _u32(
        "index",
        "class_index",
        "cycles_preprocess",
        "cycles_inference",
        "stack_high_water",
        "output_size",
    ),
)
RAW_REPLY = Layout("hg_raw_reply_t", _u32("window", "settled", "activity", "window_crc"))
PROFILE_REPLY = Layout("hg_profile_reply_t", _u32("layer_count"))
SELFTEST_REPLY = Layout(
    "hg_selftest_reply_t",
    (
        *_u32("count", "failures", "first_failure", "first_offset"),
        Field("expected", "i32"),
        Field("actual", "i32"),
        *_u32("worst_cycles"),
    ),
)
READ_LAYER_REQUEST = Layout("hg_read_layer_request_t", _u32("index", "offset"))
READ_LAYER_REPLY = Layout("hg_read_layer_reply_t", _u32("index", "offset", "size"))
STATS_REPLY = Layout(
    "hg_stats_reply_t",
    _u32(
        "frames",
        "crc_errors",
        "frame_errors",
        "naks",
        "repeats",
        "runs",
        "worst_cycles",
        "stack_high_water",
        "uart_overruns",
        "uart_noise",
        "ring_overflows",
    ),
)
LIVE_REQUEST = Layout("hg_live_request_t", _u32("send"))
LIVE_STATE = Layout(
    "hg_live_state_t",
    (
        *_u32("phase", "send", "sensor", "stream", "time_ms", "resume_ms"),
        *_u32("nominal_mhz", "rate_mhz"),
        Field("mg_per_count", "f32"),
        *_u32("window", "hop", "activity"),
        *_u32("samples", "lost", "gaps", "overruns", "bad_words", "bus_errors", "resets"),
        *_u32("wrong_ids", "bus_error", "identity", "text_size"),
    ),
)
LIVE_SAMPLES = Layout("hg_live_samples_t", _u32("stream", "first", "lost", "count"))
LIVE_RESULT = Layout(
    "hg_live_result_t",
    _u32(
        "stream",
        "window",
        "last_sample",
        "time_ms",
        "class_index",
        "activity",
        "settled",
        "sensor",
        "rate_mhz",
        "lost",
        "gaps",
        "cycles_preprocess",
        "cycles_inference",
        "window_crc",
        "output_size",
    ),
)
NAK = Layout("hg_nak_t", _u32("reason", "expected"))
FAULT = Layout(
    "hg_fault_t",
    (
        *_u32("exception", "cfsr", "hfsr", "mmfar", "bfar"),
        Field("r", "u32", 4),
        *_u32("r12", "lr", "pc", "xpsr", "sp", "exc_return"),
    ),
)

LAYOUTS = (
    HEADER,
    TENSOR,
    HELLO_REPLY,
    CLASSES_REQUEST,
    CLASSES_REPLY,
    SET_BAUD_REQUEST,
    SET_BAUD_REPLY,
    RUN_REQUEST,
    RUN_REPLY,
    RAW_REPLY,
    PROFILE_REPLY,
    SELFTEST_REPLY,
    READ_LAYER_REQUEST,
    READ_LAYER_REPLY,
    STATS_REPLY,
    LIVE_REQUEST,
    LIVE_STATE,
    LIVE_SAMPLES,
    LIVE_RESULT,
    NAK,
    FAULT,
)
"""Every record of the protocol: what the test compares with the C header."""
