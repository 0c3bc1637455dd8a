"""The model of the sensor against what its data sheet and application note say of each register."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hargen.device.virtual.sensor.feed import Feed
from hargen.device.virtual.sensor.fifo import tag
from hargen.device.virtual.sensor.ism330dhcx import Ism330dhcx

PERIOD = 256 / 6667  # AN5398: 6667 Hz, divided by 256 for what is called 26 Hz
BOOT = 0.0101


class Bench:
    """The sensor, a clock, and a bus by hand."""

    def __init__(self, samples=None, rate_error=0.0):
        self.seconds = 0.0
        self.complaints: list[str] = []
        feed = Feed(samples or [(float(n), -float(n), 1000.0) for n in range(2000)], "ramp")
        self.sensor = Ism330dhcx(lambda: self.seconds, feed, rate_error, self.complaints.append)

    def write(self, register, *values):
        assert self.sensor.start(reads=False)
        assert all(self.sensor.write(byte) for byte in (register, *values))
        self.sensor.stop()

    def read(self, register, count=1):
        assert self.sensor.start(reads=False)
        self.sensor.write(register)
        assert self.sensor.start(reads=True)
        values = [self.sensor.read() for _ in range(count)]
        self.sensor.stop()
        return values

    def run(self, fifo_mode=6, watermark=0):
        """Boot and batch at 26 Hz and +-4 g, as the application note's example does."""
        self.seconds = max(self.seconds, BOOT)
        self.write(0x07, watermark & 0xFF, watermark >> 8, 0x02, fifo_mode)
        self.write(0x19, 0x20)
        self.write(0x10, 0x28)

    def level(self):
        low, high = self.read(0x3A, 2)
        return low | (high & 3) << 8

    def words(self, count):
        data = self.read(0x78, 7 * count)
        return [data[at : at + 7] for at in range(0, len(data), 7)]


@pytest.fixture
def bench():
    return Bench()


def axes(word):
    return [int.from_bytes(bytes(word[at : at + 2]), "little", signed=True) for at in (1, 3, 5)]


def test_it_does_not_answer_while_it_boots(bench):
    bench.seconds = 0.0099
    assert not bench.sensor.start(reads=False)
    bench.seconds = BOOT
    assert bench.read(0x0F) == [0x6B]


def test_registers_after_power_up(bench):
    bench.seconds = BOOT

    assert bench.read(0x07, 4) == [0, 0, 0, 0]
    assert bench.read(0x10, 3) == [0, 0, 0x04]
    assert bench.read(0x18, 2) == [0xE0, 0]
    assert bench.read(0x1E) == [0]
    assert bench.read(0x3A, 2) == [0, 0]


def test_without_if_inc_the_address_stays(bench):
    bench.seconds = BOOT
    bench.write(0x12, 0x00)

    assert bench.read(0x0F, 3) == [0x6B] * 3


@pytest.mark.parametrize(("full_scale", "counts"), [(0, 16393), (1, 2049), (2, 8197), (3, 4098)])
def test_the_full_scale_codes_are_those_of_the_data_sheet(full_scale, counts):
    bench = Bench([(1000.0, -1000.0, 0.0)])
    bench.seconds = BOOT
    bench.write(0x10, 0x20 | full_scale << 2)
    bench.seconds += 1.01 * PERIOD

    assert axes([0, *bench.read(0x28, 6)]) == [counts, -counts, 0]


def test_it_clips_at_its_range():
    bench = Bench([(5000.0, -5000.0, 4000.0)])
    bench.run()
    bench.seconds += 1.01 * PERIOD

    assert axes(bench.words(1)[0]) == [32767, -32768, 32767]


@pytest.mark.parametrize(("code", "hertz"), [(1, 13.0), (2, 26.0), (3, 52.1), (4, 104.2)])
def test_it_samples_at_the_rate_that_is_set(bench, code, hertz):
    bench.seconds = BOOT
    bench.write(0x07, 0, 0, code, 6)
    bench.write(0x10, code << 4)
    bench.seconds += 4

    assert bench.level() == pytest.approx(4 * hertz, abs=1)


def test_the_true_rate_may_be_off_and_the_timestamp_with_it():
    right, fast = Bench(), Bench(rate_error=0.03)
    for bench in (right, fast):
        bench.run()
        bench.seconds += 10
    ticks = [int.from_bytes(bytes(bench.read(0x40, 4)), "little") for bench in (right, fast)]

    assert (right.level(), fast.level()) == (260, 268)
    assert ticks == [400_000, 412_000]
    assert (right.read(0x63), fast.read(0x63)) == ([0], [20])


def test_words_come_in_order_with_tags(bench):
    bench.run()
    bench.seconds += 6.5 * PERIOD

    words = bench.words(6)
    assert [word[0] >> 3 for word in words] == [2] * 6
    assert [word[0] >> 1 & 3 for word in words] == [0, 1, 2, 3, 0, 1]
    assert [axes(word)[0] for word in words] == [round(n / 0.122) for n in range(6)]
    assert bench.level() == 0


def test_a_word_stays_until_its_last_byte_was_read(bench):
    bench.run()
    bench.seconds += 2.5 * PERIOD

    first = bench.read(0x78, 6)
    assert bench.level() == 2
    again = bench.read(0x78, 14)
    assert again[:6] == first
    assert bench.level() == 0


