"""The words of tools, and what they stand for.

No probe was at hand when these were written. The outputs below are reconstructions: OpenOCD's and
libusb's from the strings of the program and its scripts, STM32_Programmer_CLI's from documentation
and users' reports. pyOCD's words without a probe are those of its release 0.46, and the real
OpenOCD's are tested in test_openocd.py.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from hargen.device.real import causes

CLI_HEAD = """
      -------------------------------------------------------------------
                        STM32CubeProgrammer v2.17.0
      -------------------------------------------------------------------

"""
CLI_CONNECTED = (
    CLI_HEAD
    + """ST-LINK SN  : 0031003A3133510735383834
ST-LINK FW  : V3J13M4
Board       : B-U585I-IOT02A
Voltage     : 3.28V
SWD freq    : 8000 KHz
Connect mode: Under Reset
Reset mode  : Hardware reset
Device ID   : 0x482
"""
)
OPENOCD_HEAD = """Open On-Chip Debugger 0.12.0
Licensed under GNU GPL v2
dapdirect_swd
srst_only separate srst_nogate srst_open_drain connect_assert_srst

"""
OPENOCD_CONNECTED = (
    OPENOCD_HEAD
    + """Info : STLINK V3J13M4 (API v3) VID:PID 0483:374E
Info : Target voltage: 3.283000
Info : [stm32u5x.cpu] Cortex-M33 r0p4 processor detected
Info : device idcode = 0x30016482 (STM32U57/U58xx - Rev U : 0x3001)
"""
)

OUTPUTS = {
    "no probe": (
        CLI_HEAD + "Error: No debug probe detected.\n",
        CLI_HEAD + "Error: No ST-LINK detected!\n",
        OPENOCD_HEAD + "Error: open failed\n** OpenOCD init failed **\nshutdown command invoked\n",
        "0000312 C No available debug probes are connected [__main__]\n",
        "No connected debug probes\n0000542 E No target device available [load_cmd]\n",
    ),
    "other probe": (
        OPENOCD_HEAD
        + "Error: ST-LINK open failed (serial mismatch)\nError: open failed\n"
        + "** OpenOCD init failed **\n",
        CLI_HEAD + "Error: Wrong ST-LINK serial number!\n",
        "No connected debug probe matches unique ID 'AB12'\n"
        "0000619 E No target device available [load_cmd]\n",
    ),
    "no permission": (
        OPENOCD_HEAD + "Error: libusb_open() failed with LIBUSB_ERROR_ACCESS\nError: open failed\n",
        "0000573 E [Errno 13] Access denied (insufficient permissions) [pyusb_backend]\n",
        "0000573 E Permission denied: /dev/bus/usb/001/022\n",
    ),
    "busy": (
        OPENOCD_HEAD + "Error: libusb_open() failed with LIBUSB_ERROR_BUSY\nError: open failed\n",
        CLI_HEAD + "Error: ST-LINK is already in use by another application.\n",
        CLI_HEAD + "Error: ST-LINK error (DEV_USB_COMM_ERR)\n",
        "0000315 C [Errno 16] Resource busy [__main__]\n",
    ),
    "read-out protection": (
        OPENOCD_CONNECTED + "Info : RDP level 1 (0xDC)\nError: stm32x device protected\n",
        CLI_CONNECTED + "Error: Read Out Protection is active, cannot write\n",
        CLI_CONNECTED + "RDP          : 0xDC (Level 1)\nError: failed to erase memory\n",
    ),
    "locked": (OPENOCD_CONNECTED + "Info : RDP level 2 (0xCC)\nError: stm32x device protected\n",),
    "TrustZone": (
        OPENOCD_CONNECTED
        + "Info : TZEN = 1 : TrustZone enabled by option bytes\nInfo : RDP level 0 (0xAA)\n"
        + "Error: error writing to flash\n** Programming Failed **\n",
        OPENOCD_CONNECTED
        + "Info : TZEN = 1 : TrustZone enabled by option bytes\nInfo : RDP level 0.5 (0x55)\n"
        + "** Programming Failed **\n",
        CLI_CONNECTED + "TZEN         : 0x1 (Global TrustZone security enabled)\nError: failed\n",
    ),
    "no target": (
        CLI_HEAD + "ST-LINK SN  : 0031\nError: No STM32 target found!\n",
        CLI_HEAD + "Error: ST-LINK error (DEV_TARGET_CMD_ERR)\n",
        OPENOCD_HEAD + "Error: init mode failed (unable to connect to the target)\n",
    ),
    "not verified": (
        CLI_CONNECTED + "Error: Data mismatch found at address 0x08000400\n",
        OPENOCD_CONNECTED
        + "Info : TZEN = 0 : TrustZone disabled by option bytes\nInfo : RDP level 0 (0xAA)\n"
        + "** Programming Started **\n** Programming Finished **\n** Verify Started **\n"
        + "Error: checksum mismatch - attempting binary compare\n** Verify Failed **\n",
    ),
    "not written": (
        CLI_CONNECTED + "Error: failed to download Segment[0]\n",
        OPENOCD_CONNECTED + "** Programming Started **\n** Programming Failed **\n",
    ),
    "no pack": (
        "0000241 C Target type stm32u585aiixq not recognized. Use 'pyocd list --targets' to see "
        "currently available target types. [__main__]\n",
    ),
}


@pytest.mark.parametrize(
    ("name", "output"), [(name, output) for name, all_ in OUTPUTS.items() for output in all_]
)
def test_each_output_has_its_cause(name: str, output: str) -> None:
    found = causes.diagnose(output)
    assert found is not None
    assert found.name == name


@pytest.mark.parametrize(
    "output",
    ["", "\0\xff garbage", CLI_CONNECTED + "RDP : 0xAA\n", OPENOCD_CONNECTED + "TZEN = 0 : off\n"],
)
def test_unknown_words_have_none(output: str) -> None:
    assert causes.diagnose(output) is None


def test_every_cause_has_a_line_that_mends_it() -> None:
    for outputs in OUTPUTS.values():
        for output in outputs:
            cause = causes.diagnose(output)
            assert cause is not None
            assert len(cause.hint) > 20


@pytest.mark.parametrize("cause", [causes.READ_OUT_PROTECTION, causes.TRUSTZONE])
def test_a_line_that_erases_says_so(cause: causes.Cause) -> None:
    assert "ERASES" in cause.hint


def test_running_debuggers_are_named(tmp_path: Path) -> None:
    for number, name in ((7, "openocd"), (12, "ST-LINK_gdbserv"), (13, "bash"), (14, "python3")):
        (tmp_path / str(number)).mkdir()
        (tmp_path / str(number) / "comm").write_text(name + "\n", encoding="utf-8")
    (tmp_path / "15").mkdir()  # has ended meanwhile
    assert causes.holders(tmp_path) == ["ST-LINK_gdbserv (pid 12)", "openocd (pid 7)"]
    assert causes.holders(tmp_path / "none") == []
