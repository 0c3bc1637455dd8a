"""The sensor's driver compiled for this machine, with the model of the sensor behind its bus.

The same C, without board and emulator: any order of waits and faults, and long times.
"""

from __future__ import annotations

import ctypes
import random
import shutil
import subprocess
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hargen.device.virtual.sensor.feed import Feed
from hargen.device.virtual.sensor.ism330dhcx import Ism330dhcx
from hargen.emit.build_options import WARNINGS

DRIVER = Path(__file__).parents[2] / "firmware/sensor/ism330dhcx/hg_ism330dhcx.c"
INCLUDE = f"-I{DRIVER.parents[1]}"
MG = 0.122
LENGTH = 1 << 17
CAPACITY = 64
BIT = 2.925e-6
NO_ANSWER = 1
RUNNING, WAS_RESET = 0, 4

TRANSFER = ctypes.CFUNCTYPE(
    ctypes.c_uint32, ctypes.c_uint8, ctypes.c_uint8, ctypes.POINTER(ctypes.c_uint8), ctypes.c_uint32
)
ASK = ctypes.CFUNCTYPE(ctypes.c_uint32)


class BusOf(ctypes.Structure):
    """hg_bus_t."""

    _fields_ = (
        *(("read", TRANSFER), ("write", TRANSFER), ("recover", ASK), ("time_us", ASK)),
        ("text", ctypes.c_void_p),  # the driver leaves it to others
    )


class SampleOf(ctypes.Structure):
    """hg_sample_t."""

    _fields_ = (("counts", ctypes.c_int16 * 3), ("lost", ctypes.c_uint32))


class TotalsOf(ctypes.Structure):
    """hg_sensor_totals_t, the first member of hg_ism330dhcx_t."""

    _fields_ = tuple(
        (name, ctypes.c_uint32)
        for name in (
            "samples",
            "lost",
            "overruns",
            "bad_words",
            "bus_errors",
            "resets",
            "wrong_ids",
        )
    )


def sample(n: int) -> tuple[float, float, float]:
    """Return a sample that tells its index: low bits, high bits, and a number to check them."""
    return (n & 0x7FFF) * MG, (n >> 15) * MG, ((n * 7919) % 30011) * MG


FEED = Feed([sample(n) for n in range(LENGTH)], "ramp")


class Rig:
    """A sensor, its driver, and a bus that can be broken off within a transfer."""

    def __init__(self, library: ctypes.CDLL, rate_error: float, watermark: int = 1) -> None:
        self.seconds = 0.02
        self.sensor = Ism330dhcx(lambda: self.seconds, FEED, rate_error, pytest.fail)
        self.at_byte: tuple[int, Callable[[], None]] | None = None
        self.breaks_off = False
        self._library = library
        self._state = ctypes.create_string_buffer(512)
        self._samples = (SampleOf * CAPACITY)()
        self._bus = BusOf(
            TRANSFER(self._read),
            TRANSFER(self._write),
            ASK(lambda: 0),
            ASK(lambda: int(self.seconds * 1e6) & 0xFFFF_FFFF),
        )
        self.seen: list[tuple[int, int]] = []  # (index, lost)
        library.hg_ism330dhcx_init(self._state, ctypes.byref(self._bus), watermark)

    @property
    def totals(self) -> TotalsOf:
        return TotalsOf.from_buffer(self._state)

    def poll(self) -> int:
        count = ctypes.c_uint32()
        status = self._library.hg_ism330dhcx_poll(
            self._state, self._samples, CAPACITY, ctypes.byref(count)
        )
        for given_out in self._samples[: count.value]:
            x, y, z = given_out.counts
            index = x | y << 15
            assert z == (index * 7919) % 30011, "the sample is none that was fed"
            self.seen.append((index, given_out.lost))
        return int(status)

    def settle(self) -> None:
        """Poll until the driver has caught up."""
        self.at_byte = None
        for _ in range(40):
            self.seconds += 0.05
            self.poll()

    def _tick(self) -> bool:
        """Let a byte's time pass; tell whether the transfer goes on."""
        self.seconds += 9 * BIT
        if self.at_byte is not None:
            left, fault = self.at_byte
            self.at_byte = (left - 1, fault) if left else None
            if not left:
                fault()
        broken, self.breaks_off = self.breaks_off, False
        return not broken

    def _read(self, _device: int, register: int, data: ctypes.Array, size: int) -> int:
        sensor = self.sensor
        if not (sensor.start(reads=False) and sensor.write(register) and sensor.start(reads=True)):
            return NO_ANSWER
        for at in range(size):
            if not self._tick():
                return NO_ANSWER
            data[at] = sensor.read()
        return 0

    def _write(self, _device: int, register: int, data: ctypes.Array, size: int) -> int:
        sensor = self.sensor
        if not (sensor.start(reads=False) and sensor.write(register)):
            return NO_ANSWER
        for at in range(size):
            if not (self._tick() and sensor.write(data[at])):
                return NO_ANSWER
        return 0


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    if shutil.which("gcc") is None:
        pytest.skip("needs gcc")
    path = tmp_path_factory.mktemp("driver") / "driver.so"
    command = ["gcc", "-std=c11", "-O2", "-shared", "-fPIC", *WARNINGS, "-Werror", INCLUDE]
    subprocess.run([*command, str(DRIVER), "-o", str(path)], check=True)
    return ctypes.CDLL(str(path))


