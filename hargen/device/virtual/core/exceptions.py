"""Exception entry and return, faults, and what the core does when nothing else is left: lock up.

Armv8-M Architecture Reference Manual (DDI 0553), B3. The FP registers are stacked at once where the
chip would do it lazily: handlers see the same stack. The stack limit is checked by the emulator for
the firmware's own instructions only, not for this stacking.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import Enum

from hargen.device.virtual import engine as cpu
from hargen.device.virtual.core.nvic import (
    BUS_FAULT,
    HARD_FAULT,
    LOWEST_PRIORITY,
    MEMORY_FAULT,
    NMI,
    SV_CALL,
    USAGE_FAULT,
    Nvic,
)
from hargen.device.virtual.core.scb import BFAR, CFSR, HFSR, SHCSR, VTOR
from hargen.device.virtual.counter import Aside, Counter
from hargen.device.virtual.memory import Memory
from hargen.device.virtual.registers import ALL, Peripheral

BASIC_FRAME = struct.Struct("<8I")  # R0-R3, R12, LR, return address, xPSR
FP_FRAME = struct.Struct("<18I")  # S0-S15, FPSCR, reserved

# EXC_RETURN of a core without the Security Extension in force
RETURN_HANDLER, RETURN_MODE_THREAD, RETURN_PSP, RETURN_NO_FP = 0xFFFF_FFA0, 1 << 3, 1 << 2, 1 << 4

CONTROL_SPSEL, CONTROL_FPCA, CONTROL_SFPA = 1 << 1, 1 << 2, 1 << 3
XPSR_EXCEPTION, XPSR_ALIGNED = 0x1FF, 1 << 9
XPSR_IT = 0x0600_FC00
HFSR_FORCED, HFSR_DEBUG, HFSR_VECTOR = 1 << 30, 1 << 31, 1 << 1
BFAR_VALID = 1 << 15
FAULT_ENABLE_BIT = {MEMORY_FAULT: 16, BUS_FAULT: 17, USAGE_FAULT: 18}


class Fault(Enum):
    """Faults: the exception that each raises and its bit of CFSR."""

    INSTRUCTION_ACCESS = MEMORY_FAULT, 0
    INSTRUCTION_BUS = BUS_FAULT, 8
    PRECISE_BUS = BUS_FAULT, 9
    UNSTACKING = BUS_FAULT, 11
    UNDEFINED_INSTRUCTION = USAGE_FAULT, 16
    INVALID_STATE = USAGE_FAULT, 17
    INVALID_RETURN = USAGE_FAULT, 18
    NO_COPROCESSOR = USAGE_FAULT, 19
    STACK_OVERFLOW = USAGE_FAULT, 20


class LockupError(Exception):
    """The core cannot go on: a fault in the handling of a fault."""


@dataclass(frozen=True, slots=True)
class _Active:
    """An exception that is being handled, and the priority that was in force before it."""

    number: int
    priority_before: int
    aside: Aside


class Exceptions:
    """Moves the core into handlers and out of them.

    Args:
        engine: the core's registers.
        counter: told of entries and returns.
        nvic: what is pending.
        scs: the fault registers.
        memory: stacks and vector table.
    """

    def __init__(
        self,
        engine: cpu.Engine,
        counter: Counter,
        nvic: Nvic,
        scs: Peripheral,
        memory: Memory,
    ) -> None:
        self._counter = counter
        self._nvic = nvic
        self._values = scs.values
        self._memory = memory
        self._active: list[_Active] = []
        self._active_priority = LOWEST_PRIORITY
        self.is_masked = False  # PRIMASK or the like holds back what could be taken without it
        self._masks = engine.batch(cpu.PRIMASK, cpu.BASEPRI, cpu.FAULTMASK)
        low = (cpu.R0, cpu.R1, cpu.R2, cpu.R3, cpu.R12, cpu.LR)
        self._before = engine.batch(*low, cpu.SP, cpu.XPSR_READ, cpu.CONTROL)
        self._enter = engine.batch(cpu.SP, cpu.CONTROL, cpu.XPSR, cpu.LR)
        self._stacks = engine.batch(cpu.SP, cpu.PSP, cpu.CONTROL, cpu.FAULTMASK)
        self._leave = engine.batch(*low, cpu.CONTROL, cpu.XPSR, cpu.SP)
        self._fp = engine.batch(*cpu.SINGLES, cpu.FPSCR)
        self._faultmask = engine.batch(cpu.FAULTMASK)

    def take_pending(self, pc: int) -> int | None:
        """Enter the most urgent pending exception if it may interrupt.

        Returns:
            where to go on: its handler, or None where none is taken.
        """
        self.is_masked = False
        ready = self._nvic.ready()
        if not ready:
            return None
        _, number = self._nvic.most_urgent(ready)
        priority = self._nvic.preemption_priority(number)
        if priority >= self._active_priority:
            return None
        if priority >= self._priority():
            self.is_masked = True
            return None
        self._nvic.pended &= ~(1 << number)
        return self._take(number, pc)

    def supervisor_call(self, pc: int) -> int:
        """Handle SVC; pc is after it. Return where to go on."""
        if self._nvic.preemption_priority(SV_CALL) >= self._priority():
            return self._escalate(HFSR_FORCED, pc)
        return self._take(SV_CALL, pc)

    def breakpoint(self, pc: int) -> int:
        """Handle BKPT without a debugger: a HardFault. Return where to go on."""
        return self._escalate(HFSR_DEBUG, pc)

    def fault(self, fault: Fault, pc: int, address: int | None = None) -> int:
        """Raise a fault at pc; address is what was accessed. Return where to go on.

        Raises:
            LockupError: a HardFault is being handled already.
        """
        number, bit = fault.value
        self._values[CFSR] |= 1 << bit
        if address is not None:
            self._values[CFSR] |= BFAR_VALID
            self._values[BFAR] = address
        enabled = self._values[SHCSR] >> FAULT_ENABLE_BIT[number] & 1
        if enabled and self._nvic.preemption_priority(number) < self._priority():
            return self._take(number, pc)
        return self._escalate(HFSR_FORCED, pc)

    def leave(self, exc_return: int) -> int:
        """Return from the exception that is being handled; return where to go on."""
        sp, psp, control, faultmask = self._stacks.read()
        if not self._active:
            return self.fault(Fault.INVALID_RETURN, exc_return)
        on_psp = bool(exc_return & RETURN_MODE_THREAD and exc_return & RETURN_PSP)
        frame_at = psp if on_psp else sp
        has_fp = not exc_return & RETURN_NO_FP
        size = BASIC_FRAME.size + (FP_FRAME.size if has_fp else 0)
        stacked = self._memory.read(frame_at, size)
        if stacked is None:
            return self.fault(Fault.UNSTACKING, exc_return)
        done = self._active.pop()
        self._nvic.active &= ~(1 << done.number)
        self._nvic.current = self._active[-1].number if self._active else 0
        self._active_priority = done.priority_before
        self._counter.exception_left(done.aside)
        if faultmask and done.number != NMI:
            self._faultmask.write(0)
        *low, pc, xpsr = BASIC_FRAME.unpack_from(stacked)
        if has_fp:
            self._fp.write(*FP_FRAME.unpack_from(stacked, BASIC_FRAME.size)[:17])
        control &= ~(CONTROL_FPCA | CONTROL_SFPA)
        control |= (CONTROL_FPCA | CONTROL_SFPA) if has_fp else 0
        if exc_return & RETURN_MODE_THREAD:
            control = control & ~CONTROL_SPSEL | (CONTROL_SPSEL if on_psp else 0)
        new_sp = frame_at + size + (4 if xpsr & XPSR_ALIGNED else 0)
        self._leave.write(*low, control, xpsr & ~XPSR_ALIGNED | cpu.XPSR_THUMB, new_sp)
        return int(pc)

    def _priority(self) -> int:
        """Return the priority that a new exception must be more urgent than."""
        primask, basepri, faultmask = self._masks.read()
        priority = self._active_priority
        if basepri:
            priority = min(priority, basepri & self._nvic.group_mask)
        if primask:
            priority = min(priority, 0)
        return min(priority, -1) if faultmask else priority

    def _escalate(self, status: int, pc: int) -> int:
        if self._priority() <= -1:
            raise LockupError("a fault while a HardFault is handled")
        self._values[HFSR] |= status
        return self._take(HARD_FAULT, pc)

    def _take(self, number: int, pc: int) -> int:
        *low, sp, xpsr, control = self._before.read()
        handler = self._memory.read_word(self._values[VTOR] + 4 * number)
        if handler is None or not handler & 1:
            self._values[HFSR] |= HFSR_VECTOR
            raise LockupError(f"the vector of exception {number} is not a Thumb address")
        frame = BASIC_FRAME.pack(*low, pc, xpsr | (XPSR_ALIGNED if sp & 4 else 0))
        if control & CONTROL_FPCA:
            frame += FP_FRAME.pack(*self._fp.read(), 0)
        new_sp = (sp & ~7) - len(frame)
        if not self._memory.write(new_sp, frame):
            raise LockupError(f"stacking for exception {number} failed at {new_sp:#010x}")
        exc_return = RETURN_HANDLER | (0 if control & CONTROL_FPCA else RETURN_NO_FP)
        if not self._active:
            exc_return |= RETURN_MODE_THREAD | (RETURN_PSP if control & CONTROL_SPSEL else 0)
        self._enter.write(
            new_sp,
            control & ~(CONTROL_FPCA | CONTROL_SFPA),
            xpsr & ALL & ~(XPSR_EXCEPTION | XPSR_IT) | cpu.XPSR_THUMB | number,
            exc_return,
        )
        aside = self._counter.exception_entered(handler & ~1)
        self._active.append(_Active(number, self._active_priority, aside))
        priority = self._nvic.preemption_priority(number)
        self._active_priority = min(self._active_priority, priority)
        self._nvic.active |= 1 << number
        self._nvic.current = number
        return handler & ~1
