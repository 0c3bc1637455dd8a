"""I2C2 and the bus behind it, register by register, and every rule that they have."""

from __future__ import annotations

import re

import pytest
from emulator.firmware_build import SOURCES

MARKER = (0x5CE0A210).to_bytes(4, "little")
SCENARIOS = re.findall(r"^  ([A-Z0-9_]+),$", (SOURCES / "i2c.c").read_text(), re.MULTILINE)
FINE = {"CAREFUL", "NO_ANSWER", "STUCK", "SOFTWARE_RESET", "TIMING_400_KHZ_OF_ST"}

TXE, TXIS, RXNE, NACKF, STOPF, TC, TCR, ARLO = 1, 2, 4, 1 << 4, 1 << 5, 1 << 6, 1 << 7, 1 << 9
BUSY = 1 << 15
IDENTITY, CTRL1_XL, CTRL2_G = 0x6B, 0, 0
BIT_SECONDS = 2.5e-6 + 2 * (50e-9 + 2 / 160e6) + 300e-9

# firmware, rule, what its message names
BROKEN = [
    ("CLOCK_OFF", "clock-off", "I2C2_TIMINGR while its clock is off"),
    ("PIN_FUNCTION", "pin-function", "PH4 is analog, not alternate function 4"),
    ("PIN_PUSH_PULL", "pin-function", "PH5 is push-pull, not open drain"),
    ("PIN_DRIVEN_HIGH", "pin-function", "PH4 drives a line of I2C2 high"),
    ("TIMING_TOO_FAST", "i2c-timing", "SCL is at 635 kHz"),
    ("TIMING_LOW_TOO_SHORT", "i2c-timing", "SCL is low for 900 ns, fast mode needs 1300"),
    ("TIMING_RESERVED", "i2c-timing", "bits 24 to 27 must be kept 0"),
    ("TIMING_WHILE_ON", "locked-register", "I2C2_TIMINGR written while the I2C is on"),
    ("KERNEL_CLOCK_OFF", "i2c-timing", "kernel clock (RCC_CCIPR1) is off"),
    ("START_WHILE_OFF", "i2c-order", "START set while the I2C is off"),
    ("START_WHILE_BUSY", "i2c-order", "START set while a transfer is under way"),
    ("STOP_TOO_EARLY", "i2c-order", "STOP set while no transfer waits"),
    ("CR2_WHILE_STARTING", "i2c-order", "CR2 changed while START is set"),
    ("RXDR_EMPTY", "i2c-order", "RXDR read while it is empty"),
    ("TXDR_FULL", "i2c-order", "TXDR written while it is full"),
    ("ACCESS_SIZE", "access-size", "part of I2C2_TXDR, which takes words only"),
    ("INTERRUPTS", "unmodelled", "I2C2_CR1 bits 0x2"),
]


@pytest.fixture
def run_case(tmp_path, firmware):
    """Return a function that runs a scenario."""
    from emulator.harness import run

    def go(name, **how):
        content = firmware("i2c.c").read_bytes()
        assert content.count(MARKER) == 1
        elf = tmp_path / f"{name}.elf"
        elf.write_bytes(content.replace(MARKER, SCENARIOS.index(name).to_bytes(4, "little")))
        return run(tmp_path, elf, **how)

    return go


def test_every_scenario_of_the_firmware_is_tested():
    assert {name for name, _, _ in BROKEN} | FINE == set(SCENARIOS)


@pytest.mark.parametrize("name", ["CAREFUL", "TIMING_400_KHZ_OF_ST"])
def test_transfers_go_as_the_manual_has_them(run_case, name):
    outcome = run_case(name)
    first, selected, cycles, *rest = outcome.values
    reads, (after, cleared), again = rest[:6], (rest[6], rest[7]), rest[8:]

    assert outcome.violations == []
    assert (first, selected) == (BUSY | TXE | TXIS, BUSY | TXE | TC)
    if name == "CAREFUL":  # START, address, register: 10 + 9 bits, and what the polls add
        assert cycles / 160e6 == pytest.approx(19 * BIT_SECONDS, rel=0.15)
    assert all(status & (BUSY | RXNE) == BUSY | RXNE for status in reads[::2])
    assert reads[1::2] == [IDENTITY, CTRL1_XL, CTRL2_G]
    assert (after, cleared) == (TXE | STOPF, TXE)
    assert again[:2] == [BUSY | TXE | TXIS, BUSY | TXE | TC]
    assert again[2:4] == [BUSY | TXE | RXNE | TCR, IDENTITY]
    assert again[4:6] == [BUSY | TXE | RXNE | TC, CTRL1_XL]
    assert again[6] == TXE | STOPF


def test_an_address_that_nobody_has_is_not_acknowledged(run_case):
    outcome = run_case("NO_ANSWER")

    assert outcome.values == [TXE | NACKF | STOPF, 0x600D]


def test_a_bus_that_is_held_stays_busy_and_no_transfer_begins(run_case):
    outcome = run_case("STUCK", prepare=lambda board: board.hold_sensor_bus())

    assert outcome.values == [TXE | BUSY, TXE | BUSY, 0x600D]


def test_a_controller_reset_within_a_byte_leaves_the_line_held(run_case):
    outcome = run_case("SOFTWARE_RESET")
    *_, status, lines, clocks, end = outcome.values

    assert outcome.violations == []
    assert (status, lines) == (TXE | BUSY, 0x10)
    assert 1 <= clocks <= 9
    assert end == 0x600D


@pytest.mark.parametrize(("name", "rule", "words"), BROKEN, ids=[case[0] for case in BROKEN])
def test_a_broken_rule_is_reported_with_its_cause(run_case, name, rule, words):
    outcome = run_case(name)

    broken = outcome.violations[0]
    assert broken.rule.value == rule
    assert words in str(broken)
    assert broken.exact
