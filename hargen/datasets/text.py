"""Bounded reading of text files, and numbers with the place where they are wrong."""

from __future__ import annotations

import codecs
import gzip
import math
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

from hargen.errors import DataError

MAX_BYTES = 1 << 30
"""Refused beyond this, after decompression: a gzip file may declare nothing of its true size."""

MAX_LINE = 4096
MAX_MAGNITUDE = 1e6
"""No accelerometer of any unit here reads more; guards the filter against overflow."""

MAX_SAMPLES = 1 << 24
"""More than a week at 26 Hz; what is kept of one takes about 100 bytes while it is filtered."""

BLOCK = 1 << 20

GZIP_MAGIC = b"\x1f\x8b"


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    """Open a file, plain or gzipped, with errors in a user's terms."""
    try:
        with path.open("rb") as raw:
            packed = raw.read(2) == GZIP_MAGIC
        with gzip.open(path, "rb") if packed else path.open("rb") as file:
            yield cast(IO[bytes], file)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise DataError(
            "the gzip data is corrupt or cut off",
            where=str(path),
            why=str(error),
            hint="fetch the file again",
        ) from error
    except OSError as error:
        raise DataError("cannot read", where=str(path), why=error.strerror or str(error)) from error


def lines(path: Path, encoding: str = "ascii") -> Iterator[tuple[int, str]]:
    """Yield (line number from 1, line without its end) of a text file, plain or gzipped.

    Args:
        path: the file.
        encoding: `ascii`, or `utf-8`, with or without a byte order mark.

    Raises:
        DataError: it cannot be read, is corrupt, is not text, or is too large.
    """
    total = count = 0
    with _opened(path) as file:
        while line := file.readline(MAX_LINE):
            count += 1
            total += len(line)
            _check_size(total, path)
            if len(line) == MAX_LINE:
                raise DataError(
                    f"a line of over {MAX_LINE} bytes",
                    where=f"{path}:{count}",
                    hint="the file is not the text that was expected",
                )
            if count == 1 and encoding == "utf-8":
                line = line.removeprefix(codecs.BOM_UTF8)
            try:
                yield count, line.decode(encoding).rstrip("\r\n")
            except UnicodeDecodeError as error:
                raise DataError(
                    "not text",
                    where=f"{path}:{count}",
                    why=f"byte {line[error.start]:#04x}",
                    hint=f"save it as {encoding.upper()}; docs/data.md describes the files that "
                    "hargen reads",
                ) from error


def blocks(path: Path) -> Iterator[bytes]:
    """Yield a file, plain or gzipped, in blocks of whole lines of about BLOCK bytes.

    Raises:
        DataError: it cannot be read, is corrupt, or is too large.
    """
    total = 0
    rest = b""
    with _opened(path) as file:
        while block := file.read(BLOCK):
            total += len(block)
            _check_size(total, path)
            end = block.rfind(b"\n") + 1
            if not end:
                rest += block
                if len(rest) > 2 * BLOCK:
                    raise DataError(
                        f"a line of over {2 * BLOCK} bytes",
                        where=str(path),
                        hint="the file is not the text that was expected",
                    )
                continue
            yield rest + block[:end]
            rest = block[end:]
    if rest:
        yield rest


def _check_size(total: int, path: Path) -> None:
    if total > MAX_BYTES:
        raise DataError(
            f"over {MAX_BYTES >> 20} MiB of text",
            where=str(path),
            hint="split the file by recording",
        )


def check_samples(count: int, where: str) -> None:
    """Refuse more samples than can be kept.

    Raises:
        DataError: there are over MAX_SAMPLES.
    """
    if count > MAX_SAMPLES:
        raise DataError(
            f"over {MAX_SAMPLES} samples", where=where, hint="give a part of the recordings"
        )


def number(
    text: str, where: str, *, limit: float = MAX_MAGNITUDE, quantity: str = "acceleration"
) -> float:
    """Return a field as a float.

    Raises:
        DataError: it is no plain decimal number, not finite, or beyond the limit.
    """
    try:
        if "_" in text or not text.isascii():  # which Python allows in numbers
            raise ValueError
        value = float(text)
    except ValueError:
        raise DataError(
            f"{text.strip()[:40]!r} is not a number",
            where=where,
            hint="remove header lines and text; correct or remove broken lines",
        ) from None
    if not math.isfinite(value) or abs(value) > limit:
        raise DataError(
            f"{text.strip()[:40]!r} is no {quantity}",
            where=where,
            why="not finite" if not math.isfinite(value) else f"beyond {limit:g}",
            hint="correct or remove the line",
        )
    return value
