"""The preprocessing in integers: against Python's whole numbers bit by bit, and float64."""

from __future__ import annotations

import math
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import asdict
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as numpy_strategies
from preprocess.test_kernels import SPECS, extremes, motion, reference, spec
from support import integer_model
from support.host_model import ROOT, SANITIZERS, WARNINGS
from support.stream import FIRMWARE, StreamProgram

from hargen import datasets, models
from hargen.emit.build_options import LANGUAGE
from hargen.errors import DataError
from hargen.manifest import Integers, Tensor
from hargen.preprocessing import Preprocessing, preset
from hargen.preprocessing import integers as integer_plans
from hargen.preprocessing import stream as stream_plans
from hargen.validate import counts, integer_window, wire

MODEL = models.default().tflite
C = ROOT / "tests/c/preprocess"
Programs = Callable[..., StreamProgram]
STREAMS = numpy_strategies.arrays(
    np.int16,
    st.tuples(st.integers(24, 100), st.just(3)),
    elements=st.sampled_from([-32768, -32767, -1, 0, 1, 2, 8197, 32767])
    | st.integers(-32768, 32767),
)


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Programs:
    @cache
    def build(name: str, **options: object) -> StreamProgram:
        folder = tmp_path_factory.mktemp("integers")
        return StreamProgram(MODEL, SPECS[name], folder, integers=True, **options)  # type: ignore[arg-type]

    return build


def expected(program: StreamProgram, streams: tuple[np.ndarray, ...], name: str) -> np.ndarray:
    assert program.integers is not None
    found = [
        window
        for stream in streams
        for window in integer_model.windows(stream, SPECS[name], program.integers)
    ]
    return np.array(found, np.int64)


def real(program: StreamProgram, windows: np.ndarray) -> np.ndarray:
    assert program.integers is not None
    window = program.integers.window
    by_axis = windows.reshape(len(windows), -1, len(window.scale)).astype(np.float64)
    values = by_axis * np.array(window.scale) + np.array(window.offset)
    return values.reshape(windows.shape)


@pytest.mark.parametrize("name", SPECS)
def test_every_bit_is_that_of_whole_numbers(programs: Programs, name: str) -> None:
    """On motion, and on what nobody would send; under the sanitizers, and nothing overflows."""
    streams = (*motion()[:2], *extremes())
    taken = programs(name).take(streams)
    assert np.array_equal(taken.windows, expected(programs(name), streams, name))


@settings(max_examples=60)
@given(STREAMS)
def test_any_stream_has_the_bits_of_whole_numbers(programs: Programs, stream: np.ndarray) -> None:
    for name in ("default", "st-zoo", "all by window, overlap"):
        taken = programs(name).take([stream])
        assert np.array_equal(taken.windows, expected(programs(name), (stream,), name))


@pytest.mark.parametrize("name", ["default", "st-zoo", "g, turned axes", "another rate"])
def test_the_worst_input_of_a_filter_overflows_nothing(programs: Programs, name: str) -> None:
    """Full scale, with the signs of the filter's impulse response from behind."""
    program = programs(name)
    assert program.integers is not None
    impulse = integer_model.Filter(SPECS[name], program.integers, 0)
    response = [impulse(1 << program.integers.fraction)]
    response += [impulse(0) for _ in range(600)]
    worst = np.where(np.array(response[::-1]) < 0, -32768, 32767)
    streams = tuple(
        np.stack([worst * sign for sign in signs], axis=1).clip(-32768, 32767).astype(np.int16)
        for signs in ((1, 1, 1), (1, -1, 1), (-1, 1, -1))
    )
    taken = program.take(streams)
    assert np.array_equal(taken.windows, expected(program, streams, name))
    # it does come near to the limit that the fraction was chosen by
    assert np.abs(taken.windows).max() > 2**28


