"""Bounded reading of text files, and numbers with the place where they are wrong."""

from __future__ import annotations

import gzip
import math
import zlib
from collections.abc import Iterator
from pathlib import Path

from hargen.errors import DataError

MAX_BYTES = 1 << 30
"""Refused beyond this, after decompression: a gzip file may declare nothing of its true size."""

MAX_LINE = 4096
MAX_MAGNITUDE = 1e6
"""No accelerometer of any unit here reads more; guards the filter against overflow."""

GZIP_MAGIC = b"\x1f\x8b"


def lines(path: Path) -> Iterator[tuple[int, str]]:
    """Yield (line number from 1, line without its end) of a text file, plain or gzipped.

    Raises:
        DataError: it cannot be read, is corrupt, is not text, or is too large.
    """
    try:
        with path.open("rb") as raw:
            packed = raw.read(2) == GZIP_MAGIC
        with gzip.open(path, "rb") if packed else path.open("rb") as file:
            total = count = 0
            while line := file.readline(MAX_LINE):
                count += 1
                total += len(line)
                if total > MAX_BYTES:
                    raise DataError(
                        f"over {MAX_BYTES >> 20} MiB of text",
                        where=str(path),
                        hint="split the file by recording",
                    )
                if len(line) == MAX_LINE:
                    raise DataError(
                        f"a line of over {MAX_LINE} bytes",
                        where=f"{path}:{count}",
                        hint="the file is not the text that was expected",
                    )
                yield count, line.decode("ascii").rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise DataError(
            "not text",
            where=f"{path}:{count}",
            why=f"byte {error.object[error.start]:#04x}",
            hint="docs/data.md describes the files that hargen reads",
        ) from error
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise DataError(
            "the gzip data is corrupt or cut off",
            where=str(path),
            why=str(error),
            hint="fetch the file again",
        ) from error
    except OSError as error:
        raise DataError("cannot read", where=str(path), why=error.strerror or str(error)) from error


def number(text: str, where: str) -> float:
    """Return a field as a float.

    Raises:
        DataError: it is no plain decimal number, not finite, or beyond MAX_MAGNITUDE.
    """
    try:
        if "_" in text:  # which Python allows in numbers
            raise ValueError
        value = float(text)
    except ValueError:
        raise DataError(
            f"{text.strip()[:40]!r} is not a number",
            where=where,
            hint="remove header lines and text; correct or remove broken lines",
        ) from None
    if not math.isfinite(value) or abs(value) > MAX_MAGNITUDE:
        raise DataError(
            f"{text.strip()[:40]!r} is no acceleration",
            where=where,
            why="not finite" if not math.isfinite(value) else f"beyond {MAX_MAGNITUDE:g}",
            hint="correct or remove the line",
        )
    return value
