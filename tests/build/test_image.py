"""What is in the image: vectors, identity, description, and nothing of the machine it came from."""

from __future__ import annotations

import re
import struct
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hargen import board
from hargen.build.compile import Config, Image, find_image
from hargen.build.elf import Elf
from hargen.errors import ToolError

CONFIGS: tuple[Config, ...] = ("release", "debug")
VECTORS = 16 + 126
TIM2_IRQ = 45
USART1_IRQ = 61


@pytest.fixture(params=CONFIGS)
def image(project: Path, request: pytest.FixtureRequest) -> Image:
    return find_image(project, request.param)


def test_the_build_id_is_the_linkers(image: Image) -> None:
    tool = "arm-none-eabi-readelf"
    notes = subprocess.run(
        [tool, "-n", str(image.elf_path)], capture_output=True, text=True, check=True
    )
    assert notes.stderr == ""
    found = re.search(r"Build ID: ([0-9a-f]{40})", notes.stdout)
    assert found and image.build_id.hex() == found.group(1)


def test_the_firmware_finds_its_build_id_in_flash(image: Image) -> None:
    note = image.elf.symbol("_build_id_note").address
    assert image.elf.read(note + 12, 4) == b"GNU\0"
    assert image.elf.read(note + 16, 20) == image.build_id


def test_the_vector_table(image: Image) -> None:
    memory = board.load("B-U585I-IOT02A").memory
    first, flash = image.elf.flash_image()
    assert first == memory.flash.origin
    words = struct.unpack_from(f"<{VECTORS}I", flash)
    handlers = {
        name: image.elf.symbol(name).address
        for name in ("Reset_Handler", "SysTick_Handler", "TIM2_IRQHandler", "USART1_IRQHandler")
    }
    expected = {
        1: "Reset_Handler",
        15: "SysTick_Handler",
        16 + TIM2_IRQ: "TIM2_IRQHandler",
        16 + USART1_IRQ: "USART1_IRQHandler",
    }
    assert words[0] == memory.ram.origin + memory.ram.size
    for number, word in enumerate(words[1:], 1):
        assert word & 1, "a handler is Thumb code"
        name = expected.get(number)
        assert word & ~1 == (
            (handlers[name] if name else image.elf.symbol("hg_fault_entry").address) & ~1
        )
    # VTOR drops the bits below the next power of two of the table's size
    assert image.elf.symbol("hg_vectors").address % 1024 == 0
    assert image.elf.symbol("hg_vectors").size == 4 * VECTORS


def test_the_stack_is_at_the_top_of_ram(image: Image) -> None:
    memory = board.load("B-U585I-IOT02A").memory
    top = memory.ram.origin + memory.ram.size
    assert image.elf.symbol("_estack").address == top
    assert image.elf.symbol("_sstack").address == top - memory.stack_size
    assert image.elf.symbol("_ebss").address <= image.elf.symbol("_sstack").address


def test_the_description_of_the_model(image: Image) -> None:
    info = image.info
    assert info.name == "tally"
    assert info.class_names == ("still", "walk", "run", "other")
    assert info.model_sha256 == bytes([1, 2, 3, 4]) + bytes(28)
    assert info.preprocessing_sha256 == bytes([5, 6, 7, 8]) + bytes(28)
    assert (info.input.shape, info.input.dtype, info.input.size) == ((8, 3), "float32", 24)
    assert (info.input.scale, info.input.zero_point) == (0.25, -3)
    assert (info.output.shape, info.output.scale, info.output.zero_point) == ((4,), 0.5, 1)
    assert info.layers == ((0, 24), (0, 4))
    assert (info.abi_version, info.arena_size) == (1, 32)


def test_the_binary_is_what_the_segments_say(image: Image) -> None:
    assert image.binary_path.read_bytes() == image.elf.flash_image()[1]
    assert image.hex_path.read_text(encoding="ascii").startswith(":02000004")


def test_no_path_of_this_machine_is_in_the_image(image: Image, project: Path) -> None:
    content = image.elf_path.read_bytes()
    for path in (project, project.parent, Path.home(), Path(__file__).parents[2]):
        assert str(path).encode() not in content


def test_neither_heap_nor_stdio_nor_double_is_linked(image: Image) -> None:
    names = {symbol.name for symbol in image.elf.symbols}
    assert not names & {"malloc", "_malloc_r", "_sbrk", "printf", "__aeabi_dadd", "__aeabi_dmul"}


def test_a_file_that_is_no_elf(tmp_path: Path) -> None:
    path = tmp_path / "file.elf"
    with pytest.raises(ToolError, match="cannot read the ELF"):
        Elf(path)
    path.write_bytes(b"nothing of the kind")
    with pytest.raises(ToolError, match="damaged"):
        Elf(path)
    with pytest.raises(ToolError, match="not a program for an Arm core"):
        Elf(Path("/proc/self/exe"))


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=50
)
@given(data=st.data())
def test_a_damaged_elf_is_an_error_or_read(
    data: st.DataObject, project: Path, tmp_path: Path
) -> None:
    content = bytearray(find_image(project).elf_path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        # the headers at both ends, where damage hurts most, and anywhere else
        position = data.draw(
            st.one_of(
                st.integers(0, 200),
                st.integers(len(content) - 1200, len(content) - 1),
                st.integers(0, len(content) - 1),
            )
        )
        content[position] = data.draw(st.integers(0, 255))
    path = tmp_path / "damaged.elf"
    path.write_bytes(content[: data.draw(st.sampled_from([len(content), len(content) // 2, 60]))])
    try:
        elf = Elf(path)
        assert elf.build_id is not None
        assert elf.info is not None
        elf.flash_image()
    except ToolError:
        pass
