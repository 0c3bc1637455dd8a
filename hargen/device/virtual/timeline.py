"""The board's time, in cycles of its core clock (HCLK), and its frequency.

Time is virtual: it advances with every instruction by the cost table, and in leaps while the core
sleeps or only polls a flag. It has no tie to the host's clock except when there is nothing to do.
"""

from __future__ import annotations

from collections.abc import Callable

from hargen.device.virtual.counter import NEVER, State

MSI_AFTER_RESET_HZ = 4_000_000
POLLS_BEFORE_LEAP = 4
POLL_INSTRUCTIONS = 64  # more between two reads of a flag is work


class Timeline:
    """Now, and when to look again.

    Args:
        state: the counter's memory, which holds the time.
        wait_for_host: waits for the host in real time, as a core does that polls in vain.
    """

    def __init__(self, state: State, wait_for_host: Callable[[], None]) -> None:
        self._state = state
        self._wait_for_host = wait_for_host
        self._polled = 0
        self._polled_at = 0  # instructions
        self._polls = 0
        self.executing = False
        self.asleep = 0  # cycles that the core's own clock has stood still
        self._hclk_hz = MSI_AFTER_RESET_HZ
        self._since = 0  # cycles: the last change of the clock
        self._seconds_until_then = 0.0

    @property
    def hclk_hz(self) -> int:
        """The frequency of the core's clock."""
        return self._hclk_hz

    @hclk_hz.setter
    def hclk_hz(self, hz: int) -> None:
        self._seconds_until_then = self.seconds
        self._since = self.now
        self._hclk_hz = hz

    @property
    def seconds(self) -> float:
        """The time in seconds: for what is outside and keeps a time of its own."""
        return self._seconds_until_then + (self.now - self._since) / self._hclk_hz

    @property
    def now(self) -> int:
        """The time in cycles; while instructions run, that at which their block began."""
        time: int = self._state.start_cycles if self.executing else self._state.cycles
        return time

    def cycles_of(self, seconds: float) -> int:
        """Return how many cycles last so long at the clock in force, at least one."""
        return max(1, round(seconds * self.hclk_hz))

    def look_soon(self) -> None:
        """Something changed that may raise an interrupt: stop before the next block."""
        self._state.deadline = 0

    def sleep_until(self, time: int) -> None:
        """Let the core sleep until then: the cycle counter of the core stands still."""
        if time > self._state.cycles:
            self.asleep += time - self._state.cycles
            self._state.cycles = time

    def polled(self, address: int, ready: int) -> None:
        """Note that the flag at address was read, and is not yet what firmware waits for.

        A core that reads one flag again and again computes nothing: after some turns time leaps.

        Args:
            address: the register that was read.
            ready: when the flag will change by itself, NEVER where it will not.
        """
        instructions = self._state.instructions
        if address != self._polled or instructions - self._polled_at > POLL_INSTRUCTIONS:
            self._polls = 0
        self._polled, self._polled_at = address, instructions
        self._polls += 1
        if self._polls >= POLLS_BEFORE_LEAP:
            self.leap(ready)

    def leap(self, ready: int) -> None:
        """Let the time pass that the core spends on waiting for a flag.

        Args:
            ready: when the flag will change by itself. Where it will not, the host gets the time;
                where something else is due before, time goes on to that only.
        """
        if self.now < ready < NEVER:
            target = min(ready, self._state.deadline)
            self._state.cycles = max(self._state.cycles, target)
        else:
            self._polls = 0
            self._wait_for_host()
