"""The table on the terminal says what the report says."""

from __future__ import annotations

import io
from typing import Any

import pytest
from rich.console import Console

from hargen.cli import table
from hargen.validate.report import Report

from ..validate.test_report import report


def printed(value: Report) -> str:
    console = Console(file=io.StringIO(), width=160, highlight=False)
    console.print(table.render(value))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_a_virtual_run_calls_itself_virtual_and_its_cycles_estimated() -> None:
    text = printed(report())
    assert "har on virtual B-U585I-IOT02A" in text
    assert "10 of 10 bit-exact with ai-edge-litert BUILTIN_REF 2.3.0" in text
    assert "90.00 % (9 of 10; 95 % interval 60.00 % to 98.00 %)" in text
    assert "2 median, 1 to 4, 3 at 99 %, estimated" in text
    assert "0.200 ms median, 0.400 ms max at 160 MHz, estimated" in text


def test_a_real_board_is_not_called_estimated() -> None:
    text = printed(report(virtual=False, estimated=False, instructions=None))
    assert "virtual" not in text
    assert "estimated" not in text
    assert "instructions" not in text


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"reference": None, "bit_exact": None}, "not compared: no reference was asked for"),
        (
            {"left_out": 2, "left_out_classes": {"driving": 2}},
            "10, 2 of them left out of accuracy (driving 2)",
        ),
        (
            {"bit_exact": 9, "mismatches": [{"index": 7, "board": "aa", "reference": "bb"}]},
            "9 of 10 bit-exact",
        ),
        ({"violations": ["clock-off: somewhere"]}, "1: clock-off: somewhere"),
        ({"notes": ["made \x1b[2Jup"]}, "made \\x1b[2Jup"),
        ({"classes": ["[red]a", "b"]}, "[red]a"),
    ],
)
def test_what_a_reader_must_know_is_shown(changes: dict[str, Any], text: str) -> None:
    found = " ".join(printed(report(**changes)).replace("│", " ").split())
    assert text in found
    assert "\x1b" not in found


def test_a_run_of_nothing_can_be_shown() -> None:
    nothing = {
        "windows": 0,
        "judged": 0,
        "correct": 0,
        "accuracy": None,
        "accuracy_interval": None,
        "macro_f1": None,
        "agreement": None,
        "cycles": None,
        "latency_ms": None,
        "instructions": None,
        "seconds": 0.0,
    }
    assert "windows" in printed(report(**nothing))
