"""Sizes by symbol, against what the tools of the toolchain print."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hargen.build.compile import Image, build, find_image
from hargen.build.map_file import read_map
from hargen.errors import ToolError


@pytest.fixture(params=["release", "debug"])
def image(project: Path, request: pytest.FixtureRequest) -> Image:
    return find_image(project, request.param)


def sizes(image: Image, kinds: str = "") -> dict[str, int]:
    """Return every symbol's size, as nm tells it; `kinds` are nm's letters of those wanted."""
    printed = subprocess.run(
        ["arm-none-eabi-nm", "-S", str(image.elf_path)], capture_output=True, text=True, check=True
    ).stdout
    rows = [line.split() for line in printed.splitlines()]
    return {
        row[3]: int(row[1], 16) for row in rows if len(row) == 4 and row[2] in (kinds or row[2])
    }


def test_weights_and_tables(image: Image) -> None:
    footprint = image.footprint
    assert footprint.weights == 4 * 24 + 4 * 4
    assert footprint.tables == 24


def test_code_is_the_networks_functions_and_what_they_pull_in(image: Image) -> None:
    by_name = sizes(image)
    code = sizes(image, "tT")
    functions = sum(code[name] for name in code if name.startswith("tally_"))
    undefined = subprocess.run(
        ["arm-none-eabi-nm", "-u", *map(str, network_objects(image))],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    libraries = sum(by_name[name] for name in ("memcpy", "memset") if name in undefined)
    # functions begin at multiples of 4: up to 3 bytes lie between two
    assert functions + libraries <= image.footprint.code <= functions + libraries + 3 * 10


def network_objects(image: Image) -> list[Path]:
    return sorted(image.elf_path.parent.glob("CMakeFiles/*/Model/tally*.obj"))


def test_a_call_of_the_library_counts_as_the_networks_code(
    workshop: Path, edit: Callable[[str, str, str], None]
) -> None:
    image = build(workshop, jobs=2)
    before, had = image.footprint.code, sizes(image)
    # of a size that is not known when it is compiled, so that it stays a call
    wipe = "__attribute__((noinline, noclone)) static void wipe(uint8_t *a, volatile uint32_t n)"
    edit(
        "Model/tally.c",
        "static int8_t clamp",
        wipe + " {\n  memset(a, 0, n);\n}\n\nstatic int8_t clamp",
    )
    edit("Model/tally.c", "  memcpy(arena, input,", "  wipe(arena, 32);\n  memcpy(arena, input,")
    after = build(workshop, jobs=2)
    assert "memset" in had, "the rest of the firmware has it anyway"
    by_name = sizes(after)
    grown = after.footprint.code - before
    assert by_name["memset"] + by_name["wipe"] <= grown <= by_name["memset"] + by_name["wipe"] + 32


def test_ram(image: Image) -> None:
    printed = subprocess.run(
        ["arm-none-eabi-size", str(image.elf_path)], capture_output=True, text=True, check=True
    ).stdout
    _, data, bss = map(int, printed.splitlines()[1].split()[:3])
    footprint = image.footprint
    assert footprint.activation_ram == 32
    assert footprint.activation_ram + footprint.other_ram == data + bss
    assert footprint.stack_reserve == 0x2000


def test_flash_adds_up(image: Image) -> None:
    footprint = image.footprint
    assert footprint.image == image.binary_path.stat().st_size
    parts = footprint.weights + footprint.tables + footprint.code + footprint.other_flash
    assert parts == footprint.image
    assert footprint.other_flash > 0


def test_every_piece_of_the_map_lies_in_the_image(image: Image) -> None:
    memories = [(s.address, s.address + s.memory_size) for s in image.elf.segments]
    pieces = [piece for piece in read_map(image.map_path) if not piece.section.startswith(".debug")]
    loaded = [
        piece for piece in pieces if any(start <= piece.address < end for start, end in memories)
    ]
    # a handful of bytes of padding are nobody's
    assert sum(piece.size for piece in loaded) > 0.97 * sum(end - start for start, end in memories)


def test_a_map_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="cannot read the linker's map"):
        read_map(tmp_path / "absent.map")
    (tmp_path / "wrong.map").write_text("not a map", encoding="utf-8")
    with pytest.raises(ToolError, match="not a linker's map"):
        read_map(tmp_path / "wrong.map")


LINES = st.one_of(
    st.text(max_size=40),
    st.builds(
        " {} 0x{:016x} 0x{:x} {}".format,
        st.sampled_from([".text", ".text.a", ".rodata.b", "COMMON", ".bss"]),
        st.integers(0, 1 << 40),
        st.integers(0, 1 << 20),
        st.sampled_from(["a.o", "lib.a(b.o)", "CMakeFiles/x.dir/Model/y.c.obj", "(", "a(b"]),
    ),
    st.sampled_from([" .text.long_name", "                0x08000000       0x10 a.o", ""]),
)


@given(st.lists(LINES, max_size=30))
def test_any_text_is_read(tmp_path_factory: pytest.TempPathFactory, lines: list[str]) -> None:
    path = tmp_path_factory.mktemp("map") / "any.map"
    path.write_text("Linker script and memory map\n" + "\n".join(lines), encoding="utf-8")
    for piece in read_map(path):
        assert piece.address and piece.size and piece.section
