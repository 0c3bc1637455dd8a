"""WISDM v1.1's raw file: its broken lines, its parts, and whether it is the real one."""

from __future__ import annotations

import gzip
import itertools
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hargen.datasets import labels_for, load, text, wisdm_fingerprint, wisdm_records
from hargen.datasets.wisdm_fingerprint import QUANTIZERS, Quantizer, was_fitted_to
from hargen.errors import DataError
from hargen.preprocessing import Preprocessing, preset
from hargen.preprocessing.reference import condition

NAME = "WISDM_ar_v1.1_raw.txt"


def lines(count: int, activities: str = "WJUDSTW", seed: int = 0) -> list[str]:
    """Return clean records, each activity in one stretch, of three users."""
    names = {
        "W": "Walking",
        "J": "Jogging",
        "U": "Upstairs",
        "D": "Downstairs",
        "S": "Sitting",
        "T": "Standing",
    }
    values = np.random.default_rng(seed).normal(0, 6, (count, 3)).astype(np.float32)
    return [
        f"{33 + 3 * i // count},{names[activities[i * len(activities) // count]]},"
        f"{49105962326000 + i * 50_000_000},{x!s},{y!s},{z!s};"
        for i, (x, y, z) in enumerate(values)
    ]


def break_lines(clean: list[str], every: int = 11) -> tuple[str, list[str]]:
    """Return a file with a breakage every so many lines, and the records that it still has."""
    kept: list[str] = []
    broken: list[str] = []
    for i, line in enumerate(clean):
        kind = (i // every) % 9 if i % every == 0 else None
        fields = line.rstrip(";").split(",")
        if kind is None or kind > 6:
            written = line + "\n"
        elif kind == 6:
            written = ",".join(fields[:5]) + ",;\n"  # z is empty
        else:
            written = (
                line,  # the next record on the same line
                line + ";\n",
                line[:-1] + ",;\n",
                "\n" + line + "\r\n",
                " " + line + " \n;\n",
                line[:-1] + "\n",
            )[kind]
        if kind != 6:
            kept.append(line)
        broken.append(written)
    return "".join(broken), kept


def same(a: Path, b: Path, part: str, spec: Preprocessing) -> None:
    left = load(f"{a}#{part}", window=spec.window, preprocessing=spec)
    right = load(f"{b}#{part}", window=spec.window, preprocessing=spec)
    np.testing.assert_array_equal(left.x, right.x)
    assert left.y.tolist() == right.y.tolist()
    assert left.recording is not None and right.recording is not None
    assert left.recording.tolist() == right.recording.tolist()
    assert len(left) > 1


def test_breakages_cost_the_records_that_cannot_be_known_and_no_others(
    tmp_path: Path, zoo24: Preprocessing, monkeypatch: pytest.MonkeyPatch
) -> None:
    content, kept = break_lines(lines(3000))
    broken, clean = tmp_path / "broken.txt", tmp_path / "clean.txt"
    broken.write_text(content, newline="")
    clean.write_text("\n".join(kept) + "\n")
    same(broken, clean, "train", zoo24)
    same(broken, clean, "test", zoo24)
    notes = load(broken, window=24, preprocessing=zoo24).notes
    groups = [31, 31, 31, 30, 30, 30, 30]  # 273 breakages, a ninth of each kind
    assert f"broken records left out: {groups[6]} (empty z {groups[6]})" in notes
    assert (
        f"breakages without loss: doubled ';' {groups[1] + groups[4]}, lines of several records "
        f"{groups[0]}, lines without ';' {groups[5]}, trailing ',' {groups[2]}" in notes
    )
    monkeypatch.setattr(text, "BLOCK", 997)  # blocks end anywhere
    same(broken, clean, "test", zoo24)
    assert load(broken, window=24, preprocessing=zoo24).notes == notes


def test_the_parts_are_cut_as_the_zoo_cuts_them(tmp_path: Path, zoo24: Preprocessing) -> None:
    clean = lines(1201, "WJUDST")
    path = tmp_path / NAME
    path.write_text("\n".join(clean) + "\n")
    rows = np.array([line.rstrip(";").split(",")[3:] for line in clean], dtype=np.float64)
    train = load(f"{path}#train", window=24, preprocessing=zoo24)
    test = load(f"{path}#test", window=24, preprocessing=zoo24)
    for windows, part in ((train, rows[:960]), (test, rows[960:])):
        stream = condition(part, zoo24, "m/s2").astype(np.float32)
        np.testing.assert_array_equal(windows.x.reshape(-1, 3), stream[: 24 * len(windows)])
    assert (len(train), len(test)) == (39, 10)  # of 40 that fit exactly the last is dropped
    assert train.classes == ("Jogging", "Stairs", "Stationary", "Walking")
    # 200 samples each: Walking, Jogging, Upstairs, Downstairs, Sitting, Standing.
    named = [train.classes[label] for label in train.y]
    assert [name for name, _ in itertools.groupby(named)] == [
        "Walking",
        "Jogging",
        "Stairs",
        "Stationary",
    ]
    assert train.counts() == {"Jogging": 9, "Stairs": 16, "Stationary": 6, "Walking": 8}
    assert test.counts() == {"Jogging": 0, "Stairs": 0, "Stationary": 10, "Walking": 0}
    assert train.recordings == ("33", "34", "35") and test.recordings == ("35",)
    assert not labels_for(train, ("Jogging", "Stationary", "Stairs", "Walking")).left_out


def test_a_file_a_folder_and_a_packed_file_under_any_name(
    tmp_path: Path, zoo24: Preprocessing
) -> None:
    content = "\n".join(lines(1000)) + "\n"
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    (tmp_path / "a" / NAME).write_text(content)
    (tmp_path / "a" / "readme.txt").write_text("Walking, Jogging\n")
    (tmp_path / "b" / "other.txt.gz").write_bytes(gzip.compress(content.encode()))
    hashes = {
        load(source, window=24, preprocessing=zoo24).sha256()
        for source in (
            tmp_path / "a",
            tmp_path / "a" / NAME,
            f"{tmp_path / 'a'}#test",
            tmp_path / "b",
            tmp_path / "b" / "other.txt.gz",
        )
    }
    assert len(hashes) == 1
    notes = load(tmp_path / "a", window=24, preprocessing=zoo24).notes
    assert any(f"{NAME}#train" in note for note in notes)
    (tmp_path / "b" / "second.txt").write_text(content)
    with pytest.raises(DataError, match="2 files of WISDM"):
        load(tmp_path / "b", window=24, preprocessing=zoo24)


@pytest.mark.parametrize(
    ("line", "where"),
    [
        ("33,Swimming,49105962326000,1.0,2.0,3.0;", ":101: unknown activity 'Swimming'"),
        ("1600,A,49105962326000,1.0,2.0,3.0;", ":101: unknown activity 'A'"),
    ],
)
def test_an_activity_that_nobody_named(
    tmp_path: Path,
    zoo24: Preprocessing,
    monkeypatch: pytest.MonkeyPatch,
    line: str,
    where: str,
) -> None:
    path = tmp_path / NAME
    path.write_text("\n".join([*lines(100), line, *lines(100)]) + "\n")
    with pytest.raises(DataError) as caught:
        load(path, window=24, preprocessing=zoo24)
    assert where in str(caught.value)
    assert caught.value.hint
    monkeypatch.setattr(text, "BLOCK", 997)  # lines are counted over blocks
    with pytest.raises(DataError, match=where):
        load(path, window=24, preprocessing=zoo24)


def test_records_that_cannot_be_known_are_counted_by_kind(tmp_path: Path) -> None:
    clean = lines(200)
    extra = [
        "33,Walking,1,1.0,2.0;",
        "33,Walking,1,1.0,2.0,;",
        "33,Walking,1,1.0,2.0,3.0,4.0;",
        "33,Walking,1,1.0,two,3.0;",
        "33,Walking,1,1.0,nan,3.0;",
        ",Walking,1,1.0,2.0,3.0;",
        "33,Walking,1,1.0,2.0,3000000.0;",
        "33,Walking,1,1.0,2.0,3.033,Walking,1,1.0,2.0,3.0;",
        "33,Walking,1,1.0,2.0,3.\u0663;",
        "33,Walking,1,1.0,2.0,3.",
    ]
    path = tmp_path / NAME
    path.write_text("\n".join(clean + extra))
    records = wisdm_records.read(path)
    assert len(records) == 200
    assert records.skipped == {
        wisdm_records.FIELDS: 3,
        wisdm_records.EMPTY_Z: 1,
        wisdm_records.NUMBER: 4,
        wisdm_records.BEYOND: 1,
        wisdm_records.CUT_OFF: 1,
    }
    assert not records.recovered


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "empty"),
        (b"\n\n;\n", "no records"),
        (b"user,activity,timestamp,x,y,z\n", "are broken"),
        (b"33,Walking,1,1.0,2.0;\n" * 100, "100 of 100 records are broken"),
        (bytes(range(256)) * 100, "are broken"),
        (b"a" * (3 << 20), "a line of over"),
        (b"33,Walking,1,1.0,2.0,3.0;\n" * 20, "one window"),
    ],
)
def test_what_is_not_such_a_file_is_one_error(
    tmp_path: Path, zoo24: Preprocessing, content: bytes, word: str
) -> None:
    path = tmp_path / NAME
    path.write_bytes(content)
    with pytest.raises(DataError, match=word) as caught:
        load(path, window=24, preprocessing=zoo24)
    assert str(path) in caught.value.where


