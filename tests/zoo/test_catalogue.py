"""Which models there are, which rows they fill, and where they lie by default."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hargen.errors import DataError, UsageError
from hargen.zoo import artifacts, catalogue, data_sets, listing, places

HEAD = "row,model,format,dataset,artifact,note"


def zoo(folder: Path, *names: str, table: str | None = None) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"model")
    if table is not None:
        (folder / "table.csv").write_text(f"{HEAD}\n{table}\n", encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("name", "family", "window", "model", "precision"),
    [
        ("AST/ign_wl_24_int8.tflite", "IGN", 24, "IGN wl 24", "int8"),
        ("AST/ign_wl_24_float32.tflite", "IGN", 24, "IGN wl 24", "float32"),
        ("WISDM/gmp_wl_48.h5", "GMP", 48, "GMP wl 48", "float32"),
        ("WISDM/svc_wl_48_pct_10.onnx", "SVC", 48, "SVC wl 48 pct 10", "float32"),
        ("MINE/tiny.keras", "tiny", None, "tiny", "float32"),
    ],
)
def test_what_a_name_says(
    tmp_path: Path, name: str, family: str, window: int | None, model: str, precision: str
) -> None:
    (found,) = artifacts.find(zoo(tmp_path, name))
    assert (found.name, found.dataset) == (name, name.split("/")[0])
    assert (found.family, found.window, found.model) == (family, window, model)
    assert (found.precision, found.size) == (precision, 5)


def test_only_models_one_folder_down_are_found(tmp_path: Path) -> None:
    names = ["a.tflite", "A/readme.md", "A/B/c.tflite", ".git/d.tflite", "A/e.TFLITE", "A/f.onnx"]
    assert [a.name for a in artifacts.find(zoo(tmp_path, *names))] == ["A/e.TFLITE", "A/f.onnx"]


def test_files_that_the_table_does_not_know_come_after_it(tmp_path: Path) -> None:
    zoo(
        tmp_path,
        *("A/new.tflite", "A/old.tflite", "B/more.onnx"),
        table="7,Old,int8,A,A/old.tflite,a slip\n9,Gone,int8,A,A/gone.tflite,",
    )
    found = catalogue.read(tmp_path)
    assert [(e.row, e.model, e.format) for e in found.entries] == [
        (7, "Old", "int8"),
        (10, "new", "int8"),
        (11, "more", "float32"),
    ]
    assert found.entries[0].published.note == "a slip"
    assert found.notes == ("row 9 is left out: there is no file A/gone.tflite",)


def test_without_a_table_it_says_so(tmp_path: Path) -> None:
    found = catalogue.read(zoo(tmp_path, "A/a.tflite"))
    assert [e.row for e in found.entries] == [1]
    assert found.notes == ("no table.csv in the folder of models: nothing published to show",)


def test_a_folder_without_models_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="there is no model in the folder"):
        catalogue.read(zoo(tmp_path, "A/readme.md"))


def rows(text: str | None, *, count: int = 9) -> list[int]:
    folder = Path("zoo")
    entries = [
        catalogue.Entry(
            number,
            "m",
            "int8",
            artifacts.Artifact(folder / "A/a.tflite", "A/a.tflite", "A", "a", None, "a", "int8"),
            catalogue.Published(),
        )
        for number in range(1, count + 1)
        if number != 4
    ]
    return [entry.row for entry in catalogue.select(entries, text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, [1, 2, 3, 5, 6, 7, 8, 9]),
        ("2", [2]),
        ("1,2,5-8", [1, 2, 5, 6, 7, 8]),
        (" 5 - 6 , 3", [3, 5, 6]),
        ("3-5,5", [3, 5]),
    ],
)
def test_rows_are_selected(text: str | None, expected: list[int]) -> None:
    assert rows(text) == expected


@pytest.mark.parametrize("text", ["", "a", "1,", "1..3", "-3", "1-2-3", "1;2", "123456"])
def test_what_is_no_list_of_rows(text: str) -> None:
    with pytest.raises(UsageError, match="is no list of rows"):
        rows(text)


@pytest.mark.parametrize("text", ["4", "10", "1,77", "12-20", "8-5", "0"])
def test_rows_that_are_not_there(text: str) -> None:
    with pytest.raises(UsageError, match="no such row: the rows here are 1-3, 5-9"):
        rows(text)


@given(st.text(alphabet="0123456789-, x", max_size=12))
def test_any_text_is_a_selection_or_one_error(text: str) -> None:
    try:
        assert set(rows(text)) <= set(range(1, 10))
    except UsageError:
        assert not text.replace(" ", "").isdecimal() or int(text.replace(" ", "")) not in (1, 2, 3)


def test_the_list_says_what_data_is_at_hand(tmp_path: Path) -> None:
    models = zoo(tmp_path / "m", "AST/a_wl_24.h5", "WISDM/b.tflite", "MINE/c.tflite")
    data = tmp_path / "d"
    (data / "mobility_v1").mkdir(parents=True)
    (data / "mobility_v1/test.pkl").write_bytes(b"")
    found = {model.dataset: model.data for model in listing.of(models, data).models}
    assert found == {"AST": "here", "MINE": "unknown to hargen", "WISDM": "needs WISDM v1.1"}
    (data / "WISDM_ar_v1.1_raw.txt").write_bytes(b"")
    found = {model.dataset: model.data for model in listing.of(models, data).models}
    assert found["WISDM"] == "here"
    found = {model.dataset: model.data for model in listing.of(models, None).models}
    assert found["AST"] == "needs mobility_v1"


def test_an_accuracy_that_is_not_measured_says_what_it_needs() -> None:
    assert data_sets.not_run("WISDM") == "not run: needs WISDM v1.1"
    assert data_sets.not_run("MINE") == "not run: needs MINE"


def test_folders_are_those_of_the_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(places.VARIABLE, str(tmp_path))
    with pytest.raises(UsageError, match="--models is not given"):
        places.models_folder(None)
    with pytest.raises(UsageError, match="--data is not given"):
        places.data_folder(None)
    assert places.any_data_folder() is None
    for name in ("zoo", "data"):
        (tmp_path / name).mkdir()
    assert places.models_folder(None) == tmp_path / "zoo"
    assert places.data_folder(None) == places.any_data_folder() == tmp_path / "data"
    assert places.data_folder(tmp_path) == tmp_path
    with pytest.raises(UsageError, match="there is no such folder"):
        places.models_folder(tmp_path / "nowhere")


def test_the_zoo_has_24_rows(shared: Path) -> None:
    found = catalogue.read(shared / "zoo")
    assert [entry.row for entry in found.entries] == list(range(1, 25))
    assert found.notes == ()
    assert {(e.model, e.format) for e in found.entries} == {
        (e.artifact.model, e.artifact.precision) for e in found.entries
    }
