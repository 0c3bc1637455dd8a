"""The same made-up rows in every format."""

from __future__ import annotations

import csv
import io
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from rich.console import Console

from hargen.cli import zoo_table
from hargen.errors import UsageError
from hargen.zoo import columns, formats
from hargen.zoo.formats import csv_file, html, markdown
from hargen.zoo.report import Row, ZooReport

DOCS = Path(__file__).parents[2] / "docs/zoo.md"


@pytest.mark.parametrize(
    ("ours", "published", "digits", "expected"),
    [
        (1.0, 2.0, 3, "below"),
        (2.0, 1.0, 3, "above"),
        (3.109375, 3.109, 3, "equal"),
        (38.96875, 38.968, 3, "equal"),
        (3.112, 3.109, 3, "above"),
        (0.0130, 0.0139, 4, "below"),
        (None, 1.0, 3, ""),
        (1.0, None, 3, ""),
    ],
)
def test_a_figure_stands_to_another_as_far_as_that_was_printed(
    ours: float | None, published: float | None, digits: int, expected: str
) -> None:
    assert columns.standing(ours, published, digits) == expected


def test_a_printed_figure_of_another_file_is_not_compared_with() -> None:
    assert columns.limit(62.718, 69.359) == 69.359
    assert columns.limit(40.261, 40.254) == 40.261
    assert columns.limit(40.261, None) == 40.261
    assert columns.limit(None, 40.254) is None


def test_markdown(made_up: ZooReport) -> None:
    lines = [line for line in markdown.render(made_up).splitlines() if line.startswith("|")]
    assert len({len(re.findall(r"(?<!\\)\|", line)) for line in lines}) == 1
    assert lines[2] == (
        "| 1 | IGN wl 24 | int8 | AST | 10/10 / 10/10 bits | 91.72 / 95.19 | 90.00 | "
        "**0.0130** / 0.0139 | - | **0.250** / 1.500 | 3.109 / 3.109 | **2.00** / 33.40 | "
        "**5.21** / 36.50 | **0.75** / 4.40 | 87,979 | 0.810 / 0.800 |"
    )
    assert "| not run: needs WISDM v1.1 / 95.19 | - |" in lines[3]
    assert lines[4].startswith("| 3\\* | IGN wl 24 | int8 | AST | 9/10 / 10/10 bits | ")
    assert " | **3.109** / 4.000\\* | " in lines[4]
    assert lines[5].startswith("| 4 | broken | int8 | AST | - | - / - | - |")
    text = markdown.render(made_up)
    assert "- a note\n" in text
    assert "- \\* row 3: of a file \\<never\\> shipped \\| really\n" in text
    assert "- row 4 failed: AST/a.tflite: \\<b\\>no\\</b\\> \\| model\n" in text


def test_csv_has_the_bare_numbers(made_up: ZooReport) -> None:
    first, second, third, failed = csv.DictReader(io.StringIO(csv_file.render(made_up)))
    assert (first["row"], first["accuracy"], first["weights_flash_bytes"]) == (
        "1",
        "0.9172",
        "3184",
    )
    assert (first["published_accuracy_pct"], first["published_weights_flash_kib"]) == (
        "95.19",
        "3.109",
    )
    assert (first["stm32cubeai_inference_ms"], first["shipped_maccs_m"]) == ("0.8", "")
    assert second["accuracy"] == "not run: needs WISDM v1.1"
    assert (third["shipped_weights_flash_kib"], third["published_note"]) == (
        "4.0",
        "of a file <never> shipped | really",
    )
    assert (failed["status"], failed["windows"]) == ("failed: AST/a.tflite: <b>no</b> | model", "")


