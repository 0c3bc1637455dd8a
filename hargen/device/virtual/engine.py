"""The emulator behind the board: Unicorn as a bare Cortex-M33 without system registers.

The only file that imports unicorn (GPL-2.0), which is why the board is a process of its own.
Unicorn executes instructions and knows the core's registers; the memory map, peripherals,
interrupts and faults are the caller's. Where Unicorn's Python wrapper would cost more than the work
its library is called directly: registers in batches, mapped registers, the compiled block hook.
"""

from __future__ import annotations

import ctypes
import mmap
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto

from unicorn import Uc, UcError, arm_const, unicorn_const
from unicorn.unicorn_py3.unicorn import MMIO_READ_CFUNC, MMIO_WRITE_CFUNC, uclib

from hargen.device.virtual.counter import LEARN_CALLBACK, Counter, State
from hargen.device.virtual.peripherals.usart_front import Front
from hargen.device.virtual.registers import Bus, Rewind

_FETCHES = {unicorn_const.UC_MEM_FETCH_UNMAPPED, unicorn_const.UC_MEM_FETCH_PROT}
_WRITES = {unicorn_const.UC_MEM_WRITE_UNMAPPED, unicorn_const.UC_MEM_WRITE_PROT}

_emu_start, _emu_stop, _reg_read = uclib.uc_emu_start, uclib.uc_emu_stop, uclib.uc_reg_read
_read_batch, _write_batch = uclib.uc_reg_read_batch, uclib.uc_reg_write_batch

WORD = 4

GENERAL = tuple(arm_const.UC_ARM_REG_R0 + n for n in range(13))
R0, R1, R2, R3, R12 = (GENERAL[n] for n in (0, 1, 2, 3, 12))
SP, LR, PC = arm_const.UC_ARM_REG_SP, arm_const.UC_ARM_REG_LR, arm_const.UC_ARM_REG_PC
PSP, CONTROL = arm_const.UC_ARM_REG_PSP, arm_const.UC_ARM_REG_CONTROL
XPSR = arm_const.UC_ARM_REG_XPSR_NZCVQG  # to write; unicorn cannot read it by this name
XPSR_READ = arm_const.UC_ARM_REG_XPSR
PRIMASK, BASEPRI = arm_const.UC_ARM_REG_PRIMASK, arm_const.UC_ARM_REG_BASEPRI
XPSR_THUMB = 1 << 24
FAULTMASK = arm_const.UC_ARM_REG_FAULTMASK
FPSCR = arm_const.UC_ARM_REG_FPSCR
SINGLES = tuple(arm_const.UC_ARM_REG_S0 + n for n in range(16))


# the core's own exceptions, by the emulator's numbers
SWI, BKPT, EXCEPTION_EXIT, SEMIHOSTING, INVSTATE, STKOF = 2, 7, 8, 16, 18, 19


class Stop(Enum):
    """Why the emulator came back."""

    ASKED = auto()  # stop() or the block hook: nothing of the next block has run
    SLEEP = auto()  # WFI, or the address to stop at; the program counter is after it, or at it
    EXCEPTION = auto()  # the core raised `exception`
    BAD_ACCESS = auto()  # `access` was not served; the program counter is at the instruction
    UNDEFINED = auto()  # no instruction, or WFE or YIELD
    INVALID_STATE = auto()  # not in Thumb state


@dataclass(frozen=True, slots=True)
class BadAccess:
    """An access that no memory serves: kind is read, write or fetch; size in bytes."""

    kind: str
    address: int
    size: int
    value: int


class RegisterBatch:
    """Registers that are read or written with one call."""

    def __init__(self, handle: ctypes.c_void_p, registers: Sequence[int]) -> None:
        count = len(registers)
        self._handle = handle
        self._count = count
        self._ids = (ctypes.c_int32 * count)(*registers)
        self._values = (ctypes.c_uint32 * count)()
        base, width = ctypes.addressof(self._values), ctypes.sizeof(ctypes.c_uint32)
        self._pointers = (ctypes.c_void_p * count)(*(base + n * width for n in range(count)))

    def read(self) -> list[int]:
        """Return the registers' values, in their order."""
        _read_batch(self._handle, self._ids, self._pointers, self._count)
        return self._values[:]

    def write(self, *values: int) -> None:
        """Set the registers, in their order: what one write does is seen by the next."""
        self._values[:] = values  # type: ignore[call-overload]  # ctypes takes any sequence
        _write_batch(self._handle, self._ids, self._pointers, self._count)