@pytest.mark.parametrize("name", SPECS)
def test_it_is_what_float64_says(programs: Programs, name: str) -> None:
    chosen = SPECS[name]
    taken = programs(name).take(motion())
    unit = chosen.scale_from("m/s2")
    limit = 5e-6 * unit
    if chosen.normalization is not None:
        limit = 2e-4 if chosen.normalization.kind == "window" else 1e-5
    wanted = reference(motion(), chosen).astype(np.float64)
    assert np.abs(real(programs(name), taken.windows) - wanted).max() < limit


@pytest.mark.parametrize("name", ["default", "st-zoo", "fixed normalization", "overlap"])
def test_the_network_sees_the_int8_of_whole_numbers(
    programs: Programs, tmp_path: Path, name: str
) -> None:
    program = StreamProgram(
        MODEL, SPECS[name], tmp_path, integers=True, harness=C / "int8_windows.c"
    )
    streams = (*motion(), *extremes())
    given_bytes = b"".join(
        len(s).to_bytes(4, "little") + s.astype("<i2").tobytes() for s in streams
    )
    done = subprocess.run([program.program], input=given_bytes, capture_output=True, check=True)
    found = np.frombuffer(done.stdout, np.int8).reshape(-1, 72)
    assert program.integers is not None
    wanted = [
        integer_model.quantized(window, program.integers)
        for window in expected(program, streams, name).tolist()
    ]
    assert np.array_equal(found, np.array(wanted))
    assert len(np.unique(found)) > 200


@pytest.mark.parametrize("name", ["st-zoo", "all by window, overlap"])
def test_every_compiler_gives_the_same_bits(programs: Programs, name: str) -> None:
    first = programs(name).take(motion())
    for options in ({"cc": "clang", "sanitize": False}, {"flags": ("-O3",), "sanitize": False}):
        other = programs(name, **options).take(motion())
        assert other.windows.tobytes() == first.windows.tobytes()
        assert other.outputs.tobytes() == first.outputs.tobytes()


@pytest.mark.parametrize("name", ["default", "without rotation"])
def test_gravity_leaves_no_offset_and_no_cycle_behind(programs: Programs, name: str) -> None:
    """An hour of 1 g through 0.4 Hz at 26 Hz: nothing at all, from the first sample on."""
    still = np.tile(np.array([1200, -3400, 7400], np.int16), (26 * 3600, 1))
    assert not programs(name).take([still]).windows.any()


def test_what_is_left_of_a_movement_dies_out(programs: Programs) -> None:
    """Full-scale motion, then an hour of 1 g: a limit cycle of a bit of a value is allowed."""
    rng = np.random.default_rng(3)
    wild = rng.integers(-32768, 32768, (260, 3))
    still = np.tile([1200, -3400, 7400], (26 * 3600, 1))
    taken = programs("without rotation").take([np.concatenate([wild, still]).astype(np.int16)])
    assert np.abs(taken.windows[:10]).max() > 2**20
    assert np.abs(taken.windows[-100:]).max() <= 2


def test_gravity_of_the_zoos_filter_leaves_what_the_filter_lets_through(
    programs: Programs,
) -> None:
    """Its zeros are not quite at 1: -1e-4 of gravity remains, in float64 as in integers."""
    still = np.tile(np.array([0, 0, 8197], np.int16), (26 * 600, 1))
    found = real(programs("st-zoo"), programs("st-zoo").take([still]).windows)[-1]
    wanted = reference((still,), SPECS["st-zoo"])[-1]
    assert 5e-4 < np.abs(wanted).max() < 2e-3
    assert np.abs(found - wanted).max() < 2e-6


def kernel(folder: Path, name: str) -> Path:
    """Compile a harness around one kernel, under the sanitizers."""
    program = folder / name
    command = ["cc", "-std=c11", "-O1", *WARNINGS, *SANITIZERS]
    command += [f"-I{FIRMWARE / room}" for room in ("preprocess", "runtime")]
    subprocess.run([*command, str(C / f"{name}.c"), "-o", str(program)], check=True)
    return program


