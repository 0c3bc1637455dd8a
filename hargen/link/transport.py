"""The wire under the link: a serial port, or a TCP socket that stands for one.

Both are opened by one user at a time, and name the cause when they cannot be opened.
"""

from __future__ import annotations

import errno
import select
import socket
from typing import TYPE_CHECKING, Protocol

from hargen.errors import DeviceError

if TYPE_CHECKING:
    import serial

SOCKET_PREFIX = "socket://"
_WRITE_TIMEOUT = 5.0  # seconds; a wire that takes nothing for so long is stuck
_CHUNK = 4096


class Transport(Protocol):
    """A two-way stream of bytes with a baud rate."""

    def read(self, timeout: float) -> bytes:
        """Return what has arrived, or b"" if nothing does within timeout seconds."""

    def write(self, data: bytes) -> None:
        """Send everything."""

    def set_baud(self, baud: int) -> None:
        """Change the rate, where there is one."""

    def flush_input(self) -> None:
        """Drop what has arrived."""

    def close(self) -> None:
        """Give the wire back."""


def open_transport(port: str, baud: int) -> Transport:
    """Open a port: a serial device's name, or socket://host:port.

    Raises:
        DeviceError: the port is missing, busy, not permitted, or no port.
    """
    if port.startswith(SOCKET_PREFIX):
        return _SocketTransport(port)
    return _SerialTransport(port, baud)


class _SerialTransport:
    def __init__(self, port: str, baud: int) -> None:
        import serial

        self._port = port
        try:
            self._serial: serial.Serial = serial.Serial(
                port, baud, timeout=0, write_timeout=_WRITE_TIMEOUT, exclusive=True
            )
            self._serial.reset_input_buffer()
        except (serial.SerialException, OSError, ValueError) as error:
            raise _cannot_open(port, error) from error

    def read(self, timeout: float) -> bytes:
        import serial

        try:
            ready, _, _ = select.select([self._serial.fileno()], [], [], max(0.0, timeout))
            return bytes(self._serial.read(_CHUNK)) if ready else b""
        except (serial.SerialException, OSError) as error:
            raise _gone(self._port, error) from error

    def write(self, data: bytes) -> None:
        import serial

        try:
            self._serial.write(data)
        except serial.SerialTimeoutException as error:
            raise _stuck(self._port) from error
        except (serial.SerialException, OSError) as error:
            raise _gone(self._port, error) from error

    def set_baud(self, baud: int) -> None:
        import serial

        try:
            self._serial.flush()
            self._serial.baudrate = baud
        except (serial.SerialException, OSError, ValueError) as error:
            raise DeviceError(
                f"cannot set {baud} baud", where=self._port, why=str(error)
            ) from error

    def flush_input(self) -> None:
        while self.read(0.0):
            pass

    def close(self) -> None:
        self._serial.close()


class _SocketTransport:
    def __init__(self, port: str) -> None:
        self._port = port
        host, separator, number = port.removeprefix(SOCKET_PREFIX).rpartition(":")
        if not (separator and host and number.isdecimal() and int(number) < 1 << 16):
            raise DeviceError("not a socket's address", where=port, hint="write socket://host:port")
        try:
            self._socket = socket.create_connection((host, int(number)), _WRITE_TIMEOUT)
        except OSError as error:
            raise DeviceError(
                "cannot connect",
                where=port,
                why=error.strerror or str(error),
                hint="is the board running (hargen board run) and the port number right?",
            ) from error
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def read(self, timeout: float) -> bytes:
        try:
            ready, _, _ = select.select([self._socket], [], [], max(0.0, timeout))
            if not ready:
                return b""
            data = self._socket.recv(_CHUNK)
        except OSError as error:
            raise _gone(self._port, error) from error
        if not data:
            raise _gone(self._port, None)
        return data

    def write(self, data: bytes) -> None:
        try:
            self._socket.sendall(data)
        except TimeoutError as error:
            raise _stuck(self._port) from error
        except OSError as error:
            raise _gone(self._port, error) from error

    def set_baud(self, baud: int) -> None:
        """Do nothing: a socket has no rate of its own, the other side keeps to the device's."""

    def flush_input(self) -> None:
        while self.read(0.0):
            pass

    def close(self) -> None:
        self._socket.close()


def _gone(port: str, error: Exception | None) -> DeviceError:
    return DeviceError(
        "the connection broke",
        where=port,
        why=str(error) if error else "the other side closed it",
        hint="is the board still plugged in, or the virtual board still running?",
    )


def _stuck(port: str) -> DeviceError:
    return DeviceError(
        "the port takes no more bytes",
        where=port,
        why=f"nothing was sent for {_WRITE_TIMEOUT:g} s",
        hint="unplug the board and plug it in again",
    )


def _cannot_open(port: str, error: Exception) -> DeviceError:
    """Name the cause of a serial port that does not open."""
    number = getattr(error, "errno", None)
    text = str(error)
    if number == errno.ENOENT:
        return DeviceError(
            "there is no such port",
            where=port,
            hint="is the board plugged in? ls /dev/ttyACM* shows the ports",
        )
    if number in (errno.EACCES, errno.EPERM):
        return DeviceError(
            "no permission to open the port",
            where=port,
            hint="join the group that owns it: sudo usermod -aG dialout $USER, then log in again",
        )
    if number in (errno.EBUSY, errno.EAGAIN) or "exclusively lock" in text:
        return DeviceError(
            "the port is busy",
            where=port,
            why="another program has it open",
            hint="close the terminal or the other hargen that uses it",
        )
    return DeviceError("cannot open the port", where=port, why=text, hint="is it a serial port?")
