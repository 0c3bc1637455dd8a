"""Waits for what the host may send: bytes on the serial port, commands on the control channel."""

from __future__ import annotations

import selectors
from collections.abc import Callable


class Host:
    """File descriptors and what to do when they become readable.

    Args:
        fast: never wait for a time to come; the board's time leaps instead.
    """

    def __init__(self, *, fast: bool = False) -> None:
        self._fast = fast
        self._selector = selectors.DefaultSelector()

    def watch(self, descriptor: int, on_readable: Callable[[], None]) -> None:
        """Call on_readable from poll() while descriptor has something to read."""
        self._selector.register(descriptor, selectors.EVENT_READ, on_readable)

    def forget(self, descriptor: int) -> None:
        """Watch a descriptor no longer."""
        self._selector.unregister(descriptor)

    def poll(self) -> None:
        """Serve what is there now."""
        for key, _ in self._selector.select(0):
            key.data()

    def wait(self, seconds: float | None) -> bool:
        """Wait until something is there, at most so long (None: for ever); tell whether it is."""
        if self._fast and seconds is not None:
            seconds = 0.0
        return bool(self._selector.select(seconds))
