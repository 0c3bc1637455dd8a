"""What the firmware did that silicon would not have served, or served otherwise than meant."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum


class Rule(Enum):
    """The rules of the virtual board; docs/virtual-board.md tells each."""

    CLOCK_OFF = "clock-off"
    CLOCK_SOURCE = "clock-source"
    PLL = "pll"
    WAIT_STATES = "wait-states"
    VOLTAGE = "voltage"
    BOOSTER = "booster"
    PIN_FUNCTION = "pin-function"
    UNMAPPED = "unmapped"
    READ_ONLY = "read-only"
    UNMODELLED = "unmodelled"
    LOCKED_REGISTER = "locked-register"
    FLASH_LOCKED = "flash-locked"
    FLASH_PROGRAM = "flash-program"
    USART_BAUD = "usart-baud"
    USART_LOST = "usart-lost"
    I2C_TIMING = "i2c-timing"
    I2C_ORDER = "i2c-order"
    ACCESS_SIZE = "access-size"
    FPU_OFF = "fpu-off"
    UNDEFINED = "undefined-instruction"
    FAULT = "fault"
    LOCKUP = "lockup"


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken rule: at which instruction, on which address if on one, and why."""

    rule: Rule
    cause: str
    pc: int
    address: int | None = None
    exact: bool = True  # else pc is where the instruction's block began

    def __str__(self) -> str:
        pc = f"pc {self.pc:#010x}" + ("" if self.exact else " or soon after")
        at = "" if self.address is None else f", address {self.address:#010x}"
        return f"{self.rule.value}: {self.cause} ({pc}{at})"


class Violations:
    """Collects violations, each once an instruction, and tells of it."""

    def __init__(self, tell: Callable[[Violation], None]) -> None:
        self._tell = tell
        self._seen: set[tuple[Rule, int, int | None]] = set()
        self.count = 0

    def add(self, violation: Violation) -> None:
        """Report a violation unless the same instruction was reported for it before."""
        key = violation.rule, violation.pc, violation.address
        if key not in self._seen:
            self._seen.add(key)
            self.count += 1
            self._tell(violation)
