"""table.csv and STM32Cube.AI's figures: read as printed, and refused with one clear error."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hargen.errors import DataError
from hargen.zoo import published

HEAD = (
    "row,model,format,dataset,artifact,accuracy_pct,maccs_m,activation_ram_kib,"
    "weights_flash_kib,note"
)
LINE = "11,SVC wl 48 pct 2,float32,AST,AST/a.onnx,84.28,0.0641,1.277,40.261,prints 40261"
MEASURED = "model,format,dataset,tool,board,clock_mhz,code_flash_kib,inference_ms"


def read(folder: Path, *lines: str, head: str = HEAD) -> tuple[published.TableRow, ...]:
    (folder / published.TABLE).write_text("\n".join((head, *lines)) + "\n", encoding="utf-8")
    return published.read_table(folder)


def test_a_row_is_read_as_printed(tmp_path: Path) -> None:
    (row,) = read(tmp_path, LINE)
    assert (row.row, row.model, row.format) == (11, "SVC wl 48 pct 2", "float32")
    assert (row.dataset, row.artifact) == ("AST", "AST/a.onnx")
    figures = row.published
    assert (figures.accuracy_pct, figures.maccs_m) == (84.28, 0.0641)
    assert (figures.activation_ram_kib, figures.weights_flash_kib) == (1.277, 40.261)
    assert (figures.note, figures.measured, figures.shipped) == ("prints 40261", None, None)


def test_empty_figures_and_columns_that_are_not_there_are_none(tmp_path: Path) -> None:
    (row,) = read(tmp_path, "1,a,int8,AST,AST/a.tflite,,,,,")
    assert row.published == published.Published()
    (row,) = read(tmp_path, "1,a,int8,AST,AST/a.tflite", head="row,model,format,dataset,artifact")
    assert row.published == published.Published()


def test_rows_come_in_their_order_and_quoted_cells_may_have_commas(tmp_path: Path) -> None:
    rows = read(
        tmp_path,
        '7,b,int8,AST,AST/b.tflite,,,,,"one, two"',
        "3,a,int8,AST,AST/a.tflite,,,,,",
    )
    assert [row.row for row in rows] == [3, 7]
    assert rows[1].published.note == "one, two"


def test_no_table_is_no_rows(tmp_path: Path) -> None:
    assert published.read_table(tmp_path) == ()


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("x,a,int8,AST,AST/a.tflite,,,,,", "line 2: 'x' is no number of a row"),
        ("0,a,int8,AST,AST/a.tflite,,,,,", "line 2: '0' is no number of a row"),
        ("٣,a,int8,AST,AST/a.tflite,,,,,", "is no number of a row"),
        ("1234567,a,int8,AST,AST/a.tflite,,,,,", "is no number of a row"),
        ("1,a,int4,AST,AST/a.tflite,,,,,", "format 'int4' is none of float32, int8"),
        ("1,a,int8,AST,../a.tflite,,,,,", "no file below the folder"),
        ("1,a,int8,AST,/a.tflite,,,,,", "no file below the folder"),
        ("1,a,int8,AST,,,,,,", "no file below the folder"),
        ("1,a,int8,AST,AST/a.tflite,ninety,,,,", "line 2: accuracy_pct: 'ninety' is no figure"),
        ("1,a,int8,AST,AST/a.tflite,,nan,,,", "maccs_m: 'nan' is no figure"),
        ("1,a,int8,AST,AST/a.tflite,,,-1,,", "activation_ram_kib: '-1' is no figure"),
        ("1,a,int8,AST,AST/a.tflite,,,,1e999,", "weights_flash_kib: '1e999' is no figure"),
        ("1,a,int8,AST,AST/a.tflite,1,2", "more or fewer cells"),
        ("1,a,int8,AST,AST/a.tflite,,,,,note,more", "more or fewer cells"),
        ('1,a,int8,AST,AST/a.tflite,,,,,"open', "not a CSV file"),
    ],
)
def test_a_bad_line_is_one_error_that_says_where(tmp_path: Path, line: str, text: str) -> None:
    with pytest.raises(DataError, match=text):
        read(tmp_path, line)


@pytest.mark.parametrize("column", ["row", "model", "format", "dataset", "artifact"])
def test_a_missing_column_is_named(tmp_path: Path, column: str) -> None:
    with pytest.raises(DataError, match=f"has no column '{column}'"):
        read(tmp_path, LINE, head=HEAD.replace(column, "other", 1))


def test_an_empty_file_has_no_columns(tmp_path: Path) -> None:
    (tmp_path / published.TABLE).write_bytes(b"")
    with pytest.raises(DataError, match="has no column 'row'"):
        published.read_table(tmp_path)


@pytest.mark.parametrize(
    ("second", "text"),
    [(LINE.replace("a.onnx", "b.onnx"), "row 11 is there twice"), ("12" + LINE[2:], "two rows")],
)
def test_rows_and_files_are_there_once(tmp_path: Path, second: str, text: str) -> None:
    with pytest.raises(DataError, match=text):
        read(tmp_path, LINE, second)


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"x" * ((1 << 20) + 1)])
def test_what_is_no_text_or_too_much_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / published.TABLE).write_bytes(content)
    with pytest.raises(DataError, match=str(tmp_path / published.TABLE)):
        published.read_table(tmp_path)


def test_measured_figures_are_of_the_model_its_format_and_its_data(tmp_path: Path) -> None:
    (tmp_path / published.MEASURED).write_text(
        f"{MEASURED}\nign,int8,any,T,B,160,1.5,0.8\nign,float32,any,T,B,160,2.5,\n"
        "svc,float32,AST,T,B,160,3.5,1\nsvc,float32,any,T,B,160,4.5,1\n",
        encoding="utf-8",
    )
    rows = read(
        tmp_path,
        "1,ign,int8,AST,AST/1.tflite,,,,,",
        "2,ign,float32,WISDM,WISDM/2.h5,,,,,",
        "3,svc,float32,AST,AST/3.onnx,,,,,",
        "4,svc,float32,WISDM,WISDM/4.onnx,,,,,",
        "5,gmp,int8,AST,AST/5.tflite,,,,,",
    )
    found = [row.published.measured and row.published.measured.code_flash_kib for row in rows]
    assert found == [1.5, 2.5, 3.5, 4.5, None]
    assert rows[1].published.measured is not None
    assert rows[1].published.measured.inference_ms is None
    assert rows[1].published.measured.tool == "T"


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("ign,int8,any,T,B,160,much,0.8", "line 2: code_flash_kib: 'much' is no figure"),
        ("ign,int8,any,T,B,160,1,1\nign,int8,any,T,B,160,1,1", "ign, int8, any is there twice"),
        ("ign,double,any,T,B,160,1,1", "format 'double'"),
    ],
)
def test_bad_measured_figures_are_refused(tmp_path: Path, line: str, text: str) -> None:
    (tmp_path / published.MEASURED).write_text(f"{MEASURED}\n{line}\n", encoding="utf-8")
    with pytest.raises(DataError, match=text):
        read(tmp_path, LINE)


@given(
    lines=st.lists(
        st.one_of(
            st.text(max_size=60),
            st.lists(st.text(max_size=8), min_size=10, max_size=10).map(",".join),
        ),
        max_size=4,
    )
)
def test_any_text_is_rows_or_one_error(
    lines: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("any")
    text = "\n".join((HEAD, *lines)).encode("utf-8", "surrogatepass")
    (folder / published.TABLE).write_bytes(text)
    try:
        rows = published.read_table(folder)
    except DataError as error:
        assert str(folder) in error.where
    else:
        assert all(row.row >= 1 and row.artifact for row in rows)


def test_the_table_of_the_zoo_has_its_slips(shared: Path) -> None:
    rows = published.read_table(shared / "zoo")
    assert [row.row for row in rows] == list(range(1, 25))
    assert [row.row for row in rows if row.published.note] == [11, 13, 16, 22, 23, 24]
    assert all(row.published.measured for row in rows)
    assert all(row.published.weights_flash_kib for row in rows)
