"""Counts instructions and estimated cycles, block by block, and the calls of functions.

The work is done once a basic block: by native/block_hook.c where it could be built, else by the
same logic here, some fifty times slower. Both work on one structure, so nothing else can tell.
"""

from __future__ import annotations

import ctypes
import mmap
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from hargen.device.virtual import costs

NEVER = (1 << 64) - 1
RUNS_CAPACITY = 4096
BLOCK_REACH = 1024  # bytes: the emulator ends a block at a page of this size

STOP_DEADLINE = 1
STOP_FPU = 2
STOP_RUNS_FULL = 3

BLOCK_USES_FPU = 1
BLOCK_IS_COUNTED = 2

STOP_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p)
LEARN_CALLBACK = ctypes.CFUNCTYPE(None, ctypes.c_uint32, ctypes.c_uint32)


class _Block(ctypes.Structure):
    _fields_ = (
        ("size", ctypes.c_uint16),
        ("instructions", ctypes.c_uint16),
        ("cycles", ctypes.c_uint16),
        ("flags", ctypes.c_uint16),
    )


class _Run(ctypes.Structure):
    _fields_ = (("instructions", ctypes.c_uint64), ("cycles", ctypes.c_uint64))


class State(ctypes.Structure):
    """The counter's memory: hg_counter_t of native/block_hook.c, field by field."""

    _fields_ = (
        ("cycles", ctypes.c_uint64),
        ("instructions", ctypes.c_uint64),
        ("blocks", ctypes.c_uint64),
        ("deadline", ctypes.c_uint64),
        ("start_cycles", ctypes.c_uint64),
        ("start", ctypes.c_uint32),
        ("end", ctypes.c_uint32),
        ("taken_branch", ctypes.c_uint32),
        ("fpu_off", ctypes.c_uint32),
        ("stop_reason", ctypes.c_uint32),
        ("exception_depth", ctypes.c_uint32),
        ("run_active", ctypes.c_uint32),
        ("run_return", ctypes.c_uint32),
        ("run_sp", ctypes.c_uint32),
        ("run_depth", ctypes.c_uint32),
        ("runs_count", ctypes.c_uint32),
        ("run_instructions", ctypes.c_uint64),
        ("run_cycles", ctypes.c_uint64),
        ("aside_instructions", ctypes.c_uint64),
        ("aside_cycles", ctypes.c_uint64),
        ("runs_capacity", ctypes.c_uint64),
        ("runs", ctypes.c_void_p),
        ("table", ctypes.c_void_p),
        ("table_base", ctypes.c_uint64),
        ("table_size", ctypes.c_uint64),
        ("elsewhere", _Block),
        ("stop", ctypes.c_void_p),
        ("read_register", ctypes.c_void_p),
        ("learn", ctypes.c_void_p),
    )


@dataclass(frozen=True, slots=True)
class Aside:
    """Where the totals stood when an exception interrupted a counted run, and the block before."""

    instructions: int
    cycles: int
    end: int


