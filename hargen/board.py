"""Board descriptions: boards/<name>.toml as a validated Board."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from hargen import resources
from hargen.errors import UsageError

_SERIES_WITH_TRUSTZONE = ("STM32L5", "STM32U5")


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Mcu(_Table):
    """The microcontroller, in the words of the compiler and of STM32CubeIDE.

    fpu is "none" for a core without one; the preprocessing then runs in integers.
    """

    part: str
    define: str
    family: str
    core: str
    fpu: str
    float_abi: str
    dsp: bool

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if not self.has_fpu and self.float_abi != "soft":
            raise ValueError('a core with fpu = "none" has float_abi = "soft"')
        return self

    @property
    def has_fpu(self) -> bool:
        """Whether the core computes floats by itself."""
        return self.fpu != "none"

    @property
    def has_trustzone(self) -> bool:
        """Whether the part has TrustZone, which hargen's firmware leaves off."""
        return self.part.startswith(_SERIES_WITH_TRUSTZONE)


class Region(_Table):
    """A contiguous memory: first address and size in bytes."""

    origin: int
    size: int


class Memory(_Table):
    """Flash, RAM and what the linker script needs to know of them."""

    flash: Region
    ram: Region
    stack_size: int
    linker_script: str


class Clock(_Table):
    """Clock frequencies in Hz, as the port's clock code sets them."""

    hclk_hz: int


class Serial(_Table):
    """The UART that reaches the host; baud rates at HELLO and after SET_BAUD."""

    peripheral: str
    hello_baud: int
    fast_baud: int


class Sensor(_Table):
    """The motion sensor whose samples the firmware takes: the folder of its driver."""

    driver: str

    @field_validator("driver")
    @classmethod
    def _is_there(cls, driver: str) -> str:
        folders = (resources.firmware() / "sensor").iterdir()
        known = sorted(path.name for path in folders if path.is_dir())
        if driver not in known:
            raise ValueError(f"no driver {driver!r} in firmware/sensor, but {', '.join(known)}")
        return driver


class Probe(_Table):
    """The debug probe on the board, by its USB ids and its drive's labels, and its tools' words.

    The first of volumes is the usual label. The rest is how OpenOCD and pyOCD call probe and chip.
    """

    name: str
    usb_vid: int
    usb_pids: tuple[int, ...]
    volumes: Annotated[tuple[str, ...], Field(min_length=1)]
    openocd_interface: str
    openocd_transport: str
    openocd_target: str
    pyocd_target: str


class Board(_Table):
    """Everything that hargen knows of a board; no other file names its registers or memories."""

    name: str
    description: str
    mcu: Mcu
    memory: Memory
    clock: Clock
    serial: Serial
    probe: Probe
    sensor: Sensor = Sensor(driver="none")
    """Without one the firmware takes what the host sends, and says so."""


def names() -> list[str]:
    """Return the names of all boards, sorted."""
    return sorted(path.stem for path in resources.boards().glob("*.toml"))


def load(name: str) -> Board:
    """Return the board of that name; upper and lower case are the same.

    Raises:
        UsageError: there is no such board, or its file is not valid.
    """
    by_name = {known.lower(): known for known in names()}
    known = by_name.get(name.lower())
    if known is None:
        raise UsageError(
            f"unknown board {name!r}",
            hint=f"known boards: {', '.join(by_name.values())} (hargen boards)",
        )
    return read(resources.boards() / f"{known}.toml")


def read(path: Path) -> Board:
    """Return the board that a TOML file describes.

    Raises:
        UsageError: the file cannot be read or does not describe a board.
    """
    try:
        return Board.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError("cannot read the board file", where=str(path), why=str(error)) from error
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        raise UsageError(
            "the board file is not valid", where=f"{path}: {field}", why=first["msg"]
        ) from error
