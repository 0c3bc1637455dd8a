"""hargen.toml: written the same every time, read back, and refused when it is not right."""

from __future__ import annotations

import hashlib
import tomllib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from hargen import manifest as manifests
from hargen.errors import DataError, HargenError, UsageError
from hargen.manifest import Change, Footprint, Manifest, Model, Preprocessing, Tensor

ZERO = "0" * 64


def make(**changes: object) -> Manifest:
    fields: dict[str, object] = {
        "hargen": "0.1.0",
        "name": "har",
        "board": "B-U585I-IOT02A",
        "optimize": "balanced",
        "classes": ("still", "moving"),
        "model": Model(
            file="reference/har.tflite",
            sha256=ZERO,
            format="tflite",
            precision="int8",
            input=Tensor(shape=(24, 3, 1), dtype="float32", scale=0.375538, zero_point=4),
            output=Tensor(shape=(2,), dtype="float32", scale=1 / 256, zero_point=-128),
        ),
        "preprocessing": Preprocessing(
            sha256=ZERO, spec={"preset": "st-zoo", "window": 24, "b": [1.0, -2.5]}
        ),
        "plan": Footprint(weights=3280, tables=400, activation_ram=720, maccs=13008),
        "files": {"b.c": ZERO, "Model/a.c": ZERO},
    }
    return Manifest.model_validate(fields | changes)


def test_what_is_written_is_what_is_read(tmp_path: Path) -> None:
    written = make()
    path = manifests.write(written, tmp_path)
    assert path == tmp_path / "hargen.toml"
    assert manifests.read(tmp_path) == written
    assert [entry.name for entry in tmp_path.iterdir()] == ["hargen.toml"]


def test_the_order_of_the_files_does_not_reach_the_text() -> None:
    one = make(files={"b.c": ZERO, "a.c": ZERO})
    other = make(files={"a.c": ZERO, "b.c": ZERO})
    assert manifests.dumps(one) == manifests.dumps(other)
    assert list(tomllib.loads(manifests.dumps(one))["files"]) == ["a.c", "b.c"]


def test_floats_survive_exactly(tmp_path: Path) -> None:
    scale = 0.10000000149011612  # a float32 value as a double
    model = make().model
    tensor = model.input.model_copy(update={"scale": scale})
    manifests.write(make(model=model.model_copy(update={"input": tensor})), tmp_path)
    assert manifests.read(tmp_path).model.input.scale == scale


def test_a_tensor_knows_its_size() -> None:
    assert make().model.input.size == 72


def test_changed_and_missing_files_are_found(tmp_path: Path) -> None:
    same, edited = tmp_path / "same.c", tmp_path / "Model" / "edited.c"
    edited.parent.mkdir()
    same.write_bytes(b"int a;\n")
    edited.write_bytes(b"int b;\n")
    listed = {
        "same.c": hashlib.sha256(b"int a;\n").hexdigest(),
        "Model/edited.c": hashlib.sha256(b"int b;\n").hexdigest(),
        "gone.c": ZERO,
    }
    written = make(files=listed)
    assert manifests.verify(written, tmp_path) == [Change("gone.c", "missing")]
    edited.write_bytes(b"int c;\n")
    assert manifests.verify(written, tmp_path) == [
        Change("Model/edited.c", "changed"),
        Change("gone.c", "missing"),
    ]


def test_another_folder_is_not_a_project(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"not a hargen project: it has no hargen\.toml"):
        manifests.read(tmp_path)
    with pytest.raises(UsageError, match="there is no such folder"):
        manifests.read(tmp_path / "absent")


def test_a_newer_schema_says_so(tmp_path: Path) -> None:
    text = manifests.dumps(make()).replace("schema = 1\n", "schema = 2\n")
    (tmp_path / "hargen.toml").write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=r"schema 2.*up to 1"):
        manifests.read(tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ('name = "har"\n', 'name = "har; rm"\n', "name"),
        ("zero_point = 4\n", "zero_point = 400\n", "model.input.zero_point"),
        ("scale = 0.375538\n", "scale = nan\n", "model.input.scale"),
        ("scale = 0.375538\n", "scale = -1.0\n", "model.input.scale"),
        ('"reference/har.tflite"', '"../har.tflite"', "model.file"),
        ('"reference/har.tflite"', '"/etc/passwd"', "model.file"),
        ('"b.c" = ', '"../b.c" = ', "files"),
        ('optimize = "balanced"\n', 'optimize = "balanced"\nsurprise = 1\n', "surprise"),
        ('hargen = "0.1.0"\n', "", "hargen"),
    ],
)
def test_a_wrong_field_is_named(tmp_path: Path, old: str, new: str, named: str) -> None:
    text = manifests.dumps(make())
    assert old in text
    (tmp_path / "hargen.toml").write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(DataError) as caught:
        manifests.read(tmp_path)
    assert named in caught.value.where


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.binary(max_size=300), at=st.integers(0, 2000))
@example(data=b"", at=0)
@example(data=b"schema = 1\n", at=0)
@example(data=b"\xff\xfe", at=5)
def test_any_damage_is_an_error_of_ours(tmp_path: Path, data: bytes, at: int) -> None:
    good = manifests.dumps(make()).encode()
    (tmp_path / "hargen.toml").write_bytes(good[:at] + data + good[at + len(data) :])
    try:
        found = manifests.read(tmp_path)
    except HargenError as error:
        assert error.where.startswith(str(tmp_path))
    else:
        assert isinstance(found, Manifest)


def test_a_failed_write_keeps_the_old_manifest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifests.write(make(), tmp_path)
    before = (tmp_path / "hargen.toml").read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(DataError, match="No space left on device"):
        manifests.write(make(name="other"), tmp_path)
    assert (tmp_path / "hargen.toml").read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["hargen.toml"]
