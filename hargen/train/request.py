"""What is asked for: data, split, family, recipe."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hargen.errors import UsageError
from hargen.preprocessing import Preprocessing
from hargen.train.recipe import Recipe

FALLBACK_RATE_HZ = 26.0
"""Of data of several rates: that of the boards' sensors."""


@dataclass(frozen=True)
class Request:
    """One training, by all that decides its course.

    family, parameters: the network. data, synthetic: what is trained on. test: what is tested on
    instead of a part of the data. spec: the preprocessing, of this window; otherwise preset and
    rate_hz say it, None: of the data (hargen/train/preprocessing.py chooses). classes:
    the network's; None: the data's. renamed: see classes.unify. random_windows: split windows
    instead of subjects or recordings. folds: of cross-validation, 0 for one split. seeds: so many
    networks, from `seed` on. validation_share, test_share: of the data.
    """

    family: str
    data: tuple[Path, ...]
    synthetic: int | None = None
    test: Path | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    window: int = 24
    preset: str | None = None
    rate_hz: float | None = None
    spec: Preprocessing | None = None
    classes: tuple[str, ...] | None = None
    renamed: Mapping[str, str] = field(default_factory=dict)
    random_windows: bool = False
    folds: int = 0
    seeds: int = 1
    seed: int = 0
    validation_share: float = 0.2
    test_share: float = 0.2
    recipe: Recipe = field(default_factory=Recipe)

    def check(self) -> None:
        """Refuse options that do not go together.

        Raises:
            UsageError: see above.
        """
        if not self.data and self.synthetic is None:
            raise UsageError(
                "there is nothing to train on",
                hint="--data PATH, several times if need be; --synthetic 2000 to try the chain",
            )
        if self.folds == 1:
            raise UsageError("--folds 1 leaves nothing to train on", hint="2 or more")
        if self.folds and self.test is not None:
            raise UsageError(
                "--folds tests on every part of the data in turn",
                hint="leave --test away, or --folds",
            )
        if self.classes is not None and len(set(map(str.casefold, self.classes))) < 2:
            raise UsageError("--classes must name at least two different classes")
