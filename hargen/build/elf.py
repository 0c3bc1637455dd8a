"""What an ELF says of itself: build id, model description, symbols, what goes into flash."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from hargen.errors import ToolError

INFO_SECTION = ".hg_info"
INFO_MAGIC = 0x4F464E49  # "INFO" in memory
_BUILD_ID_SECTION = ".note.gnu.build-id"

# firmware/runtime/hg_info.h on a 32-bit target
_TENSOR = struct.Struct("<I4IIIfi")
_INFO = struct.Struct(f"<II32s32s{_TENSOR.size}s{_TENSOR.size}sIIIIII")
_LAYER = struct.Struct("<II")
_LONGEST_TEXT = 4096
_MOST = 1 << 16  # layers or classes; a description with more is damaged


@dataclass(frozen=True)
class TensorInfo:
    """One end of the network. real = scale * (q - zero_point) for its int8 form."""

    size: int
    shape: tuple[int, ...]
    dtype: str
    scale: float
    zero_point: int


@dataclass(frozen=True)
class ModelInfo:
    """The model's description, hg_info_t, as it lies in the image."""

    abi_version: int
    model_sha256: bytes
    preprocessing_sha256: bytes
    input: TensorInfo
    output: TensorInfo
    arena_size: int
    layers: tuple[tuple[int, int], ...]
    """Offset in the arena and size of each layer's result, bytes."""
    class_names: tuple[str, ...]
    name: str


@dataclass(frozen=True)
class Symbol:
    """A name in the image: address and size in bytes."""

    name: str
    address: int
    size: int
    kind: str
    """ "function", "object" or "other"."""


@dataclass(frozen=True)
class Segment:
    """Bytes that are loaded: where they run, where they lie in flash, and how many."""

    address: int
    load_address: int
    data: bytes
    memory_size: int
    """Bytes at the address; those beyond data are zeroed at start."""


class Elf:
    """An ELF file, read at once and checked.

    Raises:
        ToolError: the file cannot be read or is no 32-bit Arm executable.
    """

    def __init__(self, path: Path) -> None:
        from elftools.common.exceptions import ELFError
        from elftools.elf.elffile import ELFFile

        self.path = path
        try:
            with path.open("rb") as file:
                elf = ELFFile(file)
                if elf.elfclass != 32 or elf["e_machine"] != "EM_ARM":
                    raise ToolError("the file is not a program for an Arm core", where=str(path))
                self.entry: int = elf["e_entry"]
                self.segments = tuple(
                    Segment(part["p_vaddr"], part["p_paddr"], part.data(), part["p_memsz"])
                    for part in elf.iter_segments("PT_LOAD")
                )
                self._sections: dict[str, bytes] = {
                    section.name: section.data()
                    for section in elf.iter_sections()
                    if section.name in (INFO_SECTION, _BUILD_ID_SECTION)
                }
                table = elf.get_section_by_name(".symtab")
                kinds = {"STT_FUNC": "function", "STT_OBJECT": "object"}
                self.symbols = tuple(
                    Symbol(
                        symbol.name,
                        symbol["st_value"],
                        symbol["st_size"],
                        kinds.get(symbol["st_info"]["type"], "other"),
                    )
                    for symbol in (table.iter_symbols() if table else ())
                )
        except OSError as error:
            raise ToolError("cannot read the ELF file", where=str(path), why=str(error)) from error
        except (ELFError, ValueError, KeyError, struct.error) as error:
            raise ToolError("the ELF file is damaged", where=str(path), why=str(error)) from error

    @cached_property
    def build_id(self) -> bytes:
        """The GNU build id: 20 bytes that name this very image.

        Raises:
            ToolError: there is none.
        """
        note = self._sections.get(_BUILD_ID_SECTION, b"")
        if len(note) < 12:
            raise self._damaged("it has no build id")
        name_size, size, _ = struct.unpack_from("<III", note)
        start = 12 + (name_size + 3) // 4 * 4
        return note[start : start + size]

    @cached_property
    def info(self) -> ModelInfo:
        """The model's description.

        Raises:
            ToolError: there is none, or it points outside the image.
        """
        data = self._sections.get(INFO_SECTION, b"")
        if len(data) < _INFO.size:
            raise self._damaged("it has no description of a model")
        magic, abi, model, preprocessing, first, last, *rest = _INFO.unpack_from(data)
        arena_size, layer_count, layers, class_count, class_names, name = rest
        if magic != INFO_MAGIC:
            raise self._damaged("the description of the model does not begin as one")
        if max(layer_count, class_count) > _MOST:
            raise self._damaged("the description of the model has impossible counts")
        pointers = self.read(class_names, 4 * class_count)
        return ModelInfo(
            abi_version=abi,
            model_sha256=model,
            preprocessing_sha256=preprocessing,
            input=_tensor(first),
            output=_tensor(last),
            arena_size=arena_size,
            layers=tuple(_LAYER.iter_unpack(self.read(layers, _LAYER.size * layer_count))),
            class_names=tuple(
                self._text(pointer) for (pointer,) in struct.iter_unpack("<I", pointers)
            ),
            name=self._text(name),
        )

    def symbol(self, name: str) -> Symbol:
        """Return the symbol of that name.

        Raises:
            ToolError: there is none.
        """
        for symbol in self.symbols:
            if symbol.name == name:
                return symbol
        raise self._damaged(f"it has no symbol {name}")

    def read(self, address: int, size: int) -> bytes:
        """Return bytes of the image by the address at which they run.

        Raises:
            ToolError: they are not all in one segment.
        """
        for segment in self.segments:
            start = address - segment.address
            if start >= 0 and start + size <= len(segment.data):
                return segment.data[start : start + size]
        raise self._damaged(f"nothing is loaded at 0x{address:08x}")

    def flash_image(self) -> tuple[int, bytes]:
        """Return the first load address and the bytes from there on; gaps are 0xFF, as erased.

        Raises:
            ToolError: nothing is loaded.
        """
        parts = sorted((s.load_address, s.data) for s in self.segments if s.data)
        if not parts:
            raise self._damaged("nothing in it is loaded")
        first = parts[0][0]
        image = bytearray()
        for address, data in parts:
            image += b"\xff" * (address - first - len(image))
            image[address - first :] = data
        return first, bytes(image)

    def _text(self, address: int) -> str:
        for segment in self.segments:
            start = address - segment.address
            if 0 <= start < len(segment.data):
                text = segment.data[start : start + _LONGEST_TEXT].split(b"\0")[0]
                return text.decode("utf-8", "replace")
        raise self._damaged(f"no text is loaded at 0x{address:08x}")

    def _damaged(self, why: str) -> ToolError:
        return ToolError(
            "the ELF file is not a hargen image",
            where=str(self.path),
            why=why,
            hint="build the project again: hargen build",
        )


def _tensor(data: bytes) -> TensorInfo:
    size, *shape, rank, dtype, scale, zero_point = _TENSOR.unpack(data)
    return TensorInfo(
        size=size,
        shape=tuple(shape[: min(rank, len(shape))]),
        dtype="int8" if dtype == 1 else "float32",
        scale=scale,
        zero_point=zero_point,
    )
