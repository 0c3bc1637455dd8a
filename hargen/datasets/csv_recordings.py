"""Recordings of a user's own: CSV files with a header, in a folder or alone.

A sample's class is its label's where the file has a column of labels, else the name of the folder
within the data's folder in which the file lies, else what data.toml says. A recording is a stretch
of one label and without a gap in time, named as the file below the folder without .csv (with a
number from the second on).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

from hargen.datasets import csv_card, text, timing
from hargen.datasets.csv_card import DataCard
from hargen.datasets.csv_columns import is_header
from hargen.datasets.csv_file import UNLABELLED as NO_LABEL
from hargen.datasets.csv_file import CsvFile
from hargen.datasets.csv_file import read as read_file
from hargen.datasets.recording import Recording, RecordingSet, rate_notes, windows_of
from hargen.datasets.windows import UNLABELLED, Windows
from hargen.errors import DataError
from hargen.preprocessing import Preprocessing

MAX_CLASSES = 256


def recognise(source: Path) -> bool:
    """Return whether a folder has CSV files that are not st_har_26hz, or a file is one of CSV.

    Those are all in class folders, without a header and without a data.toml.
    """
    if not source.is_dir():
        return source.suffix.casefold() == ".csv"
    files = _files(source)
    if not files:
        return False
    if (source / csv_card.FILE_NAME).is_file() or any(file.parent == source for file in files):
        return True
    try:
        first = next((line for _, line in text.lines(files[0], "utf-8") if line.strip()), "")
    except DataError:
        return False
    # A first line that begins with a number is a broken sample, to be told as such.
    return is_header(first) and is_header(first.split(",")[0]) if first else False


def _files(folder: Path) -> list[Path]:
    found = [*folder.glob("*.csv"), *folder.glob("*/*.csv")]
    return sorted(file for file in found if file.is_file())


def load(source: Path, spec: Preprocessing) -> Windows:
    """Return the windows of a folder of CSV files, or of one.

    Raises:
        DataError: see recordings; the sample rate is not the model's.
    """
    found = recordings(source)
    rate = found.sample_rate_hz
    other_rate = timing.disagrees(rate, spec.sample_rate_hz)
    if other_rate and not csv_card.read(source).any_rate:
        raise DataError(
            f"recorded at {rate:.4g} Hz, the model is for {spec.sample_rate_hz:g} Hz",
            where=str(source),
            hint="resample the recordings, or write any_rate = true into data.toml to feed them as "
            "they are",
        )
    return windows_of(
        found.recordings,
        found.classes,
        spec,
        found.unit,
        source=found.source,
        where=source,
        notes=(rate_notes(rate, spec) if other_rate else ()) + found.notes,
    )


def recordings(source: Path) -> RecordingSet:
    """Return the recordings of a folder of CSV files, or of one; by file.

    Raises:
        DataError: a line or data.toml is broken; a unit, rate or name of a class is missing; the
            sample rate is not what is stated.
    """
    card = csv_card.read(source)
    files = _files(source) if source.is_dir() else [source]
    pieces: list[_Piece] = []
    rates: dict[Path, float] = {}
    total = 0
    for path in files:
        folder = path.parent.name if source.is_dir() and path.parent != source else ""
        content = read_file(path, card, folder or card.label or NO_LABEL)
        total += len(content.samples)
        text.check_samples(total, str(source))
        if pieces and content.columns.unit != pieces[0].file.columns.unit:
            raise DataError(
                f"recordings in {content.columns.unit} and in {pieces[0].file.columns.unit}",
                where=str(path),
                hint="convert them to one unit",
            )
        rate = content.rate()
        if rate is not None:
            rates[path] = rate
        name = path.relative_to(source).with_suffix("").as_posix() if source.is_dir() else path.stem
        for number, run in enumerate(content.runs(), 1):
            piece = _Piece(content, run, name, number, card)
            if piece.label not in card.leave_out:
                pieces.append(piece)
    if not pieces:
        raise DataError("every sample is left out", where=str(source), why="leave_out of data.toml")
    rate = _rate(rates, card, source)
    classes = card.classes or _class_names(pieces)
    left_out = total - sum(piece.run.stop - piece.run.start for piece in pieces)
    unit = pieces[0].file.columns.unit
    return RecordingSet(
        kind="CSV",
        recordings=tuple(piece.recording(classes) for piece in pieces),
        classes=classes,
        unit=unit,
        sample_rate_hz=rate,
        grouped_by="recording",
        source=f"CSV: {source.name}, {len(pieces)} recordings, {rate:.4g} Hz, {unit}",
        notes=(f"samples left out by data.toml: {left_out}",) if left_out else (),
    )


@dataclass(frozen=True)
class _Piece:
    file: CsvFile
    run: slice
    stem: str
    number: int
    card: DataCard

    @property
    def label(self) -> str:
        """The class's name, or the text of a label that is not named."""
        label: str = self.file.labels[self.run.start]
        number = _whole(label)
        if number is not None and label not in self.card.classes and self.card.classes:
            if 0 <= number < len(self.card.classes):
                return self.card.classes[number]
            raise self._unnamed(f"labels go from 0 to {len(self.card.classes) - 1}")
        return label

    def recording(self, classes: tuple[str, ...]) -> Recording:
        label = self.label
        if label == NO_LABEL:
            index = UNLABELLED
        elif label in classes:
            index = classes.index(label)
        else:
            raise self._unnamed(f"classes of data.toml are {', '.join(classes)}"[:200])
        name = self.stem if self.number == 1 else f"{self.stem}-{self.number}"
        return Recording(name, index, self.file.samples[self.run], self.stem)

    def check_named(self) -> None:
        if _whole(self.label) is not None:
            raise self._unnamed("it is a number")

    def _unnamed(self, why: str) -> DataError:
        return DataError(
            f"nobody named the label {self.file.labels[self.run.start][:40]!r}",
            where=f"{self.file.path}:{self.file.lines[self.run.start]}",
            why=why,
            hint='write classes = ["name of 0", "name of 1", ...] or leave_out = [...] into '
            "data.toml",
        )


def _whole(label: str) -> int | None:
    try:
        value = float(label)
    except ValueError:
        return None
    return int(value) if math.isfinite(value) and value == int(value) else None


def _class_names(pieces: list[_Piece]) -> tuple[str, ...]:
    for piece in pieces:
        piece.check_named()
    names = sorted({piece.label for piece in pieces} - {NO_LABEL})
    if len(names) > MAX_CLASSES:
        raise DataError(
            f"{len(names)} different labels",
            where=str(pieces[0].file.path),
            hint="name the column of labels by [columns] of data.toml",
        )
    return tuple(names)


def _rate(rates: dict[Path, float], card: DataCard, source: Path) -> float:
    """Return the stated rate, or what the times of all files tell.

    Raises:
        DataError: there is neither, or they disagree.
    """
    stated = card.sample_rate_hz
    if stated is None and not rates:
        raise DataError(
            "nobody says the sample rate",
            where=str(source),
            hint="write sample_rate_hz = ... into data.toml, or give the files a column time",
        )
    expected = stated if stated is not None else next(iter(rates.values()))
    for path, measured in rates.items():
        if timing.disagrees(measured, expected):
            raise DataError(
                f"its times tell {measured:.4g} Hz, not {expected:.4g} Hz",
                where=str(path),
                why="sample_rate_hz of data.toml" if stated else "the rate of the first recording",
                hint="correct sample_rate_hz or time_unit in data.toml (seconds if left "
                "out), or take the file out",
            )
    return expected