def test_too_many_samples_stop_the_reader(
    tmp_path: Path, zoo24: Preprocessing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text, "MAX_SAMPLES", 500)
    (tmp_path / NAME).write_text("\n".join(lines(501)) + "\n")
    with pytest.raises(DataError, match="over 500 samples"):
        load(tmp_path, window=24, preprocessing=zoo24)


def test_timestamps_of_another_rate_are_told(tmp_path: Path, zoo24: Preprocessing) -> None:
    path = tmp_path / NAME
    content = "\n".join(lines(1000)) + "\n"
    path.write_text(content)
    assert not any("timestamps" in n for n in load(path, window=24, preprocessing=zoo24).notes)
    slower = [f"33,Walking,{i * 60_000_000},1.0,2.0,{i % 7}.5;" for i in range(1000)]
    path.write_text("\n".join(slower) + "\n")
    notes = load(path, window=24, preprocessing=zoo24).notes
    assert "warning: its timestamps tell 16.67 Hz, not the stated 20 Hz" in notes


# --- whether it is the real one


def quantizer_of(low: float, high: float) -> Quantizer:
    """Return what TensorFlow Lite fits to a range: the zero point rounded."""
    scale = (high - low) / 255
    return Quantizer(scale, round(-128 - low / scale))


@given(st.floats(-60, -5), st.floats(5, 60), st.integers(0, 2**32 - 1))
def test_a_quantizer_is_known_by_the_values_that_it_was_fitted_to(
    low: float, high: float, seed: int
) -> None:
    between = np.random.default_rng(seed).uniform(0.9 * low, 0.9 * high, 5000)
    values = np.append(between, [low, high])
    quantizer = quantizer_of(low, high)
    assert was_fitted_to(values, quantizer)
    # Values that it was not fitted to do not matter, as long as they are rare at the ends.
    assert was_fitted_to(np.append(values, [low - 3, high + 3]), quantizer)
    assert not was_fitted_to(between, quantizer)
    assert not was_fitted_to(np.append(between, [low, high + 0.01]), quantizer)
    assert not was_fitted_to(np.append(between, [low - quantizer.scale, high]), quantizer)