def test_gravity_of_any_size_and_direction(tmp_path: Path) -> None:
    """Down to one step of a value beside the z axis, where streams hardly ever come."""
    rng = np.random.default_rng(7)
    few = rng.integers(-3, 4, (4000, 6))
    near_z = rng.integers(-40, 41, (4000, 6))
    near_z[:, 2] += rng.choice([-(2**25), 2**25], 4000)
    sizes = 2.0 ** rng.uniform(0, 28.5, (8000, 6))
    wide = (sizes * rng.choice([-1, 1], sizes.shape)).astype(np.int64)
    rows = np.concatenate([few, near_z, wide])
    done = subprocess.run(
        [kernel(tmp_path, "rotate")],
        input=rows.astype("<i4").tobytes(),
        capture_output=True,
        check=True,
    )
    found = np.frombuffer(done.stdout, "<i4").reshape(-1, 3)
    wanted = [integer_model.turned(row[:3], row[3:]) for row in rows.tolist()]
    assert np.array_equal(found, np.array(wanted))
    # a turn keeps the length
    lengths = np.linalg.norm(rows[:, 3:], axis=1), np.linalg.norm(found, axis=1)
    known = (rows[:, :2] != rows[:, 3:5]).any(axis=1)
    assert np.abs(lengths[0] - lengths[1])[known].max() < 3.0


