"""Packed little-endian records: one description gives the bytes, the offsets and the C struct.

Every field lies at a multiple of its own size and every record's size is a multiple of its largest
field, so that the C struct with the same fields has the same bytes without packing attributes.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

_CODES = {"u8": "B", "u16": "H", "u32": "I", "i32": "i", "f32": "f"}


@dataclass(frozen=True)
class Field:
    """One field: its C name, its scalar kind or nested record, and its number of elements.

    An array of u8 is read and written as bytes; any other array as a tuple.
    """

    name: str
    kind: str | Layout
    count: int = 1

    @property
    def size(self) -> int:
        """Bytes of the whole field."""
        element = self.kind.size if isinstance(self.kind, Layout) else _scalar_size(self.kind)
        return element * self.count

    @property
    def alignment(self) -> int:
        """Bytes that the field's offset must be a multiple of."""
        return self.kind.alignment if isinstance(self.kind, Layout) else _scalar_size(self.kind)

    @property
    def code(self) -> str:
        """The field in the language of the struct module."""
        if isinstance(self.kind, Layout):
            return f"{self.size}s"
        if self.kind == "u8" and self.count > 1:
            return f"{self.count}s"
        return f"{self.count}{_CODES[self.kind]}"


@dataclass(frozen=True)
class Layout:
    """A record: its C type name and its fields in order."""

    name: str
    fields: tuple[Field, ...]

    def __post_init__(self) -> None:
        for field, offset in self.offsets.items():
            if offset % self._by_name[field].alignment:
                raise ValueError(f"{self.name}.{field} at {offset} is not aligned")
        if self.size % self.alignment:
            raise ValueError(f"{self.name} ends at {self.size}, not a multiple of its alignment")

    @cached_property
    def _by_name(self) -> dict[str, Field]:
        return {field.name: field for field in self.fields}

    @cached_property
    def _struct(self) -> struct.Struct:
        return struct.Struct("<" + "".join(field.code for field in self.fields))

    @cached_property
    def offsets(self) -> dict[str, int]:
        """Bytes from the record's start to each field."""
        result, offset = {}, 0
        for field in self.fields:
            result[field.name] = offset
            offset += field.size
        return result

    @property
    def size(self) -> int:
        """Bytes of the record."""
        return sum(field.size for field in self.fields)

    @property
    def alignment(self) -> int:
        """Bytes of the largest scalar in it."""
        return max(field.alignment for field in self.fields)

    def pack(self, **values: Any) -> bytes:
        """Return the record's bytes; every field must be given."""
        flat: list[Any] = []
        for field in self.fields:
            value = values.pop(field.name)
            if isinstance(field.kind, Layout):
                flat.append(field.kind.pack(**value))
            elif field.count > 1 and field.kind != "u8":
                flat.extend(value)
            else:
                flat.append(value)
        if values:
            raise KeyError(f"{self.name} has no field {', '.join(values)}")
        return self._struct.pack(*flat)

    def unpack(self, data: bytes) -> Mapping[str, Any]:
        """Return the fields of the record at the start of data; bytes behind it are left alone.

        Raises:
            ValueError: data is shorter than the record.
        """
        if len(data) < self.size:
            raise ValueError(f"{self.name} needs {self.size} bytes, got {len(data)}")
        flat = iter(self._struct.unpack_from(data))
        result: dict[str, Any] = {}
        for field in self.fields:
            if isinstance(field.kind, Layout):
                result[field.name] = field.kind.unpack(next(flat))
            elif field.count > 1 and field.kind != "u8":
                result[field.name] = tuple(next(flat) for _ in range(field.count))
            else:
                result[field.name] = next(flat)
        return result


def _scalar_size(kind: str) -> int:
    return struct.calcsize("<" + _CODES[kind])
