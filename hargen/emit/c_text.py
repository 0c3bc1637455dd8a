"""Python values as C source text."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hargen.ir.tensor import Array
from hargen.plan.plan import Parameters

LINE_WIDTH = 100


def float_literal(value: float) -> str:
    """Return a float32 constant that reads back to the same bits."""
    text = str(np.float32(value))
    return f"{text if any(c in text for c in '.en') else text + '.0'}f"


def array_lines(values: Array | Sequence[int] | Sequence[float], indent: int) -> list[str]:
    """Return the values separated by commas, in lines that fit; floats are float32."""
    lines: list[str] = []
    line = ""
    flat = np.asarray(values).reshape(-1)
    literal = float_literal if flat.dtype.kind == "f" else int_literal
    for value in flat.tolist():
        item = f"{literal(value)},"
        if line and len(line) + 1 + len(item) > LINE_WIDTH - indent:
            lines.append(line)
            line = ""
        line = f"{line} {item}" if line else item
    if line:
        lines.append(line)
    return lines


def int_literal(value: int) -> str:
    """Return an integer constant; -2147483648 is not one token in C, larger ones are unsigned."""
    if value == -(2**31):
        return "(-2147483647 - 1)"
    return f"{value}u" if value >= 2**31 else str(value)


def byte_lines(data: bytes, per_line: int = 12) -> list[str]:
    """Return bytes as hexadecimal constants."""
    return [
        ", ".join(f"0x{byte:02x}" for byte in data[start : start + per_line]) + ","
        for start in range(0, len(data), per_line)
    ]


def string_literal(text: str) -> str:
    """Return a C string of the text's UTF-8 bytes; what is not plain ASCII becomes octal."""
    escaped = "".join(
        chr(byte) if 0x20 <= byte < 0x7F and chr(byte) not in '"\\?' else f"\\{byte:03o}"
        for byte in text.encode("utf-8")
    )
    return f'"{escaped}"'


def comment_text(text: str) -> str:
    """Return text that cannot end a comment or smuggle in a control character."""
    printable = "".join(c if c.isprintable() and c.isascii() else "?" for c in text)
    return printable.replace("*/", "* /").replace("/*", "/ *")


def parameter_lines(parameters: Parameters, indent: int) -> list[str]:
    """Return the designated initializers of a struct, one field a line, as clang-format has it."""
    pad = " " * indent
    lines: list[str] = []
    for name, value in parameters.fields:
        if isinstance(value, Parameters):
            lines.append(f"{pad}.{name} =")
            lines.append(f"{pad}    {{")
            lines += parameter_lines(value, indent + 8)
            lines.append(f"{pad}    }},")
        elif isinstance(value, tuple):
            lines.append(f"{pad}.{name} = {{{', '.join(int_literal(v) for v in value)}}},")
        elif isinstance(value, float):
            lines.append(f"{pad}.{name} = {float_literal(value)},")
        else:
            lines.append(f"{pad}.{name} = {int_literal(value)},")
    return lines


def wrapped(head: str, items: Sequence[str], tail: str, indent: int = 0) -> str:
    """Return head(items)tail, broken after commas where a line gets too long.

    The first line stands at `indent`, the others below the opening parenthesis.
    """
    pad = " " * (indent + len(head) + 1)
    lines = [f"{' ' * indent}{head}("]
    for position, item in enumerate(items):
        piece = item + ("," if position < len(items) - 1 else f"){tail}")
        separator = "" if lines[-1].endswith("(") else " "
        if len(lines[-1] + separator + piece) <= LINE_WIDTH or not separator:
            lines[-1] += separator + piece
        else:
            lines.append(pad + piece)
    return "\n".join(lines)
