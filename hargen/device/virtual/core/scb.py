"""The System Control Block and its neighbours: identity, vector table, reset, faults, FPU access.

Armv8-M Architecture Reference Manual (DDI 0553), D1.2. The core is a Cortex-M33 r0p4 with TrustZone
off, as the factory leaves the chip. Low-power sleep, the MPU and trapping of unaligned accesses are
not modelled: a firmware that asks for them breaks a rule.
"""

from __future__ import annotations

from collections.abc import Callable

from hargen.device.virtual.core.nvic import FIRST_INTERRUPT, NMI, PEND_SV, SYS_TICK, Nvic
from hargen.device.virtual.counter import State
from hargen.device.virtual.memory import FLASH_BASE
from hargen.device.virtual.registers import ALL, Peripheral, Reporter
from hargen.device.virtual.timeline import Timeline
from hargen.device.virtual.violations import Rule

SCS_BASE = 0xE000_E000
ICTR, ACTLR = 0x004, 0x008
CPUID, ICSR, VTOR, AIRCR, SCR, CCR = 0xD00, 0xD04, 0xD08, 0xD0C, 0xD10, 0xD14
SHCSR, CFSR, HFSR, DFSR, MMFAR, BFAR, AFSR = 0xD24, 0xD28, 0xD2C, 0xD30, 0xD34, 0xD38, 0xD3C
CPACR, MPU_TYPE, MPU_CTRL, DHCSR, DEMCR, STIR = 0xD88, 0xD90, 0xD94, 0xDF0, 0xDFC, 0xF00
FPCCR, FPCAR, FPDSCR, MVFR0, MVFR1, MVFR2 = 0xF34, 0xF38, 0xF3C, 0xF40, 0xF44, 0xF48

CORTEX_M33_R0P4 = 0x410F_D214
VECTOR_KEY, VECTOR_KEY_READ = 0x05FA, 0xFA05
SYSRESETREQ = 1 << 2
STKALIGN_AND_RESERVED = 0x201  # CCR after reset
FP_ACCESS = 0xF << 20  # CP10 and CP11
CP10_PRIVILEGED = 1 << 20
TRCENA = 1 << 24
ASPEN_LSPEN = 0xC000_0000
MPU_REGIONS = 8
ICSR_EVENTS = {31: NMI, 28: PEND_SV, 26: SYS_TICK}
ICSR_CLEARS = {27: PEND_SV, 25: SYS_TICK}


class SystemControlSpace(Peripheral):
    """The page of the core's own registers; NVIC and SysTick add theirs to it."""

    size = 0x1000

    def __init__(self, report: Reporter) -> None:
        super().__init__("SCB", SCS_BASE, report)


