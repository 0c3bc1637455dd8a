"""The STM32U585 around its instructions: system registers, peripherals, and how they are wired."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hargen.device.virtual.core.dwt import Dwt
from hargen.device.virtual.core.exceptions import Exceptions
from hargen.device.virtual.core.nvic import FIRST_INTERRUPT, Nvic
from hargen.device.virtual.core.scb import CP10_PRIVILEGED, CPACR, SystemControl, SystemControlSpace
from hargen.device.virtual.core.systick import SysTick
from hargen.device.virtual.counter import Counter, State
from hargen.device.virtual.engine import Engine
from hargen.device.virtual.i2c_bus import I2cBus
from hargen.device.virtual.memory import Memory
from hargen.device.virtual.peripherals.dbgmcu import Dbgmcu
from hargen.device.virtual.peripherals.flash import Flash
from hargen.device.virtual.peripherals.gpio import MODE_ALTERNATE, PORTS, Gpio
from hargen.device.virtual.peripherals.i2c import I2c
from hargen.device.virtual.peripherals.icache import Icache
from hargen.device.virtual.peripherals.pwr import Pwr
from hargen.device.virtual.peripherals.rcc import SOFTWARE_RESET, OperatingPoint, Rcc
from hargen.device.virtual.peripherals.tim import TIM2_IRQ, Tim
from hargen.device.virtual.peripherals.usart import USART1_IRQ, Usart
from hargen.device.virtual.registers import Bus, Reporter
from hargen.device.virtual.timeline import Timeline
from hargen.device.virtual.violations import Rule

PERIPHERALS = 0x4000_0000, 0x1000_0000
SYSTEM = 0xE000_0000, 0x10_0000
UNMODELLED = {
    0x4000_5400: "I2C1",
    0x4002_3000: "CRC",
    0x4003_1400: "DCACHE1",
    0x420C_0800: "RNG",
    0x4600_0400: "SYSCFG",
    0x4602_2000: "EXTI",
    0xE000_0000: "ITM",
    0xE004_0000: "TPIU",
}

USART1_EXCEPTION = FIRST_INTERRUPT + USART1_IRQ
TIM2_EXCEPTION = FIRST_INTERRUPT + TIM2_IRQ
USART1_PINS = {True: 9, False: 10}  # PA9 sends, PA10 receives
USART1_ALTERNATE = 7
I2C2_SCL, I2C2_SDA = 4, 5  # PH4 and PH5
I2C2_ALTERNATE = 4


@dataclass(frozen=True, slots=True)
class Wiring:
    """What leaves the chip.

    Attributes:
        report: a broken rule.
        be_exact: an access that wants to be the first instruction of its block.
        reset: a reset that the chip asks for, by its cause.
        flash_written: the firmware changed the flash, at (address, size).
        send: a byte has left on PA9.
        log: something worth a line of text.
    """

    report: Reporter
    be_exact: Callable[[], bool]
    reset: Callable[[int], None]
    flash_written: Callable[[int, int], None]
    send: Callable[[int], None]
    log: Callable[[str], None]


class Chip:
    """All registers, and when they next do something by themselves."""

    def __init__(self, state: State, timeline: Timeline, memory: Memory, wiring: Wiring) -> None:
        self._state = state
        self._timeline = timeline
        self._memory = memory
        self._wiring = wiring
        self._hclk_told = 0
        self.bus = Bus(wiring.report)
        self.bus.name_unmodelled(UNMODELLED)
        self._build_core()
        self._build_clocks()
        self._build_ports()
        self._build_sensors()

    def _build_core(self) -> None:
        report, timeline = self._wiring.report, self._timeline
        self.scs = SystemControlSpace(report)
        self.nvic = Nvic(self.scs, timeline)
        self.systick = SysTick(self.scs, self.nvic, timeline, self._wiring.be_exact)
        self.dwt = Dwt(report, self.scs, timeline, self._wiring.be_exact)
        self.control = SystemControl(
            self.scs,
            self.nvic,
            timeline,
            self._state,
            on_reset=lambda: self._wiring.reset(SOFTWARE_RESET),
            on_trace=self.dwt.update,
        )
        for peripheral in (self.scs, self.dwt, Dbgmcu(report)):
            self.bus.add(peripheral, clocked=True)

    def _build_clocks(self) -> None:
        report, timeline = self._wiring.report, self._timeline
        self.rcc = Rcc(report, timeline, self.bus, self._operating_point, self._clock_changed)
        self.pwr = Pwr(report, timeline, self.rcc.booster_hz, self.rcc.check)
        self.flash = Flash(
            report,
            timeline,
            self._memory.flash,
            on_latency=self.rcc.check,
            on_content=self._wiring.flash_written,
        )
        self.icache = Icache(report)
        for peripheral in (self.rcc, self.flash, self.icache):
            self.bus.add(peripheral, clocked=True)
        self.bus.add(self.pwr, clocked=False)
        self.rcc.gate(self.pwr, "AHB3ENR", 2)

    def _build_ports(self) -> None:
        report = self._wiring.report
        self.gpio = {port: Gpio(port, report) for port in PORTS}
        for bit, port in enumerate(self.gpio.values()):
            self.bus.add(port, clocked=False)
            self.rcc.gate(port, "AHB2ENR1", bit)
        self.usart = Usart(
            report,
            self._timeline,
            self.rcc.usart1_hz,
            self._wiring.send,
            self._is_pin_connected,
            lambda baud: self._wiring.log(f"USART1 at {baud:.0f} baud"),
        )
        self.bus.add(self.usart, clocked=False)
        self.rcc.gate(self.usart, "APB2ENR", 14)

    def _build_sensors(self) -> None:
        report, timeline = self._wiring.report, self._timeline
        port = self.gpio["H"]
        port.driven[I2C2_SCL] = True  # pull-ups on the board
        self.i2c_bus = I2cBus(on_sda=lambda level: port.driven.update({I2C2_SDA: level}))
        self.i2c_bus.hold_sda(0)
        port.on_output = self._drive_bus
        self.i2c = I2c(report, timeline, self.rcc.i2c2_hz, self.i2c_bus, self._is_bus_connected)
        self.timer = Tim(report, timeline, self.rcc.timer1_hz)
        for peripheral, bit in ((self.i2c, 22), (self.timer, 0)):
            self.bus.add(peripheral, clocked=False)
            self.rcc.gate(peripheral, "APB1ENR1", bit)

    def connect(self, engine: Engine, counter: Counter) -> Exceptions:
        """Wire a core to memories and registers; return its exceptions."""
        for region in self._memory.regions:
            engine.map_memory(region.base, region.content, access=region.access)
        engine.map_registers(*PERIPHERALS, self.bus, self.usart.front)
        engine.map_registers(*SYSTEM, self.bus)
        return Exceptions(engine, counter, self.nvic, self.scs, self._memory)

    def reset(self, cause: int) -> None:
        """Reset everything but memories."""
        for part in (self.scs, self.nvic, self.systick, self.dwt, self.control):
            part.reset()
        for peripheral in (self.pwr, self.flash, self.icache, self.usart, self.i2c, self.timer):
            peripheral.reset()
        for port in self.gpio.values():
            port.reset()
        self.rcc.reset_by(cause)

    def is_fpu_on(self) -> bool:
        """Tell whether SCB_CPACR has the FPU on."""
        return bool(self.scs.values[CPACR] & CP10_PRIVILEGED)

    def advance(self, now: int) -> None:
        """Let happen what is due, and set the interrupt lines."""
        self.usart.advance(now)
        self.i2c.advance(now)
        self.systick.advance(now)
        self.timer.advance()
        self.nvic.set_line(TIM2_EXCEPTION, self.timer.interrupt_line())
        self.nvic.set_line(USART1_EXCEPTION, self.usart.interrupt_line())

    def next_event(self) -> int:
        """Return when an interrupt may become pending next."""
        return min(
            self.usart.next_interrupt(),
            self.systick.next_interrupt(),
            self.timer.next_interrupt(),
        )

    def _operating_point(self) -> OperatingPoint:
        return OperatingPoint(
            self.pwr.voltage_range(), self.pwr.is_boosted(), self.flash.wait_states()
        )

    def _clock_changed(self) -> None:
        self.usart.retime()
        self.timer.retime()
        if self._timeline.hclk_hz != self._hclk_told:
            self._hclk_told = self._timeline.hclk_hz
            self._wiring.log(f"HCLK {self._hclk_told / 1e6:g} MHz")

    def _is_pin_connected(self, sends: bool) -> bool:
        pin = USART1_PINS[sends]
        if self.gpio["A"].function(pin) == (MODE_ALTERNATE, USART1_ALTERNATE):
            return True
        what = "sends, but" if sends else "should receive, but"
        cause = f"USART1 {what} {self.gpio['A'].describe(pin)}, not alternate function 7"
        self._wiring.report(Rule.PIN_FUNCTION, cause, self.gpio["A"].base)
        return False

    def _is_bus_connected(self) -> bool:
        port = self.gpio["H"]
        for pin in (I2C2_SCL, I2C2_SDA):
            if port.function(pin) != (MODE_ALTERNATE, I2C2_ALTERNATE):
                wrong = f"{port.describe(pin)}, not alternate function 4"
            elif not port.is_open_drain(pin):
                wrong = f"PH{pin} is push-pull, not open drain"
            else:
                continue
            self._wiring.report(Rule.PIN_FUNCTION, f"I2C2 starts, but {wrong}", port.base)
            return False
        return True

    def _drive_bus(self) -> None:
        """Put on the lines of I2C2 what its pins do as GPIO."""
        port = self.gpio["H"]
        scl, sda = port.drives(I2C2_SCL), port.drives(I2C2_SDA)
        self.i2c_bus.drive_from_pins(scl=scl is not False, sda=sda is not False)
        for pin, level in ((I2C2_SCL, scl), (I2C2_SDA, sda)):
            if level:
                cause = f"PH{pin} drives a line of I2C2 high, which its devices may pull low"
                self._wiring.report(Rule.PIN_FUNCTION, cause, port.base)
