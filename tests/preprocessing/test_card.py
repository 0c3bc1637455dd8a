"""Cards beside models: what is read, and what is refused."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hargen.errors import DataError
from hargen.preprocessing import Card, preset, read_card
from hargen.preprocessing.card import parse_card, write_card

MINIMAL = """
[preprocessing]
preset = "st-zoo"
window = 24
[classes]
names = ["still", "moving"]
"""


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "net.tflite"
    path.write_bytes(b"model")
    return path


def test_no_card_is_none(model: Path) -> None:
    assert read_card(model) is None


def test_a_minimal_card(model: Path) -> None:
    model.with_suffix(".toml").write_text(MINIMAL)
    card = read_card(model)
    assert card is not None
    assert card.preprocessing == preset("st-zoo", window=24)
    assert card.classes == ("still", "moving")


def test_every_section_may_be_missing() -> None:
    assert parse_card("", "card") == Card()


def test_a_written_card_reads_back(model: Path) -> None:
    card = Card.model_validate(
        {
            "model": {"name": "net", "sha256": {"tflite": hashlib.sha256(b"model").hexdigest()}},
            "preprocessing": preset("default", window=24),
            "classes": ("a", "b"),
            "data": {"name": "made up"},
            "accuracy": {"int8": 0.5},
        }
    )
    path = write_card(card, model)
    assert path == model.with_suffix(".toml")
    assert read_card(model) == card
    assert [p.name for p in sorted(model.parent.iterdir())] == ["net.tflite", "net.toml"]


def test_a_card_of_another_model_is_refused(model: Path) -> None:
    model.with_suffix(".toml").write_text(f'[model]\nsha256 = {{ tflite = "{"0" * 64}" }}\n')
    with pytest.raises(DataError, match="another model"):
        read_card(model)


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("[build-system]\nrequires = []", "build-system"),
        ("preprocessing = 3", "preprocessing"),
        ("[preprocessing]\nwindow = 24", "sample_rate_hz"),
        ('[preprocessing]\npreset = "st-zoo"', "window"),
        ('[preprocessing]\npreset = "st-zoo"\nwindow = 1979-05-27', "window"),
        ("[classes]\nnames = []", "names"),
        ('[classes]\nnames = "abc"', "names"),
        ('[classes]\nnames = ["a", "A"]', "same name"),
        ('[classes]\nnames = ["a", ""]', "printable"),
        ('[classes]\nnames = ["a", "b\\u0007"]', "printable"),
        ("[classes]\nname = ['a']", "name"),
        ('[model]\nsha256 = { tflite = "abc" }', "sha256"),
        ('[model]\ncolour = "red"', "colour"),
        ("[model", "TOML"),
    ],
)
def test_nonsense_is_one_error_that_says_where(model: Path, text: str, where: str) -> None:
    model.with_suffix(".toml").write_text(text)
    with pytest.raises(DataError) as caught:
        read_card(model)
    assert where in str(caught.value)
    assert "net.toml" in caught.value.where


def test_a_card_that_is_not_text_or_too_large(model: Path) -> None:
    model.with_suffix(".toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DataError, match="cannot read"):
        read_card(model)
    model.with_suffix(".toml").write_bytes(b"#" * ((1 << 20) + 1))
    with pytest.raises(DataError, match="1 MiB"):
        read_card(model)


@given(st.text(max_size=200) | st.binary(max_size=60).map(lambda b: MINIMAL + b.decode("latin1")))
def test_any_text_is_a_card_or_a_data_error(text: str) -> None:
    try:
        card = parse_card(text, "card")
    except DataError:
        return
    assert isinstance(card, Card)


def test_deep_nesting_is_an_error_and_no_crash() -> None:
    with pytest.raises(DataError):
        parse_card("x = " + "[" * 100_000, "card")
