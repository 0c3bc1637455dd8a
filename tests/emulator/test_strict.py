"""Every rule has a firmware that breaks it; the careful one breaks none."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from emulator.firmware_build import SOURCES

# firmware, rule, what its message names
BROKEN = [
    ("CLOCK_OFF_WRITE", "clock-off", "write of GPIOH_BSRR while its clock is off"),
    ("CLOCK_OFF_READ", "clock-off", "read of USART1_ISR while its clock is off"),
    ("CLOCK_OFF_AGAIN", "clock-off", "write of GPIOH_BSRR while its clock is off"),
    ("SOURCE_NOT_READY", "clock-source", "HSI16, which is not ready"),
    ("SOURCE_SWITCHED_OFF", "clock-source", "HSI16 switched off while in use"),
    ("PLL_NOT_READY", "clock-source", "PLL1, which is not ready"),
    ("PLL_INPUT_RANGE", "pll", "input is 16 MHz, PLL1RGE says 4 to 8 MHz"),
    ("PLL_VCO", "pll", "VCO is at 64 MHz"),
    ("PLL_TOO_FAST", "pll", "gives 176 MHz"),
    ("PLL_NO_SOURCE", "pll", "no input clock"),
    ("PLL_OUTPUT_OFF", "pll", "PLL1REN is off"),
    ("PLL_CHANGED_WHILE_ON", "locked-register", "configured while it is on"),
    ("WAIT_STATES", "wait-states", "160 MHz with 3 flash wait states"),
    ("WAIT_STATES_LOWERED", "wait-states", "160 MHz with 3 flash wait states"),
    ("WAIT_STATES_DIVIDER", "wait-states", "160 MHz with 2 flash wait states"),
    ("VOLTAGE", "voltage", "160 MHz in voltage range 2"),
    ("VOLTAGE_LOWERED", "voltage", "160 MHz in voltage range 2"),
    ("BOOSTER", "booster", "booster (PWR_VOSR.BOOSTEN) is not ready"),
    ("BOOSTER_SWITCHED_OFF", "booster", "booster (PWR_VOSR.BOOSTEN) is not ready"),
    ("BOOSTER_CLOCK", "booster", "2.66667 MHz"),
    ("PIN_TX", "pin-function", "PA9 is alternate function 0"),
    ("PIN_RX", "pin-function", "PA10 is analog"),
    ("UNMAPPED_READ", "unmapped", "read where no memory"),
    ("UNMAPPED_WRITE", "unmapped", "write where no memory"),
    ("UNMAPPED_CALL", "unmapped", "fetch where no memory"),
    ("READ_ONLY", "read-only", "write of memory that does not allow it"),
    ("UNMODELLED_PERIPHERAL", "unmodelled", "I2C1"),
    ("UNMODELLED_REGISTER", "unmodelled", "RCC at offset 0x4"),
    ("UNMODELLED_BITS", "unmodelled", "RCC_CR bits 0x1000"),
    ("UNMODELLED_SLEEP", "unmodelled", "SCB_SCR bits 0x4"),
    ("USART_DIVISOR_WHILE_ON", "locked-register", "USART1_BRR written while the USART is on"),
    ("USART_FIFO_WHILE_ON", "locked-register", "FIFOEN"),
    ("USART_NO_DIVISOR", "usart-baud", "USART1_BRR is 0"),
    ("USART_FULL", "usart-lost", "TDR written while it is full"),
    ("USART_OFF", "usart-lost", "transmitter is off"),
    ("RESET_WITHOUT_KEY", "locked-register", "without its key"),
    ("FLASH_LOCKED_STORE", "flash-locked", "write to the flash while it is locked"),
    ("FLASH_LOCKED_CONTROL", "flash-locked", "FLASH_NSCR written while it is locked"),
    ("FLASH_WRONG_KEY", "flash-locked", "wrong key"),
    ("FPU_OFF", "fpu-off", "FP instruction"),
    ("UNDEFINED", "undefined-instruction", "undefined instruction de00"),
    ("NO_THUMB_BIT", "fault", "without Thumb bit"),
    ("BREAKPOINT", "fault", "BKPT"),
    ("STACK_LIMIT", "fault", "below its limit"),
    ("LOCKUP", "lockup", "vector of exception 3"),
    ("STACKING", "lockup", "stacking for exception"),
]
LEADING_TO = {"LOCKUP": ["undefined-instruction"]}
# what the fault handler reports of them: CFSR and HFSR
FAULTS = {
    "UNMAPPED_READ": (0x8200, 1 << 30),
    "UNMAPPED_WRITE": (0x8200, 1 << 30),
    "UNMAPPED_CALL": (0x100, 1 << 30),
    "READ_ONLY": (0x8200, 1 << 30),
    "UNDEFINED": (1 << 16, 1 << 30),
    "NO_THUMB_BIT": (1 << 17, 1 << 30),
    "BREAKPOINT": (0, 1 << 31),
    "STACK_LIMIT": (1 << 20, 1 << 30),
}
ADDRESSES = {"UNMAPPED_READ": 0x60000000, "UNMAPPED_WRITE": 0x000C0000, "READ_ONLY": 0x0BFA0700}


MARKER = (0x5CE0A210).to_bytes(4, "little")
SCENARIOS = re.findall(r"^  ([A-Z_]+),$", (SOURCES / "strict.c").read_text(), re.MULTILINE)


@pytest.fixture
def elf(tmp_path, firmware):
    """Return a function that gives the firmware of a scenario."""

    def of(name: str) -> Path:
        built = firmware("strict.c", defines=("NO_FPU",) if name == "FPU_OFF" else ())
        content = built.read_bytes()
        assert content.count(MARKER) == 1
        path = tmp_path / f"{name}.elf"
        path.write_bytes(content.replace(MARKER, SCENARIOS.index(name).to_bytes(4, "little")))
        return path

    return of


@pytest.fixture
def breaking(tmp_path, elf):
    """Return a function that runs a scenario."""
    from emulator.harness import run

    return lambda name, **how: run(tmp_path, elf(name), **how)


def test_every_scenario_of_the_firmware_is_tested():
    tested = {name for name, _, _ in BROKEN} | {"CAREFUL", "CLOCK_OFF_IT_BLOCK"}

    assert tested == set(SCENARIOS)


def test_a_careful_firmware_breaks_no_rule(breaking):
    outcome = breaking("CAREFUL")

    assert outcome.violations == []
    assert outcome.values == [0x600D]


@pytest.mark.parametrize(("name", "rule", "words"), BROKEN, ids=[case[0] for case in BROKEN])
def test_a_broken_rule_is_reported_once_with_its_cause(breaking, name, rule, words):
    outcome = breaking(name, send=[b"x"])

    *before, broken = outcome.violations
    assert broken.rule.value == rule
    assert words in str(broken)
    assert broken.exact
    # only the fault that leads to it comes before a lockup
    assert [str(other.rule.value) for other in before] == LEADING_TO.get(name, [])


@pytest.mark.parametrize(
    "name", ["CLOCK_OFF_WRITE", "UNMODELLED_PERIPHERAL", "PIN_TX", "UNDEFINED"]
)
def test_the_program_counter_is_that_of_the_instruction(breaking, elf, name):
    outcome = breaking(name)

    listing = subprocess.run(
        ["arm-none-eabi-objdump", "-d", elf(name)],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    pc = outcome.violations[0].pc
    found = re.search(rf"^ {pc:x}:\t[0-9a-f ]+\t(\w+)", listing, re.MULTILINE)
    assert found is not None
    wanted = {"CLOCK_OFF_WRITE": "str", "UNMODELLED_PERIPHERAL": "ldr", "PIN_TX": "str"}
    assert found[1].startswith(wanted.get(name, "udf"))


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_reaches_the_handler_with_its_registers(breaking, name):
    outcome = breaking(name)

    mark, pc, cfsr, hfsr, bfar = outcome.lines[0].split()
    assert mark == "F"
    assert int(pc, 16) == outcome.violations[0].pc
    assert (int(cfsr, 16), int(hfsr, 16)) == FAULTS[name]
    if name in ADDRESSES:
        assert int(bfar, 16) == ADDRESSES[name] == outcome.violations[0].address


def test_the_firmware_goes_on_as_silicon_would(breaking):
    for name in ("CLOCK_OFF_WRITE", "UNMODELLED_PERIPHERAL"):
        assert breaking(name).values == [0x600D]


def test_inside_an_it_block_the_place_is_said_to_be_vague(breaking):
    outcome = breaking("CLOCK_OFF_IT_BLOCK")

    assert [broken.exact for broken in outcome.violations] == [False]
    assert "soon after" in str(outcome.violations[0])


def test_an_fpu_that_is_on_in_time_is_no_violation(play):
    outcome = play("fpu_late.c", defines=("NO_FPU",))

    assert outcome.violations == []
    assert outcome.values == [0x40800000]
