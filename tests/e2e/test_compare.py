"""hargen compare with the ELF for the board: what is planted in its flash is named."""

from __future__ import annotations

import shutil
import struct
from pathlib import Path
from typing import Any

import pytest

from hargen.build.compile import find_image
from hargen.device import virtual

from .conftest import Hargen


def compare(hargen: Hargen, folder: Path, code: int, *options: object) -> dict[str, Any]:
    found = hargen("compare", folder, "--virtual", "--json", "-", *options)
    assert found.code == code, found
    report = found.report
    assert ("nothing differs" in found.err) == (code == 0)
    return report


def flashed_with(folder: Path, project: Path, content: bytes) -> Path:
    """Return a copy of a project whose board has another ELF in its flash."""
    shutil.copytree(project, folder)
    patched = folder / "patched.elf"
    patched.write_bytes(content)
    virtual.program(folder, patched)
    return folder


def weight_flipped(project: Path, layer: int) -> bytes:
    """Return the project's ELF with one bit of one of a layer's weights turned."""
    image = find_image(project)
    found = next(s for s in image.elf.symbols if s.name == f"har_layer_{layer}_weights")
    content = bytearray(image.elf_path.read_bytes())
    # the symbol's bytes are found by what they are
    content[content.index(image.elf.read(found.address, found.size)) + 5] ^= 0x40
    return bytes(content)


def coefficient_flipped(project: Path, value: float) -> bytes:
    """Return the project's ELF with the last bit of a constant turned, wherever and in each sign.

    The compiler has most of the filter's coefficients among the code's literals.
    """
    content = find_image(project).elf_path.read_bytes()
    for signed in (value, -value):
        number = struct.pack("<f", signed)
        content = content.replace(number, bytes([number[0] ^ 1]) + number[1:])
    return content


def test_a_clean_board_has_nothing_to_show(hargen: Hargen, flashed: Path) -> None:
    report = compare(hargen, flashed, 0, "--synthetic", 30)
    assert (report["stage"], report["windows"]) == ("raw", 30)
    assert (report["reference_first"], report["board_first"]) == (None, None)
    board = {p["name"]: p["board"] for p in report["places"] if p["board"]}
    assert [*board] == [
        *("window", "layer 0", "layer 1", "layer 2", "layer 3", "output", "class"),
        *("activity", "settled"),
    ]
    for match in board.values():
        assert (match["windows"], match["windows_differ"], match["values_differ"]) == (30, 0, 0)
    assert report["violations"] == []


@pytest.mark.parametrize("stage", ["window", "int8"])
def test_the_other_stages(hargen: Hargen, flashed: Path, stage: str) -> None:
    report = compare(hargen, flashed, 0, "--synthetic", 9, "--stage", stage)
    assert (report["stage"], report["board_first"]) == (stage, None)


@pytest.mark.parametrize("layer", [0, 1])
def test_one_flipped_weight_bit(hargen: Hargen, flashed: Path, tmp_path: Path, layer: int) -> None:
    folder = flashed_with(tmp_path / "flipped", flashed, weight_flipped(flashed, layer))
    report = compare(hargen, folder, 6, "--synthetic", 30)
    assert report["reference_first"] is None
    first = report["board_first"]
    assert first["place"] == f"layer {layer}"
    assert first["difference"] == abs(first["ours"] - first["theirs"]) > 0
    assert len(first["element"]) == len(first["shape"])
    assert len(first["counts"]) == 24
    differ = {p["name"]: p["board"]["windows_differ"] for p in report["places"] if p["board"]}
    assert differ["window"] == 0
    assert layer == 0 or differ["layer 0"] == 0
    assert differ[f"layer {layer}"] > 0


def test_one_flipped_bit_of_a_coefficient(hargen: Hargen, flashed: Path, tmp_path: Path) -> None:
    """The last bit of 0.08024162f, on the board alone: it is seen in the window's last digits."""
    flipped = coefficient_flipped(flashed, 0.08024162)
    folder = flashed_with(tmp_path / "flipped", flashed, flipped)
    report = compare(hargen, folder, 6, "--synthetic", 30)
    assert report["reference_first"] is None
    first = report["board_first"]
    assert (first["place"], first["shape"]) == ("window", [24, 3])
    assert 0 < first["difference"] < 1e-4
    assert first["steps"]["window"][first["element"][1]] == first["ours"]


def test_it_says_so_in_words(hargen: Hargen, flashed: Path, tmp_path: Path) -> None:
    folder = tmp_path / "edited"
    shutil.copytree(flashed, folder)
    source = folder / "Model/har_stream.c"
    text = source.read_text()
    source.write_text(text.replace(".source = {0, 1, 2}", ".source = {0, 2, 1}"))
    found = hargen("compare", folder, "--virtual", "--synthetic", 9)
    assert found.code == 6
    assert (
        "the C on this machine differs from the reference, first in window 0 at unit" in found.out
    )
    assert "the board differs from the C on this machine, first in window 0 at window" in found.out
    assert "its counts" in found.out
    assert "warning: Model/har_stream.c was changed after export" in found.err
    assert "error: window 0: the C on this machine differs from the reference" in found.err


@pytest.mark.long
def test_the_zoo_on_recordings(hargen: Hargen, shared: Path, tmp_path: Path) -> None:
    for name in ("gmp_wl_48_int8.tflite", "svc_wl_24_pct_2.onnx"):
        folder = tmp_path / name
        for arguments in (
            ("export", shared / "zoo/AST" / name, "-o", folder, "--board", "B-U585I-IOT02A"),
            ("flash", folder, "--virtual"),
        ):
            assert hargen(*arguments).code == 0
        data = shared / "data/mobility_v1/test.pkl"
        report = compare(hargen, folder, 0, "--data", data, "--limit", 200)
        assert report["windows"] == 200