class Counter:
    """Totals, the deadline, and the runs of counted functions.

    Args:
        fetch: returns (address, size) of code as bytes; flash there must not change unannounced.
        table_base: first address of the memory whose blocks are remembered (the flash).
        table_size: its size in bytes. Blocks elsewhere (SRAM may be rewritten) are decoded each
            time that they run.
    """

    def __init__(
        self, fetch: Callable[[int, int], bytes], table_base: int, table_size: int
    ) -> None:
        self._fetch = fetch
        self._runs = (_Run * RUNS_CAPACITY)()
        self._memory = mmap.mmap(-1, table_size // 2 * ctypes.sizeof(_Block))
        self._table = (_Block * (table_size // 2)).from_buffer(self._memory)
        self._known: dict[int, tuple[int, costs.Cost]] = {}
        self._costs: dict[tuple[int, int], costs.Cost] = {}
        self._counted: frozenset[int] = frozenset()
        self.state = State(
            deadline=NEVER,
            taken_branch=costs.TAKEN_BRANCH,
            fpu_off=1,
            runs_capacity=RUNS_CAPACITY,
            runs=ctypes.addressof(self._runs),
            table=ctypes.addressof(self._table),
            table_base=table_base,
            table_size=table_size,
        )

    def count(self, entries: Iterable[int]) -> None:
        """Count the calls of the functions that begin there, and of no others.

        A call from within a counted call is a part of that one.
        """
        counted = frozenset(entries)
        for address in filter(self._is_remembered, self._counted ^ counted):
            self._drop(address)  # to be learned anew, with or without the mark
        self._counted = counted
        self.state.run_active = 0

    def learn(self, start: int, size: int) -> costs.Cost:
        """Note what the block at start costs, whose size in bytes the emulator tells."""
        cost = self._cost(start, start + size)
        flags = BLOCK_USES_FPU if cost.uses_fpu else 0
        flags |= BLOCK_IS_COUNTED if start in self._counted else 0
        found = _Block(size, cost.instructions, cost.cycles, flags)
        if self._is_remembered(start):
            self._table[(start - self.state.table_base) // 2] = found
            self._known[start] = size, cost
        else:
            self.state.elsewhere = found
        return cost

    def forget(self, start: int, size: int) -> None:
        """Drop what is known of blocks that reach into memory which was rewritten."""
        first = max(start - BLOCK_REACH, self.state.table_base)
        for address in range(first, start + size, 2):
            self._drop(address)
        self._costs.clear()

    def give_back(self, pc: int) -> None:
        """Take back what the current block was charged for pc and what follows it in the block."""
        state = self.state
        if state.start <= pc < state.end:
            cost = self._cost(pc, state.end)
            state.instructions -= cost.instructions
            state.cycles -= cost.cycles
            state.end = pc

    def exception_entered(self, handler: int) -> Aside:
        """Note that an exception begins; what follows does not count for an active run."""
        state = self.state
        aside = Aside(state.instructions, state.cycles, state.end)
        state.exception_depth += 1
        state.cycles += costs.EXCEPTION_ENTRY
        state.end = handler
        return aside

    def exception_left(self, aside: Aside) -> None:
        """Note that the exception whose entry gave aside has ended."""
        state = self.state
        if state.run_active and state.exception_depth == state.run_depth:
            self._end_run()  # the handler had jumped to the function: its return is the exception's
        state.exception_depth -= 1
        state.cycles += costs.EXCEPTION_RETURN
        state.end = aside.end
        if state.run_active and state.exception_depth == state.run_depth:
            state.aside_instructions += state.instructions - aside.instructions
            state.aside_cycles += state.cycles - aside.cycles

    def reset(self) -> None:
        """Forget an unfinished run; the totals go on."""
        self.state.run_active = 0
        self.state.exception_depth = 0
        self.state.end = 0

    def take_runs(self) -> list[tuple[int, int]]:
        """Return (instructions, cycles) of each call that ended since the last time, in order."""
        count = self.state.runs_count
        self.state.runs_count = 0
        return [(run.instructions, run.cycles) for run in self._runs[:count]]

    def on_block(
        self,
        stop: Callable[[int], None],
        read_lr: Callable[[], int],
        read_sp: Callable[[], int],
    ) -> Callable[[int, int], None]:
        """Return the Python block callback (start, size): hg_block of native/block_hook.c."""
        state = self.state
        known = self._known
        unknown = (0, costs.Cost(0, 0, False))

        def callback(start: int, size: int) -> None:
            cycles = state.cycles
            if cycles >= state.deadline:
                stop(STOP_DEADLINE)
                return
            known_size, cost = known.get(start, unknown)
            if known_size != size:
                cost = self.learn(start, size)
            if cost.uses_fpu and state.fpu_off:
                stop(STOP_FPU)
                return
            if (
                state.run_active
                and start == state.run_return
                and state.exception_depth == state.run_depth
                and read_sp() == state.run_sp
            ):
                self._end_run()
            if start in self._counted and not state.run_active:
                if state.runs_count == state.runs_capacity:
                    stop(STOP_RUNS_FULL)
                    return
                self._begin_run(read_lr(), read_sp())
            state.blocks += 1
            state.start_cycles = cycles
            state.instructions += cost.instructions
            state.cycles = cycles + cost.cycles + (0 if start == state.end else costs.TAKEN_BRANCH)
            state.start = start
            state.end = start + size

        return callback

    def _drop(self, address: int) -> None:
        self._known.pop(address, None)
        self._table[(address - self.state.table_base) // 2] = _Block()

    def _begin_run(self, lr: int, sp: int) -> None:
        state = self.state
        state.run_return = lr & ~1
        state.run_sp = sp
        state.run_depth = state.exception_depth
        state.run_instructions = state.instructions - state.aside_instructions
        state.run_cycles = state.cycles - state.aside_cycles
        state.run_active = 1

    def _end_run(self) -> None:
        state = self.state
        self._runs[state.runs_count] = _Run(
            state.instructions - state.aside_instructions - state.run_instructions,
            state.cycles - state.aside_cycles - state.run_cycles,
        )
        state.runs_count += 1
        state.run_active = 0

    def _is_remembered(self, start: int) -> bool:
        return bool(0 <= start - self.state.table_base < self.state.table_size)

    def _cost(self, start: int, end: int) -> costs.Cost:
        if not self._is_remembered(start):
            return costs.of_code(self._fetch(start, end - start))
        cost = self._costs.get((start, end))
        if cost is None:
            cost = self._costs[start, end] = costs.of_code(self._fetch(start, end - start))
        return cost
