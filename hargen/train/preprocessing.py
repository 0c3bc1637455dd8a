"""Which preprocessing a network is trained with: what was asked for, as a request takes it."""

from __future__ import annotations

from dataclasses import dataclass

from hargen.errors import UsageError
from hargen.preprocessing import Preprocessing
from hargen.preprocessing.card import read_preprocessing
from hargen.preprocessing.presets import NAMES
from hargen.train import resample
from hargen.train.sources import AXES

DEFAULT_WINDOW = 24


@dataclass(frozen=True)
class Chosen:
    """window: in samples. preset: a name, None for the default one. spec: of a file, else None."""

    window: int
    preset: str | None
    spec: Preprocessing | None


def choose(asked: str | None, window: int | None, rate_hz: float | None) -> Chosen:
    """Return what --preprocessing, --window and --rate say together.

    Args:
        asked: a preset's name, a file with a table [preprocessing], or None.
        window: samples; None: the file's, or the default.
        rate_hz: None: the file's, or the data's.

    Raises:
        DataError: there is no such preset or file, or the file is not valid.
        UsageError: the file says otherwise than the options, or has other than three axes.
    """
    if asked is None or asked in NAMES:
        return Chosen(DEFAULT_WINDOW if window is None else window, asked, None)
    spec = read_preprocessing(asked)
    if window is not None and window != spec.window:
        raise UsageError(
            f"--window {window} is not the preprocessing's",
            where=asked,
            why=f"its windows have {spec.window} samples",
            hint="leave --window away, or correct window there",
        )
    if rate_hz is not None and resample.is_other_rate(rate_hz, spec.sample_rate_hz):
        raise UsageError(
            f"--rate {rate_hz:g} is not the preprocessing's",
            where=asked,
            why=f"its filter and windows are for {spec.sample_rate_hz:g} Hz",
            hint="leave --rate away, to which data are resampled, or correct sample_rate_hz there",
        )
    if len(spec.axes) != AXES:
        raise UsageError(
            f"the networks that hargen trains take three axes, not {len(spec.axes)}",
            where=f"{asked}: preprocessing: axes",
            hint="name x, y and z, each once, in any order and with any sign",
        )
    return Chosen(spec.window, None, spec)