class Engine:
    """A Cortex-M33's instructions and registers, with memories that the caller maps.

    Args:
        counter: what is told of every basic block.
        library: the compiled block hook, or None for the one in Python.
    """

    def __init__(self, counter: Counter, library: ctypes.CDLL | None) -> None:
        self._uc = Uc(unicorn_const.UC_ARCH_ARM, unicorn_const.UC_MODE_MCLASS | _THUMB)
        self._uc.ctl_set_cpu_model(arm_const.UC_CPU_ARM_CORTEX_M33)
        self._uc.ctl_exits_enabled(True)
        self._handle = self._uc._uch
        self._state = counter.state
        self._library = library
        self._keep: list[object] = []
        self._asked = False
        self._failure: BaseException | None = None
        self.exception = 0
        self.access: BadAccess | None = None
        self._uc.hook_add(unicorn_const.UC_HOOK_INTR, self._on_exception)
        self._uc.hook_add(unicorn_const.UC_HOOK_MEM_INVALID, self._on_bad_access)
        self._uc.hook_add(unicorn_const.UC_HOOK_INSN_INVALID, lambda *_: False)
        self._pc = ctypes.c_uint32()
        self._pc_at = ctypes.byref(self._pc)
        if library is None:
            self._count_in_python(counter)
        else:
            self._count_in_c(counter, library)

    def batch(self, *registers: int) -> RegisterBatch:
        """Return these registers for reading or writing together."""
        return RegisterBatch(self._handle, registers)

    def map_memory(self, address: int, memory: mmap.mmap, *, access: str) -> None:
        """Map a memory; what is written there from outside the emulator is seen by it.

        Args:
            address: where its first byte appears.
            memory: the bytes, a multiple of 1 KiB.
            access: any of the letters r, w, x.
        """
        view = (ctypes.c_char * len(memory)).from_buffer(memory)
        self._keep.append(view)
        protection = _protection(access)
        self._uc.mem_map_ptr(address, len(memory), protection, ctypes.addressof(view))

    def map_registers(self, address: int, size: int, bus: Bus, front: Front | None = None) -> None:
        """Map registers that a bus serves.

        Args:
            address: of the first register.
            size: of all, in bytes.
            bus: what serves them.
            front: a part of them that the compiled hook may serve by itself.
        """
        readers, writers = bus.readers, bus.writers

        def on_read(_engine: object, offset: int, width: int, _user: object) -> int:
            try:
                reader = readers.get(address + offset)
                if reader is not None and width == WORD:
                    return reader()
                return bus.read_part(address + offset, width)
            except Rewind:
                return 0
            except BaseException as error:
                self._fail(error)
                return 0

        def on_write(_engine: object, offset: int, width: int, value: int, _user: object) -> None:
            try:
                writer = writers.get(address + offset)
                if writer is not None and width == WORD:
                    writer(value)
                else:
                    bus.write_part(address + offset, width, value)
            except Rewind:
                return
            except BaseException as error:
                self._fail(error)

        callbacks = MMIO_READ_CFUNC(on_read), MMIO_WRITE_CFUNC(on_write)
        self._keep.append(callbacks)
        read, user = callbacks[0], 0
        if front is not None and self._library is not None:
            front.base = address
            front.now = ctypes.addressof(self._state) + State.start_cycles.offset
            front.read = ctypes.cast(read, ctypes.c_void_p).value
            read = ctypes.cast(self._library.hg_usart_read, ctypes.c_void_p)
            user = ctypes.addressof(front)
        _check(uclib.uc_mmio_map(self._handle, address, size, read, user, callbacks[1], 0))

    def run(self, pc: int) -> tuple[Stop, int]:
        """Run from pc until something stops it; return why, and the program counter then."""
        self._asked = False
        self._state.stop_reason = 0
        self.exception = 0
        self.access = None
        status: int = _emu_start(self._handle, pc | 1, 0, 0, 0)
        if self._failure is not None:
            failure, self._failure = self._failure, None
            raise failure
        _reg_read(self._handle, PC, self._pc_at)
        return self._why(status), self._pc.value

    def run_to(self, pc: int, address: int) -> tuple[Stop, int]:
        """Run from pc, at most to the instruction at address, which is not executed."""
        self._uc.ctl_set_exits([address])
        self.drop_translations(pc, address + WORD - pc)  # made without this exit
        try:
            return self.run(pc)
        finally:
            self._uc.ctl_set_exits([])

    def run_store(
        self, pc: int, after: int, base: int, size: int
    ) -> tuple[list[tuple[int, int, int]], int]:
        """Execute the one instruction from pc to after with a read-only memory made writable.

        Args:
            pc: the instruction.
            after: the next one.
            base: the memory's first address.
            size: its bytes.

        Returns:
            its stores there as (address, bytes, value), and the program counter after it.
        """
        stores: list[tuple[int, int, int]] = []

        def on_store(_uc: Uc, _kind: int, at: int, width: int, value: int, _user: object) -> None:
            stores.append((at, width, value & ((1 << 8 * width) - 1)))

        hook = self._uc.hook_add(
            unicorn_const.UC_HOOK_MEM_WRITE, on_store, begin=base, end=base + size - 1
        )
        self._uc.mem_protect(base, size, unicorn_const.UC_PROT_ALL)
        try:
            _, pc = self.run_to(pc, after)
        finally:
            self._uc.hook_del(hook)
            self._uc.mem_protect(base, size, _protection("rx"))
            self._uc.ctl_flush_tb()  # what was translated calls the hook
        return stores, pc

    def stop(self) -> None:
        """Stop before the next instruction, or at the one whose access is being served."""
        self._asked = True
        _emu_stop(self._handle)

    def drop_translations(self, address: int, size: int) -> None:
        """Forget what was translated of code that has changed."""
        self._uc.ctl_remove_cache(address, address + size)

    def _why(self, status: int) -> Stop:
        if not status:
            if self.exception:
                return Stop.EXCEPTION
            return Stop.ASKED if self._asked or self._state.stop_reason else Stop.SLEEP
        if self.access is not None:
            return Stop.BAD_ACCESS
        if status != unicorn_const.UC_ERR_INSN_INVALID:
            raise UcError(status)
        is_thumb = self.batch(XPSR_READ).read()[0] & XPSR_THUMB
        return Stop.UNDEFINED if is_thumb else Stop.INVALID_STATE

    def _fail(self, error: BaseException) -> None:
        self._failure = self._failure or error
        self.stop()

    def _on_exception(self, _uc: Uc, number: int, _user: object) -> None:
        self.exception = number
        self.stop()

    def _on_bad_access(
        self, _uc: Uc, kind: int, address: int, size: int, value: int, _user: object
    ) -> bool:
        name = "fetch" if kind in _FETCHES else "write" if kind in _WRITES else "read"
        self.access = BadAccess(name, address, size, value & ((1 << 8 * size) - 1))
        return False

    def _count_in_c(self, counter: Counter, library: ctypes.CDLL) -> None:
        def learn(start: int, size: int) -> None:
            try:
                counter.learn(start, size)
            except BaseException as error:
                self._fail(error)

        callback = LEARN_CALLBACK(learn)
        self._keep.append(callback)
        state = self._state
        state.learn = ctypes.cast(callback, ctypes.c_void_p).value
        state.stop = ctypes.cast(uclib.uc_emu_stop, ctypes.c_void_p).value
        state.read_register = ctypes.cast(uclib.uc_reg_read, ctypes.c_void_p).value
        _check(
            uclib.uc_hook_add(
                self._handle,
                ctypes.byref(ctypes.c_size_t()),
                unicorn_const.UC_HOOK_BLOCK,
                ctypes.cast(library.hg_block, ctypes.c_void_p),
                ctypes.addressof(state),
                ctypes.c_uint64(1),
                ctypes.c_uint64(0),
            )
        )

    def _count_in_python(self, counter: Counter) -> None:
        lr, sp = self.batch(LR), self.batch(SP)

        def stop(reason: int) -> None:
            self._state.stop_reason = reason
            _emu_stop(self._handle)

        on_block = counter.on_block(stop, lambda: lr.read()[0], lambda: sp.read()[0])
        self._uc.hook_add(
            unicorn_const.UC_HOOK_BLOCK, lambda _uc, start, size, _user: on_block(start, size)
        )


_THUMB = unicorn_const.UC_MODE_THUMB


def _protection(access: str) -> int:
    letters = {
        "r": unicorn_const.UC_PROT_READ,
        "w": unicorn_const.UC_PROT_WRITE,
        "x": unicorn_const.UC_PROT_EXEC,
    }
    return sum(letters[letter] for letter in access)


def _check(status: int) -> None:
    if status:
        raise UcError(status)