def test_the_inverse_root_is_within_2_to_the_minus_27(tmp_path: Path) -> None:
    rng = np.random.default_rng(4)
    numbers = {1, 2, 3, 2**62 - 1}
    numbers |= {2**k + d for k in range(2, 62) for d in (-1, 0, 1)}
    numbers |= {int(rng.integers(2**k, 2 ** (k + 1))) for k in range(62) for _ in range(200)}
    numbers |= {2**60 + i * 2**47 for i in range(2**14)}  # mantissas all over
    given_numbers = sorted(n for n in numbers if n < 2**62)
    content = np.array(given_numbers, "<u8").tobytes()
    done = subprocess.run(
        [kernel(tmp_path, "inverse_root")], input=content, capture_output=True, check=True
    )
    found = np.frombuffer(done.stdout, "<i4").reshape(-1, 2).tolist()
    for x, (mantissa, doublings) in zip(given_numbers, found, strict=True):
        assert (mantissa, doublings) == integer_model.inverse_root(x)
        # 2^(62 - doublings) / sqrt(x), to the last bit
        exact = math.isqrt((1 << (124 - 2 * doublings)) // x)
        assert abs(mantissa - exact) <= 6, x


def test_it_compiles_for_a_core_with_nothing(programs: Programs, tmp_path: Path) -> None:
    """Cortex-M0+: no long products, no leading zeros counted; and no float is computed."""
    if shutil.which("arm-none-eabi-gcc") is None:
        pytest.skip("needs arm-none-eabi-gcc")
    program = programs("default").program
    compiled = tmp_path / "stream.o"
    command = ["arm-none-eabi-gcc", *LANGUAGE, *WARNINGS, "-mcpu=cortex-m0plus", "-mthumb", "-O2"]
    command += [f"-I{program.parent}", *(f"-I{FIRMWARE / f}" for f in ("runtime", "preprocess"))]
    command += ["-c", str(program.parent / "net_stream.c"), "-o", str(compiled)]
    subprocess.run(command, check=True)
    listed = subprocess.run(
        ["arm-none-eabi-nm", "-u", str(compiled)], check=True, capture_output=True, text=True
    )
    called = {line.split()[-1] for line in listed.stdout.splitlines()}
    outside = {name for name in called if not name.startswith("net_")}
    # products, shifts and leading zeros of 64 bits: none for floats
    assert outside <= {"__aeabi_lmul", "__aeabi_llsl", "__aeabi_llsr", "__aeabi_lasr", "__clzsi2"}
    assert "__aeabi_lmul" in outside


def plan(chosen: Preprocessing, scale: float = 0.3) -> integer_plans.IntegerPlan:
    numbers = stream_plans.plan(chosen)
    return integer_plans.plan(chosen, numbers, input_scale=scale, zero_point=0)


def first_order(pole: float, b: tuple[float, float], settled: float) -> Preprocessing:
    sections = [{"b": list(b), "a": [1.0, -pole], "settled": [settled]}]
    return spec(filter={"order": 1, "cutoff_hz": 0.1, "sections": sections})


@pytest.mark.parametrize(
    ("chosen", "scale", "why"),
    [
        (first_order(1.0 - 1e-9, (1.0, -1.0), -1.0), 0.3, "samples to settle"),
        (first_order(0.99990, (3e7, -3e7), -3e7), 0.3, "too many for 32-bit integers"),
        (first_order(0.9, (1.0, -1.0), 1e9), 0.3, "too many for 32-bit integers"),
        (spec(), 1e-8, "too small for counts"),
        (spec(normalization={"mean": [0.0] * 3, "std": [1e-6] * 3}), 0.02, "too small for counts"),
    ],
)
def test_what_is_nothing_for_integers_is_refused(
    chosen: Preprocessing, scale: float, why: str
) -> None:
    with pytest.raises(DataError, match=why) as found:
        plan(chosen, scale)
    assert found.value.hint
    assert found.value.where


def test_poles_too_near_to_one_are_refused() -> None:
    slow = preset("default", window=24, sample_rate_hz=20000.0)
    with pytest.raises(DataError, match="nearer to 1 than 32-bit integers can tell"):
        plan(slow)
    # float32 takes the same
    assert stream_plans.plan(slow).settle > 90_000


@pytest.mark.parametrize("kind", ["fixed", "window"])
def test_normalization_needs_no_float(kind: str) -> None:
    table = {"kind": kind}
    if kind == "fixed":
        table |= {"mean": [9.0, -3.0, 1e4], "std": [1.0, 20.0, 1e5]}  # type: ignore[dict-item]
    found = plan(spec(normalization=table))
    assert 32 <= found.window.shift <= 62
    assert all(0 < multiplier < 2**31 for multiplier in found.window.multiplier)
    assert all(abs(addend) < 2**62 for addend in found.window.addend)


def test_a_mistake_in_the_rounding_is_noticed(programs: Programs, tmp_path: Path) -> None:
    """The half that rounds: without it the C differs from whole numbers, and gravity stays."""
    kernels = tmp_path / "wrong"
    kernels.mkdir()
    source = (FIRMWARE / "preprocess/hg_sections_s32.h").read_text()
    assert source.count("history + half") == 1
    (kernels / "hg_sections_s32.h").write_text(
        source.replace("history + half", "history + half / 2")
    )
    wrong = StreamProgram(
        MODEL, SPECS["default"], tmp_path / "net", integers=True, flags=(f"-I{kernels}",)
    )
    streams = motion()[:1]
    assert not np.array_equal(
        wrong.take(streams).windows, expected(programs("default"), streams, "default")
    )


@pytest.mark.parametrize("name", ["default", "st-zoo"])
def test_real_motion_and_its_int8(programs: Programs, shared: Path, name: str) -> None:
    """Every sample of mobility_v1 and st_har_26hz, end to end; `-s` prints the figures."""
    program = programs(name)
    assert program.integers is not None
    source = program.plan.tensors[program.plan.input.tensor].quantization
    assert source is not None
    tensor = Tensor(
        shape=(72,), dtype="int8", scale=source.scale[0], zero_point=source.zero_point[0]
    )
    integers = Integers(**asdict(program.integers.window))
    for data in ("mobility_v1#test", "mobility_v1#train", "st_har_26hz"):
        found = datasets.load(shared / "data" / data, window=24, preprocessing=SPECS[name])
        counted = counts.of(found.streams, SPECS[name])
        taken = program.take(counted.streams)
        wanted = counts.windows(counted, SPECS[name]).reshape(-1, 72)
        error = np.abs(real(program, taken.windows) - wanted.astype(np.float64))
        differ = integer_window.quantized(taken.windows, integers) != wire.quantize(wanted, tensor)
        print(
            f"{name}, {data}: {len(wanted)} windows, max {error.max():.1e}, rms"
            f" {np.sqrt((error**2).mean()):.1e}, {differ.sum()} of {differ.size} int8 inputs differ"
        )
        assert error.max() < 1e-3
        assert differ.mean() < 5e-4
