"""The host's side of the serial port: a pseudo-terminal, and a TCP port for socket:// URLs."""

from __future__ import annotations

import errno
import os
import socket
import sys
from collections.abc import Callable

from hargen.device.virtual.host import Host

try:
    import fcntl
    import termios
    import tty
except ImportError:  # no pseudo-terminals on this platform: the TCP port serves alone
    HAS_PTY = False
else:
    HAS_PTY = True

LOOPBACK = "127.0.0.1"
CHUNK = 4096
PENDING_LIMIT = 1 << 16  # bytes kept for a host that does not read; a real port loses them too

# struct termios2 of Linux: four flag words, a line discipline, 19 control characters, two speeds
_TCGETS2, _TERMIOS2_SIZE, _OSPEED_OFFSET = 0x802C542A, 44, 40


class Sink:
    """Somewhere that bytes go without ever waiting."""

    def __init__(self, write: Callable[[bytes], int]) -> None:
        self._write = write
        self._pending = bytearray()

    @property
    def is_waiting(self) -> bool:
        """Whether there is something that the host has not taken yet."""
        return bool(self._pending)

    def send(self, data: bytes = b"") -> None:
        """Write data now or, where the host is slow, with a later call."""
        self._pending += data
        try:
            while self._pending:
                del self._pending[: self._write(bytes(self._pending[:CHUNK]))]
        except BlockingIOError:
            del self._pending[PENDING_LIMIT:]


class Pty:
    """A pseudo-terminal; `path` is what a program opens.

    Its other end is kept open here, so that the settings stay and no hang-up is seen between one
    program and the next.
    """

    def __init__(self) -> None:
        self.master, self._slave = os.openpty()
        tty.setraw(self._slave)
        settings = termios.tcgetattr(self._slave)
        settings[4] = settings[5] = termios.B115200
        termios.tcsetattr(self._slave, termios.TCSANOW, settings)
        os.set_blocking(self.master, False)
        self.path = os.ttyname(self._slave)
        self.sink = Sink(lambda data: os.write(self.master, data))

    def read(self) -> bytes:
        """Return what a program wrote."""
        try:
            return os.read(self.master, CHUNK)
        except BlockingIOError:
            return b""

    def baud(self) -> int:
        """Return the baud rate that the program has set."""
        if sys.platform == "linux":
            answer = fcntl.ioctl(self.master, _TCGETS2, bytes(_TERMIOS2_SIZE))
            return int.from_bytes(answer[_OSPEED_OFFSET : _OSPEED_OFFSET + 4], sys.byteorder)
        return int(termios.tcgetattr(self.master)[5])

    def close(self) -> None:
        """Close both ends."""
        os.close(self.master)
        os.close(self._slave)


class Tcp:
    """A listening port; one connection at a time."""

    def __init__(self, host: Host, port: int, on_data: Callable[[bytes], None]) -> None:
        self._host = host
        self._on_data = on_data
        self._connection: socket.socket | None = None
        self._sink: Sink | None = None
        self._server = socket.create_server((LOOPBACK, port))
        self._server.setblocking(False)
        self.port = int(self._server.getsockname()[1])
        host.watch(self._server.fileno(), self._accept)

    @property
    def is_waiting(self) -> bool:
        """Whether there is something that the host has not taken yet."""
        return self._sink is not None and self._sink.is_waiting

    def send(self, data: bytes) -> None:
        """Send to who is connected."""
        if self._sink is None:
            return
        try:
            self._sink.send(data)
        except OSError:
            self._hang_up()

    def close(self) -> None:
        """Stop listening and hang up."""
        self._hang_up()
        self._host.forget(self._server.fileno())
        self._server.close()

    def _accept(self) -> None:
        connection, _ = self._server.accept()
        if self._connection is not None:
            connection.close()  # the port is taken
            return
        connection.setblocking(False)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._connection = connection
        self._sink = Sink(connection.send)
        self._host.watch(connection.fileno(), self._read)

    def _read(self) -> None:
        if self._connection is None:
            return
        try:
            data = self._connection.recv(CHUNK)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if data:
            self._on_data(data)
        else:
            self._hang_up()

    def _hang_up(self) -> None:
        if self._connection is not None:
            self._host.forget(self._connection.fileno())
            self._connection.close()
            self._connection = self._sink = None


class Bridge:
    """Both ways in; what comes from either is one stream, what goes out goes to both.

    Args:
        host: what waits for the host.
        with_pty: open a pseudo-terminal where the platform has them.
        port: the TCP port, 0 for any free one.
        on_data: called with bytes from the host and the sender's baud rate, None where it has none.
    """

    def __init__(
        self,
        host: Host,
        *,
        with_pty: bool,
        port: int,
        on_data: Callable[[bytes, int | None], None],
    ) -> None:
        self._host = host
        self._on_data = on_data
        self._tcp = Tcp(host, port, lambda data: on_data(data, None))
        self._pty = Pty() if with_pty and HAS_PTY else None
        if self._pty is not None:
            host.watch(self._pty.master, self._read_pty)

    @property
    def pty_path(self) -> str | None:
        """The path of the pseudo-terminal."""
        return None if self._pty is None else self._pty.path

    @property
    def url(self) -> str:
        """The address that pyserial's serial_for_url opens."""
        return f"socket://{LOOPBACK}:{self._tcp.port}"

    def pty_baud(self) -> int | None:
        """Return the baud rate set on the pseudo-terminal, None where there is none."""
        return None if self._pty is None else self._pty.baud()

    def send(self, to_pty: bytes, to_tcp: bytes) -> None:
        """Send bytes to the host."""
        if self._pty is not None:
            try:
                self._pty.sink.send(to_pty)
            except OSError as error:
                if error.errno != errno.EIO:
                    raise
        self._tcp.send(to_tcp)

    def retry(self) -> bool:
        """Send again what the host would not take; tell whether some is still left."""
        pty_waits = self._pty is not None and self._pty.sink.is_waiting
        if not pty_waits and not self._tcp.is_waiting:
            return False
        self.send(b"", b"")
        return True

    def close(self) -> None:
        """Close everything."""
        self._tcp.close()
        if self._pty is not None:
            self._host.forget(self._pty.master)
            self._pty.close()

    def _read_pty(self) -> None:
        if self._pty is not None:
            data = self._pty.read()
            if data:
                self._on_data(data, self._pty.baud())