def test_the_watermark_is_up_from_its_level_on(bench):
    bench.run(watermark=300)
    bench.seconds += 299.5 * PERIOD
    assert not bench.read(0x3B)[0] & 0x80
    bench.seconds += PERIOD
    assert bench.read(0x3B)[0] & 0x80


def test_a_full_fifo_loses_its_oldest_words_and_says_so(bench):
    bench.run()
    bench.seconds += 510.5 * PERIOD
    assert bench.read(0x3B) == [0x01]
    bench.seconds += PERIOD
    assert bench.read(0x3B) == [0x21], "full at the next sample"
    bench.seconds += PERIOD
    assert bench.read(0x3B) == [0x6A]
    bench.seconds += 10 * PERIOD
    assert axes(bench.words(1)[0])[0] == round(10 / 0.122)
    assert bench.read(0x3B) == [0x29], "latched"
    assert bench.read(0x3B) == [0x21], "until it was read"


def test_in_fifo_mode_the_newest_are_lost(bench):
    bench.run(fifo_mode=1)
    bench.seconds += 600 * PERIOD

    assert bench.level() == 512
    assert axes(bench.words(1)[0])[0] == 0


def test_bypass_empties(bench):
    bench.run()
    bench.seconds += 5.5 * PERIOD
    bench.write(0x0A, 0)

    assert bench.level() == 0


def test_an_output_is_kept_whole_while_bdu_is_set(bench):
    bench.seconds = BOOT
    bench.write(0x12, 0x44)
    bench.write(0x10, 0x28)
    bench.seconds += 300.5 * PERIOD
    low = bench.read(0x28)[0]
    bench.seconds += 100 * PERIOD
    high = bench.read(0x29)[0]

    assert low | high << 8 == round(299 / 0.122)
    assert bench.read(0x28)[0] | bench.read(0x29)[0] << 8 == round(399 / 0.122)


def test_data_ready_is_up_until_an_output_was_read(bench):
    bench.run()
    bench.seconds += 1.5 * PERIOD
    assert bench.read(0x1E) == [1]
    bench.read(0x28, 6)
    assert bench.read(0x1E) == [0]


def test_a_software_reset_takes_a_while_and_forgets_the_settings(bench):
    bench.run()
    bench.seconds += 5.5 * PERIOD
    bench.write(0x12, 0x05)
    assert bench.read(0x12) == [0x05]
    bench.seconds += 51e-6
    assert bench.read(0x12) == [0x04]
    assert bench.read(0x10) == [0]
    assert bench.level() == 0


def test_the_timestamp_counts_only_while_it_is_on(bench):
    bench.seconds = BOOT
    bench.write(0x10, 0x28)
    bench.seconds += 1
    assert bench.read(0x40, 4) == [0] * 4
    bench.write(0x19, 0x20)
    bench.seconds += 1
    assert int.from_bytes(bytes(bench.read(0x40, 4)), "little") == 40_000
    bench.write(0x42, 0xAA)
    assert bench.read(0x40, 4) == [0] * 4


def test_without_power_it_does_not_answer_and_the_world_goes_on(bench):
    bench.run()
    bench.seconds += 10.5 * PERIOD
    bench.read(0x78, 70)
    bench.sensor.cut_power(100 * PERIOD)
    assert not bench.sensor.start(reads=True)
    bench.seconds += 100 * PERIOD + BOOT
    assert bench.read(0x10) == [0]
    bench.run()
    bench.seconds += 1.5 * PERIOD

    assert axes(bench.words(1)[0])[0] == pytest.approx(112 / 0.122, abs=1.1 / 0.122)


def test_power_that_goes_within_a_transfer_leaves_the_line_high(bench):
    bench.run()
    bench.seconds += 2.5 * PERIOD
    assert bench.sensor.start(reads=False)
    bench.sensor.write(0x78)
    assert bench.sensor.start(reads=True)
    first = bench.sensor.read()
    bench.sensor.cut_power(0)

    assert first >> 3 == 2
    assert [bench.sensor.read() for _ in range(6)] == [0xFF] * 6
    assert not bench.sensor.write(0)


def test_its_time_can_leap(bench):
    bench.run()
    bench.sensor.run_ahead(lost=7)

    assert bench.level() == 512
    assert axes(bench.words(1)[0])[0] == round(7 / 0.122)


@pytest.mark.parametrize(
    ("register", "value", "words"),
    [
        (0x11, 0x20, "bits 0x20 of 0x11"),
        (0x0F, 0x01, "0x0f, which can only be read"),
        (0x0A, 0x03, "FIFO_MODE 3"),
        (0x10, 0xB0, "ODR_XL 11"),
        (0x09, 0x20, "bits 0x20 of 0x09"),
    ],
)
def test_what_is_not_modelled_is_said(bench, register, value, words):
    bench.seconds = BOOT
    bench.write(register, value)

    assert any(words in complaint for complaint in bench.complaints)


def test_batching_at_another_rate_is_not_modelled(bench):
    bench.seconds = BOOT
    bench.write(0x09, 0x01)
    bench.write(0x10, 0x20)

    assert bench.complaints == ["BDR_XL is not ODR_XL: batching at another rate is not modelled"]


@given(st.integers(0, 31), st.integers(0, 1000))
def test_a_tag_has_an_even_number_of_ones(sensor, slot):
    value = tag(sensor, slot)

    assert value.bit_count() % 2 == 0
    assert (value >> 3, value >> 1 & 3) == (sensor, slot % 4)