class SystemControl:
    """The System Control Block.

    Args:
        scs: the page in which the registers appear.
        nvic: what is pending and active.
        timeline: told when something may have become pending.
        state: where the block hook finds whether the FPU is off.
        on_reset: what AIRCR.SYSRESETREQ asks for.
        on_trace: called after a change of DEMCR.TRCENA.
    """

    def __init__(
        self,
        scs: Peripheral,
        nvic: Nvic,
        timeline: Timeline,
        state: State,
        on_reset: Callable[[], None],
        on_trace: Callable[[], None],
    ) -> None:
        self._scs = scs
        self._nvic = nvic
        self._timeline = timeline
        self._state = state
        self._on_reset = on_reset
        self._on_trace = on_trace
        self._define_control()
        self._define_faults()
        self._define_identity()

    def _define_control(self) -> None:
        define = self._scs.define
        define(ICSR, "ICSR", read=self._read_icsr, write=self._write_icsr)
        # the chip presets it with the boot address (NSBOOTADD0), which is the flash's beginning
        define(VTOR, "VTOR", reset=FLASH_BASE, writable=ALL & ~0x7F, read_only=0x7F)
        define(AIRCR, "AIRCR", read=self._read_aircr, write=self._write_aircr)
        define(SCR, "SCR")
        define(CCR, "CCR", reset=STKALIGN_AND_RESERVED)
        define(CPACR, "CPACR", write=self._write_cpacr)
        define(DHCSR, "DHCSR", read_only=ALL)  # no debugger is attached
        define(DEMCR, "DEMCR", write=self._write_demcr)
        define(STIR, "STIR", write=self._write_stir)
        define(ACTLR, "ACTLR")
        define(MPU_TYPE, "MPU_TYPE", reset=MPU_REGIONS << 8, read_only=ALL)
        define(MPU_CTRL, "MPU_CTRL")
        define(FPCCR, "FPCCR", reset=ASPEN_LSPEN)
        define(FPCAR, "FPCAR", writable=ALL)
        define(FPDSCR, "FPDSCR")

    def _define_faults(self) -> None:
        define = self._scs.define
        enables = 7 << 16  # MEMFAULTENA, BUSFAULTENA, USGFAULTENA
        define(SHCSR, "SHCSR", writable=enables, read_only=ALL & ~enables)
        for offset, name in ((CFSR, "CFSR"), (HFSR, "HFSR"), (DFSR, "DFSR"), (AFSR, "AFSR")):
            define(offset, name, write=self._clearing(offset))
            self._scs.cleared_by_ones.add(offset)
        define(MMFAR, "MMFAR", writable=ALL)
        define(BFAR, "BFAR", writable=ALL)

    def _define_identity(self) -> None:
        values = {
            ICTR: ("ICTR", 3),  # 97 to 128 interrupts
            CPUID: ("CPUID", CORTEX_M33_R0P4),
            MVFR0: ("MVFR0", 0x1011_0021),
            MVFR1: ("MVFR1", 0x1100_0011),
            MVFR2: ("MVFR2", 0x0000_0040),
        }
        for offset, (name, value) in values.items():
            self._scs.define(offset, name, reset=value, read_only=ALL)

    def reset(self) -> None:
        """Switch the FPU off, as after reset."""
        self._state.fpu_off = 1

    def _clearing(self, offset: int) -> Callable[[int], None]:
        def write(value: int) -> None:
            self._scs.values[offset] &= ~value

        return write

    def _read_icsr(self) -> int:
        nvic = self._nvic
        pending = nvic.pended | nvic.lines
        value = nvic.current
        value |= (1 << 11) if nvic.active.bit_count() <= 1 else 0  # RETTOBASE
        ready = nvic.ready()
        value |= nvic.most_urgent(ready)[1] << 12 if ready else 0  # VECTPENDING
        value |= (1 << 22) if pending >> FIRST_INTERRUPT else 0  # ISRPENDING
        for bit, exception in ICSR_EVENTS.items():
            value |= (pending >> exception & 1) << bit
        return value

    def _write_icsr(self, value: int) -> None:
        for bit, exception in ICSR_EVENTS.items():
            if value >> bit & 1:
                self._nvic.pend(exception)
        for bit, exception in ICSR_CLEARS.items():
            if value >> bit & 1:
                self._nvic.pended &= ~(1 << exception)
        self._timeline.look_soon()

    def _read_aircr(self) -> int:
        return VECTOR_KEY_READ << 16 | self._scs.values[AIRCR]

    def _write_aircr(self, value: int) -> None:
        if value >> 16 != VECTOR_KEY:
            cause = "SCB_AIRCR written without its key 0x05FA: ignored"
            self._scs.report(Rule.LOCKED_REGISTER, cause, SCS_BASE + AIRCR)
            return
        self._scs.values[AIRCR] = value & 7 << 8
        self._nvic.set_grouping(value >> 8 & 7)
        if value & SYSRESETREQ:
            self._on_reset()

    def _write_cpacr(self, value: int) -> None:
        self._scs.store(CPACR, value, FP_ACCESS, 0)
        self._state.fpu_off = 0 if value & CP10_PRIVILEGED else 1

    def _write_demcr(self, value: int) -> None:
        self._scs.store(DEMCR, value, TRCENA, 0)
        self._on_trace()

    def _write_stir(self, value: int) -> None:
        self._nvic.pend(FIRST_INTERRUPT + (value & 0x1FF))
        self._timeline.look_soon()
