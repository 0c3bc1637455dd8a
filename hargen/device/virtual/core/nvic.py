"""Which exceptions are pending, enabled, and how urgent each is.

Armv8-M Architecture Reference Manual (DDI 0553): NVIC registers, D1.2; priorities, B3.9. The chip
has 126 interrupts and 4 bits of priority (16 levels), in the upper half of each priority byte.
"""

from __future__ import annotations

from hargen.device.virtual.registers import ALL, Peripheral
from hargen.device.virtual.timeline import Timeline

INTERRUPTS = 126
FIRST_INTERRUPT = 16
PRIORITY_MASK = 0xF0

NMI, HARD_FAULT, MEMORY_FAULT, BUS_FAULT, USAGE_FAULT = 2, 3, 4, 5, 6
SV_CALL, DEBUG_MONITOR, PEND_SV, SYS_TICK = 11, 12, 14, 15
FIXED_PRIORITY = {NMI: -2, HARD_FAULT: -1}
LOWEST_PRIORITY = 256  # of a core that handles no exception

ISER, ICER, ISPR, ICPR, IABR, IPR = 0x100, 0x180, 0x200, 0x280, 0x300, 0x400
SHPR1 = 0xD18


class Nvic:
    """Pending and enabled exceptions as bit sets, by exception number.

    Args:
        scs: the system control space, in which the registers appear.
        timeline: told when something may have become pending.
    """

    def __init__(self, scs: Peripheral, timeline: Timeline) -> None:
        self._scs = scs
        self._timeline = timeline
        self.enabled = 0
        self.pended = 0  # by software or by an event; stays until taken
        self.lines = 0  # as peripherals hold them now
        self.active = 0
        self.current = 0  # the exception that is being handled, 0 for none
        self.group_mask = 0xFF
        for word in range((INTERRUPTS + 31) // 32):
            self._define_word(word)
        for word in range((INTERRUPTS + 3) // 4):
            used = min(4, INTERRUPTS - 4 * word)
            writable = int.from_bytes(bytes([PRIORITY_MASK] * used), "little")
            scs.define(IPR + 4 * word, f"IPR{word}", writable=writable, read_only=ALL)
        for word in range(3):
            # SHPR1: MemManage, BusFault, UsageFault; SHPR2: SVCall; SHPR3: PendSV, SysTick
            writable = (0x00F0F0F0, 0xF0000000, 0xF0F000F0)[word]
            scs.define(SHPR1 + 4 * word, f"SHPR{word + 1}", writable=writable, read_only=ALL)

    def _define_word(self, word: int) -> None:
        shift = FIRST_INTERRUPT + 32 * word
        window = ((1 << min(32, INTERRUPTS - 32 * word)) - 1) << shift

        def change(which: str, *, on: bool) -> None:
            def write(value: int) -> None:
                bits = value << shift & window
                old = getattr(self, which)
                setattr(self, which, old | bits if on else old & ~bits)
                self._timeline.look_soon()

            offset = {
                ("enabled", True): ISER,
                ("enabled", False): ICER,
                ("pended", True): ISPR,
                ("pended", False): ICPR,
            }[which, on]
            name = {ISER: "ISER", ICER: "ICER", ISPR: "ISPR", ICPR: "ICPR"}[offset]

            def read() -> int:
                bits = self.enabled if which == "enabled" else self.pended | self.lines
                return (bits & window) >> shift

            self._scs.define(offset + 4 * word, f"{name}{word}", read=read, write=write)
            self._scs.cleared_by_ones.add(offset + 4 * word)

        for which in ("enabled", "pended"):
            change(which, on=True)
            change(which, on=False)
        self._scs.define(
            IABR + 4 * word,
            f"IABR{word}",
            read_only=ALL,
            read=lambda: (self.active & window) >> shift,
        )

    def reset(self) -> None:
        """Disable everything, forget what was pending."""
        self.enabled = (1 << FIRST_INTERRUPT) - 1  # the core's own exceptions need no enabling
        self.pended = self.lines = self.active = self.current = 0
        self.group_mask = 0xFF

    def pend(self, exception: int) -> None:
        """Make an exception pending until it is taken."""
        self.pended |= 1 << exception

    def set_line(self, exception: int, level: bool) -> None:
        """Set the level of a peripheral's interrupt line."""
        if level:
            self.lines |= 1 << exception
        else:
            self.lines &= ~(1 << exception)

    def ready(self) -> int:
        """Return the set of exceptions that are pending and enabled."""
        return (self.pended | self.lines) & self.enabled

    def most_urgent(self, ready: int) -> tuple[int, int]:
        """Return (priority, number) of the most urgent of the exceptions in a set."""
        if not ready & ready - 1:
            number = ready.bit_length() - 1
            return self.priority(number), number
        best = LOWEST_PRIORITY, 0
        while ready:
            lowest = ready & -ready
            number = lowest.bit_length() - 1
            best = min(best, (self.priority(number), number))
            ready ^= lowest
        return best

    def priority(self, exception: int) -> int:
        """Return an exception's configured priority; less is more urgent."""
        fixed = FIXED_PRIORITY.get(exception)
        if fixed is not None:
            return fixed
        offset = (
            IPR + exception - FIRST_INTERRUPT
            if exception >= FIRST_INTERRUPT
            else SHPR1 + exception - 4
        )
        return self._scs.values[offset & ~3] >> 8 * (offset & 3) & 0xFF

    def preemption_priority(self, exception: int) -> int:
        """Return the part of an exception's priority that lets it interrupt another."""
        priority = self.priority(exception)
        return priority if priority < 0 else priority & self.group_mask

    def set_grouping(self, group: int) -> None:
        """Split priorities at AIRCR.PRIGROUP: bits up to it only order what is pending."""
        self.group_mask = 0xFF & ~((2 << group) - 1)