def test_values_everywhere_prove_nothing() -> None:
    everywhere = np.random.default_rng(0).uniform(-100, 100, 100_000)
    assert not any(was_fitted_to(everywhere, quantizer) for quantizer in QUANTIZERS.values())


def test_the_marks_are_those_of_the_zoos_networks(shared: Path) -> None:
    tflite = pytest.importorskip("ai_edge_litert.interpreter")
    for window, ends in ((24, (-30.566, 36.627)), (48, (-30.670, 32.914))):
        path = shared / "zoo" / "WISDM" / f"ign_wl_{window}_int8.tflite"
        interpreter = tflite.Interpreter(model_path=str(path))
        quantized = [
            t["quantization"] for t in interpreter.get_tensor_details() if t["dtype"] is np.int8
        ]
        mark = QUANTIZERS[window]
        assert any(
            abs(scale - mark.scale) < 1e-9 and zero == mark.zero_point for scale, zero in quantized
        )
        low = mark.scale * (-128 - mark.zero_point)
        assert (round(low, 3), round(low + 255 * mark.scale, 3)) == ends


def test_a_file_of_another_size_is_told(tmp_path: Path, zoo24: Preprocessing) -> None:
    (tmp_path / NAME).write_text("\n".join(lines(1000)) + "\n")
    notes = load(tmp_path, window=24, preprocessing=zoo24).notes
    assert any("not the published WISDM v1.1: 1000 records" in note for note in notes)


