"""The core's main loop: run, find out why it stopped, do what is due, go on.

The emulator runs until a deadline: the next interrupt that can come, or the next look at the host.
In between nothing stops it. Time at an access of a register is known to the basic block; an access
that needs the very instruction asks to be made again as the first of its block (`be_exact`).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from hargen.device.virtual import costs
from hargen.device.virtual import engine as cpu
from hargen.device.virtual.core.exceptions import Exceptions, Fault, LockupError
from hargen.device.virtual.counter import BLOCK_REACH, NEVER, STOP_FPU, Counter
from hargen.device.virtual.decode import is_wide
from hargen.device.virtual.engine import BadAccess, Stop
from hargen.device.virtual.memory import Memory
from hargen.device.virtual.timeline import Timeline
from hargen.device.virtual.violations import Rule, Violation, Violations

HOST_LOOK_CYCLES = 160_000  # a millisecond at full speed
SHORT_WAIT_SECONDS = 0.02

STORE_REACH = 256  # bytes around its address that one store instruction may change

WFE, YIELD = 0xBF20, 0xBF10


class Devices(Protocol):
    """What the machine needs of everything around the core."""

    def advance(self, now: int) -> None:
        """Let happen what is due, and set the interrupt lines."""

    def next_event(self) -> int:
        """Return when an interrupt may become pending next."""

    def line_rests_at(self) -> int:
        """Return when the serial line will be at rest, NEVER where it is or bytes still arrive."""

    def is_line_busy(self) -> bool:
        """Tell whether something goes on on the serial line."""

    def poll_host(self) -> None:
        """Exchange bytes and commands with the host."""

    def wait_for_host(self, seconds: float | None) -> bool:
        """Hand over what was sent, then wait until the host has something, at most so long."""

    def has_ready_interrupt(self) -> bool:
        """Tell whether something is pending that wakes a sleeping core."""

    def store_to_flash(self, address: int, size: int, value: int) -> None:
        """Serve a store to the flash."""


@dataclass(frozen=True, slots=True)
class Core:
    """A core from reset to reset: its instructions, its exceptions, whether its FPU is on."""

    engine: cpu.Engine
    exceptions: Exceptions
    is_fpu_on: Callable[[], bool]


class Machine:
    """Runs the firmware.

    Args:
        counter: totals and the deadline.
        timeline: the time.
        memory: what the core can reach besides registers.
        violations: where broken rules go.
        devices: everything around the core.
    """

    def __init__(
        self,
        counter: Counter,
        timeline: Timeline,
        memory: Memory,
        violations: Violations,
        devices: Devices,
    ) -> None:
        self._counter = counter
        self._state = counter.state
        self._timeline = timeline
        self._memory = memory
        self._violations = violations
        self._devices = devices
        self._core: Core | None = None
        self._pc = 0
        self._next_look = 0
        self._is_held = True
        self._exact_block = NEVER  # the number of the block whose first instruction is wanted
        self._exact_pc = 0
        self._exact_allowed = 0
        self._exact_used = 0
        self._wants_exact = False
        self._unplaced: Violation | None = None
        self._told: set[tuple[Rule, int, int | None]] = set()
        self._block_before = 0  # where the block began that was split at an access

    def start(self, core: Core, pc: int) -> None:
        """Take a core fresh from reset, to run from pc."""
        self._core = core
        self._pc = pc
        self._is_held = False
        self._exact_block = NEVER
        self._wants_exact = False
        self._unplaced = None
        self._counter.reset()

    def hold(self) -> None:
        """Let the core do nothing more until it is started again."""
        self._is_held = True

    def step(self) -> None:
        """Do what is due, then run until something else is."""
        state = self._state
        if state.cycles >= self._next_look and not self._is_held:
            self._next_look = state.cycles + HOST_LOOK_CYCLES
            self._devices.poll_host()
            if self._is_held:
                return  # the host asked for a reset or the end: whoever runs the board sees to it
        core = self._core
        if self._is_held or core is None:
            self._devices.wait_for_host(None)
            self._devices.poll_host()
            return
        self._devices.advance(state.cycles)
        if self._is_held:
            return
        try:
            handler = core.exceptions.take_pending(self._pc)
            if handler is not None:
                self._pc = handler
            due = min(self._devices.next_event(), self._next_look)
            # masks change unseen: look again after every block
            state.deadline = state.cycles + 1 if core.exceptions.is_masked else due
            self._run(core)
        except LockupError as error:
            self.hold()
            self._violations.add(Violation(Rule.LOCKUP, f"the core locked up: {error}", self._pc))

    def report(self, rule: Rule, cause: str, address: int | None = None) -> bool:
        """Report a violation.

        Returns:
            whether the instruction is known. Where it is not, the access that is being served will
            be made again, and must be given up now.
        """
        executing, block = self._timeline.executing, self._state.start
        if executing and (rule, block, address) in self._told:
            return True  # a loop that breaks it for ever needs no more words, nor time
        if executing and not self.be_exact():
            self._unplaced = Violation(rule, cause, block, address, exact=False)
            return False
        self._unplaced = None
        pc = self._exact_pc if executing else self._pc
        self._violations.add(Violation(rule, cause, pc, address))
        self._told.update({(rule, block, address), (rule, self._block_before, address)})
        return True

    def be_exact(self) -> bool:
        """Ask that the access that is being served be the first instruction of its block.

        Returns:
            whether it is. If not it will be made again (except inside an IT block, which cannot be
            split: there it counts as done).
        """
        if not self._timeline.executing:
            return True
        if self._state.blocks == self._exact_block and self._exact_used < self._exact_allowed:
            self._exact_used += 1
            return True
        self._wants_exact = True
        self.interrupt()
        return False

    def interrupt(self) -> None:
        """Stop at the instruction whose access is being served."""
        if self._timeline.executing and self._core is not None:
            self._core.engine.stop()

    def wait_for_host(self) -> None:
        """Let real time pass, as long as nothing is due, until the host sends something."""
        self._wait(self._devices.next_event(), SHORT_WAIT_SECONDS)

    def _run(self, core: Core) -> None:
        """Run until the emulator stops, and see to what stopped it."""
        stop = self._execute(core.engine.run, self._pc)
        if stop is Stop.ASKED:
            if self._state.stop_reason == STOP_FPU:
                self._run_without_fpu(core)
        else:
            self._see_to(stop, core)

    def _execute(self, run: Callable[..., tuple[Stop, int]], *addresses: int) -> Stop:
        self._timeline.executing = True
        try:
            stop, self._pc = run(*addresses)
        finally:
            self._timeline.executing = False
        if self._wants_exact:
            self._place()
        elif self._unplaced is not None:
            self._violations.add(self._unplaced)
            self._unplaced = None
        return stop

    def _place(self) -> None:
        """Begin a block at the instruction whose access asked for it."""
        self._wants_exact = False
        state = self._state
        if not state.start <= self._pc < state.end:
            return  # it was in an IT block and is done
        again = state.blocks == self._exact_block and self._pc == self._exact_pc
        # an instruction of several words asks once more for each
        self._exact_allowed = self._exact_allowed + 1 if again else 1
        self._exact_used = 0
        self._exact_pc = self._pc
        self._block_before = state.start
        self._counter.give_back(self._pc)
        self._exact_block = state.blocks + 1

    def _sleep(self) -> None:
        devices, state = self._devices, self._state
        while not devices.has_ready_interrupt() and not self._is_held:
            if not devices.is_line_busy():
                before = state.cycles
                self._wait(devices.next_event(), None)
                self._timeline.asleep += state.cycles - before
            elif state.cycles >= self._next_look:
                self._next_look = state.cycles + HOST_LOOK_CYCLES
                devices.poll_host()
            else:
                due = min(devices.next_event(), devices.line_rests_at(), self._next_look)
                self._timeline.sleep_until(max(due, state.cycles + 1))
            devices.advance(state.cycles)

    def _wait(self, due: int, longest: float | None) -> None:
        """Wait in real time for the host, at most until the board's time is due."""
        state, hz = self._state, self._timeline.hclk_hz
        left = max(0, due - state.cycles)
        seconds = longest
        if due != NEVER:
            seconds = left / hz if longest is None else min(left / hz, longest)
        began = time.monotonic()
        came = self._devices.wait_for_host(seconds)
        passed = round((time.monotonic() - began) * hz)
        if not came and seconds == left / hz:
            passed = left
        state.cycles += min(passed, left)
        state.start_cycles = state.cycles  # a block that polls goes on from here
        self._devices.poll_host()  # what came begins to arrive now, not when the wait began

    def _run_without_fpu(self, core: Core) -> None:
        """Run the block up to its FP instruction, which traps unless the FPU is on by then."""
        state = self._state
        wanted = self._pc + costs.first_fpu_offset(self._memory.fetch(self._pc, BLOCK_REACH))
        stop = Stop.SLEEP
        if wanted != self._pc:
            state.fpu_off = 0
            stop = self._execute(core.engine.run_to, self._pc, wanted)
            state.fpu_off = 0 if core.is_fpu_on() else 1
        if stop is Stop.SLEEP and self._pc == wanted:
            if state.fpu_off:
                cause = "FP instruction while SCB_CPACR has the FPU off"
                self._violations.add(Violation(Rule.FPU_OFF, cause, self._pc))
                self._pc = core.exceptions.fault(Fault.NO_COPROCESSOR, self._pc)
        elif stop is not Stop.ASKED:
            self._see_to(stop, core)

    def _see_to(self, stop: Stop, core: Core) -> None:
        """Do what the core does with an instruction that ends its straight run."""
        if stop is Stop.SLEEP:
            self._sleep()
        elif stop is Stop.EXCEPTION:
            self._core_exception(core)
        elif stop is Stop.BAD_ACCESS:
            self._bad_access(core)
        elif stop is Stop.INVALID_STATE:
            self._fault(core, Fault.INVALID_STATE, "branch to an address without Thumb bit")
        elif not self._is_hint():
            code = self._memory.fetch(self._pc, 4)
            cause = f"undefined instruction {code[1::-1].hex()} {code[:1:-1].hex()}"
            self._fault(core, Fault.UNDEFINED_INSTRUCTION, cause, Rule.UNDEFINED)

    def _core_exception(self, core: Core) -> None:
        match core.engine.exception:
            case cpu.SWI:
                self._pc = core.exceptions.supervisor_call(self._pc)
            case cpu.EXCEPTION_EXIT:
                self._pc = core.exceptions.leave(self._pc)
            case cpu.BKPT | cpu.SEMIHOSTING:
                self._counter.give_back(self._pc)
                cause = "BKPT without a debugger"
                self._violations.add(Violation(Rule.FAULT, cause, self._pc))
                self._pc = core.exceptions.breakpoint(self._pc)
            case cpu.STKOF:
                self._fault(core, Fault.STACK_OVERFLOW, "stack pointer below its limit")
            case cpu.INVSTATE:
                self._fault(core, Fault.INVALID_STATE, "branch to an address without Thumb bit")
            case number:
                cause = f"instruction of a coprocessor that is not there (exception {number})"
                self._fault(core, Fault.NO_COPROCESSOR, cause)

    def _fault(self, core: Core, fault: Fault, cause: str, rule: Rule = Rule.FAULT) -> None:
        self._counter.give_back(self._pc)
        self._violations.add(Violation(rule, cause, self._pc))
        self._pc = core.exceptions.fault(fault, self._pc)

    def _is_hint(self) -> bool:
        """Tell whether what the emulator calls undefined is WFE or YIELD; both may do nothing."""
        before = int.from_bytes(self._memory.fetch(self._pc - 2, 2), "little")
        return self._pc == self._state.end and before in (WFE, YIELD)

    def _bad_access(self, core: Core) -> None:
        access = core.engine.access
        if access is None:
            raise RuntimeError("the emulator told of no access")
        region = self._memory.region_of(access.address)
        if access.kind == "write" and region is self._memory.flash:
            self._store_to_flash(core, access)
            return
        self._counter.give_back(self._pc)
        if region is None:
            rule, cause = Rule.UNMAPPED, f"{access.kind} where no memory or peripheral is"
        else:
            rule, cause = Rule.READ_ONLY, f"{access.kind} of memory that does not allow it"
        self._violations.add(Violation(rule, cause, self._pc, access.address))
        if access.kind == "fetch":
            self._pc = core.exceptions.fault(Fault.INSTRUCTION_BUS, self._pc)
        else:
            self._pc = core.exceptions.fault(Fault.PRECISE_BUS, self._pc, access.address)

    def _store_to_flash(self, core: Core, access: BadAccess) -> None:
        """Let the emulator perform the store, undo it, and hand it to the flash interface."""
        self._counter.give_back(self._pc)
        flash = self._memory.flash
        offset = access.address - flash.base
        window = slice(max(0, offset - STORE_REACH), offset + STORE_REACH)
        before = flash.content[window]
        self._state.deadline = NEVER
        first = int.from_bytes(self._memory.fetch(self._pc, 2), "little")
        after = self._pc + (4 if is_wide(first) else 2)
        size = flash.end - flash.base
        stores, self._pc = core.engine.run_store(self._pc, after, flash.base, size)
        self._counter.give_back(self._pc)
        flash.content[window] = before
        for address, size, value in stores:
            self._devices.store_to_flash(address, size, value)
