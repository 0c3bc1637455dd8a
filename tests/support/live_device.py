"""A device that speaks real frames from a script: what it samples and when it is gone, a test says.

It stands for firmware and cable at once. Nothing here knows hargen's host side but the layouts.
"""

from __future__ import annotations

import select
import socket
import struct
import threading
from collections.abc import Sequence

from hargen.link import messages
from hargen.link.frames import Decoder, Frame, encode
from hargen.link.messages import MessageType, NakReason

CLASSES = ("stationary", "walking", "running")
Triple = tuple[int, int, int]


class LiveDevice:
    """Answers on a TCP port as long as it is plugged in.

    Attributes:
        port: socket://host:port; the same after every unplug and plug.
        sends: the send bits of the last LIVE request, None before one.
        state: fields of LIVE_STATE that differ from the usual.
        text: the text of LIVE_STATE.
        build_id: the image's.
    """

    def __init__(self) -> None:
        self._server = self._listen(0)
        self._number = self._server.getsockname()[1]
        self.port = f"socket://127.0.0.1:{self._number}"
        self.sends: int | None = None
        self.state: dict[str, float] = {}
        self.text = ""
        self.build_id = bytes(range(20))
        self.requests: list[int] = []
        self._client: socket.socket | None = None
        self._was_greeted = False
        self._decoder = Decoder()
        self._lock = threading.RLock()
        self._is_over = False
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End it."""
        self._is_over = True
        self._thread.join()
        self.unplug()

    def unplug(self) -> None:
        """Pull the cable, which also takes the power."""
        with self._lock:
            for one in (self._client, self._server):
                if one is not None:
                    one.close()
            self._client = self._server = None
            self.reset()

    def plug(self) -> None:
        """Put the cable back."""
        with self._lock:
            self._server = self._listen(self._number)

    def reset(self) -> None:
        """Press the reset button: it is silent until it is greeted and asked again."""
        with self._lock:
            self._was_greeted = False
            self.sends = None

    def say(self, data: bytes) -> None:
        """Send bytes that are no frame."""
        with self._lock:
            if self._client is not None:
                self._client.sendall(data)

    def samples(
        self, counts: Sequence[Triple], *, first: int = 0, lost: int = 0, stream: int = 1
    ) -> None:
        """Send samples."""
        head = messages.LIVE_SAMPLES.pack(stream=stream, first=first, lost=lost, count=len(counts))
        body = b"".join(struct.pack("<hhh", *sample) for sample in counts)
        self.send(MessageType.LIVE_SAMPLES, head + body)

    def result(self, activity: int, window: int, **fields: int) -> None:
        """Send a window's result; the network is sure of it."""
        values = dict.fromkeys((field.name for field in messages.LIVE_RESULT.fields), 0)
        outputs = [1.0 if one == activity else 0.0 for one in range(len(CLASSES))]
        values |= {"stream": 1, "window": window, "class_index": activity, "activity": activity}
        values |= {"settled": 1, "rate_mhz": 26042, "cycles_inference": 160_000}
        values |= {"cycles_preprocess": 2400, "output_size": 4 * len(outputs), **fields}
        output = struct.pack(f"<{len(outputs)}f", *outputs)
        self.send(MessageType.LIVE_RESULT, messages.LIVE_RESULT.pack(**values) + output)

    def tell_state(self) -> None:
        """Send a LIVE_STATE of its own accord."""
        self.send(MessageType.LIVE_STATE, self._state())

    def send(self, kind: MessageType, payload: bytes, sequence: int = messages.UNSOLICITED) -> None:
        """Send a frame."""
        self.say(encode(Frame(kind, sequence, payload)))

    def _listen(self, number: int) -> socket.socket:
        return socket.create_server(("127.0.0.1", number))

    def _serve(self) -> None:
        while not self._is_over:
            with self._lock:
                known = [one for one in (self._server, self._client) if one is not None]
            ready = select.select(known, [], [], 0.01)[0] if known else []
            with self._lock:
                if self._server in ready and self._server is not None:
                    if self._client is not None:
                        self._client.close()
                    self._client = self._server.accept()[0]
                elif self._client in ready and self._client is not None:
                    self._hear(self._client)

    def _hear(self, client: socket.socket) -> None:
        try:
            data = client.recv(4096)
        except OSError:  # killed with something unread
            data = b""
        if not data:
            client.close()
            self._client = None
            return
        for frame in self._decoder.feed(data):
            assert isinstance(frame, Frame)
            self._answer(frame)

    def _answer(self, frame: Frame) -> None:
        self.requests.append(frame.type)
        if frame.type == MessageType.HELLO:
            self._was_greeted = True
            self._reply(frame, self._hello())
        elif not self._was_greeted:
            nak = messages.NAK.pack(reason=NakReason.NO_HELLO, expected=MessageType.HELLO)
            self.send(MessageType.NAK, nak, frame.sequence)
        elif frame.type == MessageType.CLASSES:
            names = b"".join(name.encode() + b"\0" for name in CLASSES)
            head = messages.CLASSES_REPLY.pack(first=0, count=len(CLASSES), total=len(CLASSES))
            self._reply(frame, head + names)
        elif frame.type == MessageType.LIVE:
            self.sends = messages.LIVE_REQUEST.unpack(frame.payload)["send"]
            self._reply(frame, self._state())
        elif frame.type == MessageType.STATS:
            self._reply(frame, bytes(messages.STATS_REPLY.size))
        else:
            raise AssertionError(f"a request that no script has: {frame.type}")

    def _reply(self, frame: Frame, payload: bytes) -> None:
        self.say(encode(Frame(frame.type | MessageType.REPLY, frame.sequence, payload)))

    def _state(self) -> bytes:
        values = dict.fromkeys((field.name for field in messages.LIVE_STATE.fields), 0.0)
        whole = {name: int(value) for name, value in values.items() if name != "mg_per_count"}
        whole |= {"phase": 3, "send": self.sends or 0, "stream": 1, "nominal_mhz": 26000}
        whole |= {"rate_mhz": 26042, "window": 24, "hop": 24, "resume_ms": 5000}
        text = self.text.encode()
        fields = {"mg_per_count": 0.122, **whole, "text_size": len(text), **self.state}
        return messages.LIVE_STATE.pack(**fields) + text

    def _hello(self) -> bytes:
        tensor = {"shape": (24, 3, 0, 0), "rank": 2, "dtype": 0, "scale": 0.1, "zero_point": 0}
        numbers = {"abi_version": 1, "clock_hz": 160_000_000, "slots": 2, "max_payload": 4096}
        numbers |= {"stack_size": 8192, "reset_cause": 1, "fallback_ms": 500, "worst_cycles": 0}
        numbers |= {"arena_size": 288, "layer_count": 7, "known_answer_count": 0}
        return messages.HELLO_REPLY.pack(
            **numbers,
            class_count=len(CLASSES),
            bauds=(115200, 0, 0, 0, 0, 0, 0, 0),
            firmware_version=b"1.0",
            build_id=self.build_id,
            uid=bytes(12),
            model_sha256=bytes(32),
            preprocessing_sha256=bytes(32),
            name=b"scripted",
            input={"size": 72, **tensor},
            output={"size": len(CLASSES), **tensor},
        )