def test_the_right_size_alone_is_not_enough(
    tmp_path: Path, zoo24: Preprocessing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same file is the real one or not by what its values are, however it is loaded."""
    monkeypatch.setattr(wisdm_fingerprint, "RECORDS", 1005)
    (tmp_path / NAME).write_text("\n".join(lines(1000)) + "\n")
    rows = wisdm_records.read(tmp_path / NAME).samples[:800]
    values = condition(rows, zoo24, "m/s2")[:700]  # calibrated on a part, as the zoo's were
    right = quantizer_of(float(values.min()), float(values.max()))
    wrong = Quantizer(right.scale * 1.001, right.zero_point)
    default = preset("default", window=24)
    for marks, word in (
        ({24: right}, "WISDM v1.1 by its size and by the values"),
        ({24: right, 48: wrong}, "networks of window 48 were quantized"),
    ):
        monkeypatch.setattr(wisdm_fingerprint, "QUANTIZERS", marks)
        for source, spec in (
            (f"{tmp_path}#train", zoo24),
            (f"{tmp_path}#test", zoo24),
            (f"{tmp_path}#train", default),
        ):
            notes = load(source, window=24, preprocessing=spec).notes
            assert any(word in note for note in notes)


def test_the_zoos_spec_is_known(zoo24: Preprocessing) -> None:
    assert wisdm_fingerprint.is_zoos(zoo24)
    assert wisdm_fingerprint.is_zoos(preset("st-zoo", window=48, sample_rate_hz=20.0))
    assert not wisdm_fingerprint.is_zoos(preset("default", window=24))


# --- any content

SHORT = preset("none", window=2)
CLEAN = lines(40)
PIECES = st.sampled_from([*CLEAN, "", ";", "33,Walking,1,1.0,2.0,;"]) | st.text(
    alphabet="0123456789,;.eE+-naifWJ \t\r\x00\u0663", max_size=20
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(PIECES, max_size=8).map("\n".join).map(str.encode) | st.binary(max_size=200))
def test_any_file_is_windows_or_a_data_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / NAME
    path.write_bytes(content)
    try:
        windows = load(path, window=2, preprocessing=SHORT)
        assert np.isfinite(windows.x).all()
    except DataError as error:
        assert str(path) in error.where


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_mutation_changes_no_other_record(tmp_path: Path, data: st.DataObject) -> None:
    """One byte of one line changed, lost or added: all records of the other lines are there."""
    content = bytearray("".join(line + "\n" for line in CLEAN).encode())
    place = data.draw(st.integers(0, len(content) - 1))
    byte = data.draw(st.sampled_from(b",;\n.-0aW\xff"))
    kind = data.draw(st.sampled_from(["change", "lose", "add"]))
    touched = content[:place].count(b"\n")
    neighbours = {touched, touched + 1} if content[place] == ord("\n") else {touched}
    if kind == "change":
        content[place] = byte
    elif kind == "lose":
        del content[place]
    else:
        content.insert(place, byte)
    path = tmp_path / NAME
    path.write_bytes(content)
    try:
        found = wisdm_records.read(path)
    except DataError as error:
        assert "unknown activity" in str(error)
        return
    stamps = set(found.times.tolist())
    others = [int(line.split(",")[2]) for i, line in enumerate(CLEAN) if i not in neighbours]
    assert set(others) <= stamps
    assert len(found) >= len(CLEAN) - len(neighbours)


# --- a file of this form out of real recordings


@pytest.mark.parametrize("window", [24, 48])
def test_a_broken_file_made_of_recorded_phones(shared: Path, tmp_path: Path, window: int) -> None:
    names = {"A": "Walking", "B": "Jogging", "C": "Upstairs", "D": "Sitting", "E": "Standing"}
    clean: list[str] = []
    for user in (1600, 1609):
        with gzip.open(shared / "data" / "wisdm51" / f"data_{user}_accel_phone.txt.gz") as file:
            for line in file.read().decode().split():
                fields = line.split(",")
                clean.append(",".join([fields[0], names[fields[1]], *fields[2:]]))
    content, kept = break_lines(clean, every=101)
    broken, whole = tmp_path / "broken.txt", tmp_path / "whole.txt"
    broken.write_text(content, newline="")
    whole.write_text("\n".join(kept) + "\n")
    spec = preset("st-zoo", window=window, sample_rate_hz=20.0)
    same(broken, whole, "train", spec)
    same(broken, whole, "test", spec)
