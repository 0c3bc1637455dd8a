"""What is searched for: the best networks within limits, on the data of a training."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from hargen.train.material import Material
from hargen.train.request import Request
from hargen.train.search.cost import Cost

FAMILY = "tcnn"
BEAT_SECONDS = 10.0
PATIENCE_IN_BEATS = 6
_SPACE = 1
"""Version of space.py: studies of different spaces are different problems."""


class Goal(StrEnum):
    """What is searched for: networks that none beats in everything, or the best score alone."""

    front = "front"
    best = "best"

    @property
    def directions(self) -> tuple[str, ...]:
        """Optuna's, of the score on the validation part, bytes of weights, and instructions."""
        return ("maximize", "minimize", "minimize")[: 3 if self is Goal.front else 1]


@dataclass(frozen=True)
class Limits:
    """What a network may need at most; None is no limit. flash, ram: bytes of weights, of arena."""

    flash: int | None = None
    ram: int | None = None
    instructions: int | None = None

    def excess(self, cost: Cost) -> dict[str, float]:
        """Return by how much each limit is passed, as a share of it; not over 0 where it is kept.

        Instructions that have not been counted yet are not judged.
        """
        pairs = {
            "flash": (cost.flash, self.flash),
            "ram": (cost.ram, self.ram),
            "instructions": (cost.instructions, self.instructions),
        }
        return {
            name: value / limit - 1
            for name, (value, limit) in pairs.items()
            if limit is not None and value is not None
        }

    def keeps(self, cost: Cost) -> bool:
        """Return whether no limit is passed."""
        return all(value <= 0 for value in self.excess(cost).values())

    def to_table(self) -> dict[str, int | None]:
        """Return the limits by name."""
        return {"flash": self.flash, "ram": self.ram, "instructions": self.instructions}

    def __str__(self) -> str:
        parts = []
        if self.flash is not None:
            parts.append(f"{self.flash} B of weights")
        if self.ram is not None:
            parts.append(f"{self.ram} B of activations")
        if self.instructions is not None:
            parts.append(f"{self.instructions} instructions")
        return ", ".join(parts) or "none"


@dataclass(frozen=True)
class SearchRequest:
    """A search.

    training: data, split, recipe and seeds of each trial; its parameters are what is searched.
    trials: so many networks are trained, by all workers of the study together. board: the virtual
    board that counts instructions. storage, study: where the trials are kept, and under what name.
    beat_seconds: how often a worker says that it is alive; a trial of one that has not for
    PATIENCE_IN_BEATS times as long is given to others.
    """

    training: Request
    limits: Limits
    trials: int
    board: str
    storage: str
    study: str
    goal: Goal = Goal.front
    beat_seconds: float = BEAT_SECONDS


def problem(request: SearchRequest, material: Material) -> dict[str, Any]:
    """Return what workers of one study must agree in, as JSON."""
    training = request.training
    split = material.splits[0]
    return {
        "family": training.family,
        "space": _SPACE,
        "window": training.window,
        "classes": list(material.joined.classes),
        "data": material.joined.pool.sha256(),
        "split": split.sha256(),
        "preprocessing": material.joined.spec.sha256(),
        "recipe": training.recipe.model_dump(mode="json"),
        "seed": training.seed,
        "seeds": training.seeds,
        "limits": request.limits.to_table(),
        "board": request.board,
        "goal": request.goal.value,
    }
