"""A board on a faulty wire: the native firmware behind a TCP port that loses and changes bytes."""

from __future__ import annotations

import random
import select
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Faults:
    """How likely each fault is for each byte, and how long every chunk is held back at most."""

    drop: float = 0.0
    flip: float = 0.0
    duplicate: float = 0.0
    insert: float = 0.0
    delay: float = 0.0  # seconds

    def apply(self, data: bytes, dice: random.Random) -> bytes:
        """Return what arrives of data."""
        result = bytearray()
        for byte in data:
            if dice.random() < self.insert:
                result.append(dice.randrange(256))
            if dice.random() < self.drop:
                continue
            flipped = byte ^ (1 << dice.randrange(8)) if dice.random() < self.flip else byte
            result.append(flipped)
            if dice.random() < self.duplicate:
                result.append(flipped)
        if self.delay:
            time.sleep(dice.random() * self.delay)
        return bytes(result)


NO_FAULTS = Faults()


class DropFrame:
    """Loses one whole frame, cleanly."""

    def __init__(self, nth: int) -> None:
        self.left = nth

    def apply(self, data: bytes, dice: random.Random) -> bytes:
        """Return what arrives of data; frames do not lie across two chunks here."""
        del dice
        pieces = data.split(b"\0")
        for i, piece in enumerate(pieces):
            self.left -= bool(piece)
            if piece and self.left == 0:
                pieces[i] = b""
        return b"\0".join(pieces)


class FaultyBoard:
    """The native firmware, reachable at `port` (socket://...) by one client at a time."""

    def __init__(self, program: Path, *, seed: int = 1) -> None:
        self.to_board: Faults | DropFrame = NO_FAULTS
        self.to_host: Faults | DropFrame = NO_FAULTS
        self.power_cuts = 0
        self.cut_after: Callable[[int], bool] | None = None
        """Given the bytes that the board sent since it was powered: cut its power now?"""
        self._program = program
        self._dice = random.Random(seed)
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = f"socket://127.0.0.1:{self._server.getsockname()[1]}"
        self._client: socket.socket | None = None
        self._stopping = False
        self._power_on()
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def __enter__(self) -> FaultyBoard:
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping = True
        self._thread.join()
        self._power_off()
        self._server.close()
        if self._client:
            self._client.close()

    def replace(self, program: Path) -> None:
        """Have another firmware on the board after the next cut of power."""
        self._program = program

    def _power_on(self) -> None:
        self._wire, board = socket.socketpair()
        with board:
            self._process = subprocess.Popen(
                [str(self._program), "--stdio"], stdin=board, stdout=board
            )
        self._sent = 0

    def _power_off(self) -> None:
        self._process.kill()
        self._process.wait()
        self._wire.close()

    def _serve(self) -> None:
        while not self._stopping:
            sources = [self._server, self._wire, *([self._client] if self._client else [])]
            for source in select.select(sources, [], [], 0.02)[0]:
                if source is self._server:
                    if self._client:
                        self._client.close()
                    self._client = self._server.accept()[0]
                    self._client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                elif source is self._client:
                    self._from_host()
                elif source is self._wire:
                    self._from_board()

    def _from_host(self) -> None:
        assert self._client
        data = self._client.recv(4096)
        if not data:
            self._client.close()
            self._client = None
            return
        self._wire.sendall(self.to_board.apply(data, self._dice))

    def _from_board(self) -> None:
        data = self._wire.recv(4096)
        assert data, f"the firmware ended with {self._process.wait()}"
        self._sent += len(data)
        cut = self.cut_after is not None and self.cut_after(self._sent)
        if cut:
            data = data[: len(data) // 2]
        if self._client:
            self._client.sendall(self.to_host.apply(data, self._dice))
        if cut:
            self.power_cuts += 1
            self._power_off()
            self._power_on()