@pytest.mark.parametrize("compiler", ["gcc", "clang"])
@pytest.mark.parametrize("level", ["-O0", "-O3"])
def test_it_compiles_without_warnings(compiler, level, tmp_path):
    if shutil.which(compiler) is None:
        pytest.skip(f"needs {compiler}")
    command = [compiler, "-std=c11", level, *WARNINGS, "-Werror", INCLUDE, "-c", str(DRIVER)]
    subprocess.run([*command, "-o", str(tmp_path / "driver.o")], check=True)


def misses(rig):
    """Return by how much the driver's count of what is missing is off, gap by gap."""
    return [
        after - before - 1 - lost
        for (before, _), (after, lost) in pairwise(rig.seen)
        if after - before - 1 != lost
    ]


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["wait", "break", "refuse", "identity", "away"]),
        st.floats(0, 1, allow_nan=False),
        st.integers(0, 300),
    ),
    min_size=3,
    max_size=25,
)


@settings(max_examples=60)
@given(steps=STEPS, rate_error=st.floats(-0.03, 0.03), watermark=st.integers(1, 60))
def test_no_fault_that_leaves_the_sensor_its_power_is_miscounted(
    library, steps, rate_error, watermark
):
    rig = Rig(library, rate_error, watermark)
    rig.settle()
    for kind, share, number in steps:
        if kind == "break":
            rig.at_byte = (number, lambda: setattr(rig, "breaks_off", True))
        elif kind == "refuse":
            rig.sensor.refuse(number % 5)
        elif kind == "identity":
            rig.sensor.impersonate(number if number < 256 and share < 0.5 else None)
        rig.seconds += 120 * share if kind == "away" else share
        rig.poll()
    rig.sensor.impersonate(None)
    rig.settle()

    assert rig.totals.resets == 0
    assert misses(rig) == []
    assert rig.totals.lost == sum(lost for _, lost in rig.seen)


@settings(max_examples=60)
@given(
    rate_error=st.floats(-0.03, 0.03),
    cuts=st.lists(
        st.tuples(st.integers(0, 400), st.floats(0, 20), st.floats(0, 2)), min_size=1, max_size=5
    ),
)
def test_what_passes_without_power_is_counted_to_one_sample(library, rate_error, cuts):
    rig = Rig(library, rate_error)
    rig.settle()
    rig.seconds += 2
    rig.settle()
    for byte, seconds, wait in cuts:
        rig.seconds += wait
        rig.at_byte = (byte, lambda seconds=seconds: rig.sensor.cut_power(seconds))
        for _ in range(20):
            rig.seconds += 0.02
            rig.poll()
        rig.at_byte = None
        rig.seconds += seconds
        rig.settle()
        rig.seconds += 2.5
        rig.settle()

    assert all(abs(off) <= 1 for off in misses(rig))
    assert len(misses(rig)) <= rig.totals.resets <= len(cuts)


def test_an_hour_with_a_fault_every_minute(library):
    rig = Rig(library, 0.015)
    choice = random.Random(1)
    rig.settle()
    for minute in range(60):
        kind = minute % 4
        if kind == 0:
            rig.at_byte = (choice.randrange(200), lambda: setattr(rig, "breaks_off", True))
        elif kind == 1:
            rig.sensor.refuse(choice.randrange(1, 6))
        elif kind == 2:
            rig.at_byte = (choice.randrange(100), lambda: rig.sensor.cut_power(choice.random()))
        else:
            rig.seconds += 30
        for _ in range(120):
            rig.seconds += 0.5
            rig.poll()

    assert rig.poll() == RUNNING
    assert rig.totals.resets == 15
    assert len(misses(rig)) <= 15
    assert all(abs(off) <= 1 for off in misses(rig))
    assert rig.totals.lost == sum(lost for _, lost in rig.seen)
    first, last = rig.seen[0][0], rig.seen[-1][0]
    assert last - first + 1 - len(rig.seen) == pytest.approx(rig.totals.lost, abs=15)


def test_counters_of_time_come_round(library):
    """The board's microseconds do so after 71 minutes, the sensor's ticks after 29 hours."""
    rig = Rig(library, 0.0, watermark=60)
    rig.seconds = 2**32 * 1e-6 - 30
    while rig.poll() != RUNNING:
        rig.seconds += 0.02
    for step in (2**30, 2**30, 2**30, 2**30 - 40_000 * 60):
        rig.sensor._tick_zero -= step / 40_000
        rig.seconds += 0.02
        assert rig.poll() == RUNNING
    assert not rig.seen
    for _ in range(100):
        rig.seconds += 1
        rig.poll()

    assert rig.sensor._timestamp() < 40_000 * 60
    assert misses(rig) == []
    assert rig.totals.samples == pytest.approx(100 * 26.04, abs=62)
    assert (rig.totals.lost, rig.totals.resets) == (0, 0)


def test_losing_power_is_said(library):
    rig = Rig(library, 0.0)
    rig.settle()
    rig.sensor.cut_power(0)
    rig.seconds += 0.5

    assert rig.poll() == WAS_RESET
