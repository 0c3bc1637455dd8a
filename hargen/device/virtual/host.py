"""Waits for what the host may send: bytes on the serial port, commands on the control channel."""

from __future__ import annotations

import selectors
from collections.abc import Callable


class Host:
    """File descriptors and what to do when they become readable."""

    def __init__(self) -> None:
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
        return bool(self._selector.select(seconds))