class _Page(HTMLParser):
    """Collects the cells of a page, by row, with their classes; refuses tags that do not close."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.rows: list[list[tuple[str, str]]] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.links += [str(found[name]) for name in ("src", "href") if name in found]
        if tag == "meta":
            return
        self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append((found.get("class") or "", ""))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "td" in self.open or "th" in self.open:
            kind, text = self.rows[-1][-1]
            self.rows[-1][-1] = (kind, f"{text} {data}".strip())


def test_html_stands_alone_and_colours_what_is_below(made_up: ZooReport) -> None:
    text = html.render(made_up)
    page = _Page()
    page.feed(text)
    page.close()
    assert page.open == []
    assert page.links == []
    assert "@import" not in text
    assert "url(" not in text
    assert "prefers-color-scheme: dark" in text
    heads, first, second, third, failed = page.rows
    assert len({len(row) for row in page.rows}) == 1
    cells = dict(zip((text for _, text in heads), first, strict=True))
    assert cells["activation RAM, KiB"] == ("below", "0.250 1.500")
    assert cells["weights flash, KiB"] == ("", "3.109 3.109")
    assert cells["time, ms"] == ("above", "0.810 0.800")
    assert cells["accuracy, %"] == ("", "91.72 95.19")
    assert ("", "not run: needs WISDM v1.1 95.19") in second
    assert ("below", "3.109 4.000*") in third
    assert third[0] == ("", "3*")
    assert failed[1] == ("name", "broken")
    assert "&lt;b&gt;no&lt;/b&gt;" in text


@pytest.mark.parametrize(
    ("width", "shown", "left_out"),
    [
        (100, ("not run: needs", "4.000*", "activation", "code", "MACCs"), ()),
        (80, ("not run: needs", "4.000*", "activation", "time"), ("MACCs", "code")),
    ],
)
def test_a_terminal_has_room(
    made_up: ZooReport, width: int, shown: tuple[str, ...], left_out: tuple[str, ...]
) -> None:
    stream = io.StringIO()
    console = Console(file=stream, width=width, force_terminal=True, color_system=None)
    zoo_table.print_report(made_up, console)
    text = stream.getvalue()
    assert max(map(len, text.splitlines())) <= width
    assert "…" not in text
    for word in ("IGN wl 24", "10/10", "91.72", "95.19", *shown):
        assert word in text
    for word in left_out:
        assert word not in text
    assert "* row 3: of a file <never> shipped | really" in text
    assert "row 4 failed: AST/a.tflite: <b>no</b> | model" in text


def test_a_file_gets_all_columns(made_up: ZooReport) -> None:
    stream = io.StringIO()
    zoo_table.print_report(made_up, Console(file=stream, width=80))
    assert "MACCs" in stream.getvalue()
    assert "…" not in stream.getvalue()


def test_json_comes_back(made_up: ZooReport) -> None:
    table = json.loads(made_up.to_json())
    assert table["schema"] == 1
    assert ZooReport.model_validate(table) == made_up
    assert [row["row"] for row in table["rows"]] == [1, 2, 3, 4]


def test_every_field_is_described() -> None:
    text = DOCS.read_text(encoding="utf-8")
    described = set(re.findall(r"`(\w+)`", text))
    fields = {field.alias or name for name, field in ZooReport.model_fields.items()}
    assert fields | set(Row.model_fields) <= described


def test_files_are_written_together(made_up: ZooReport, tmp_path: Path) -> None:
    folder = tmp_path / "new/folder"
    formats.check_folder(folder)
    assert list(folder.iterdir()) == []
    written = formats.write(made_up, folder)
    assert [path.name for path in written] == ["zoo.md", "zoo.csv", "zoo.html", "zoo.json"]
    assert sorted(folder.iterdir()) == sorted(written)
    assert written[3].read_text(encoding="utf-8") == made_up.to_json()


def test_a_file_in_the_place_of_the_folder_is_refused(made_up: ZooReport, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(UsageError, match="cannot write the table"):
        formats.check_folder(tmp_path / "file")
    with pytest.raises(UsageError, match="cannot write the table"):
        formats.write(made_up, tmp_path / "file")
