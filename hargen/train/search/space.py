"""The networks that are searched: what an Optuna trial chooses of, as parameters of tcnn."""

from __future__ import annotations

from typing import Any

from hargen.train import families
from hargen.train.families import tcnn

MOST_BLOCKS = 3
FEWEST_FILTERS, MOST_FILTERS = 4, 48
SHORTEST_KERNEL, LONGEST_KERNEL = 2, 9
LONGEST_POOL = 3
DILATIONS = (1, 2, 4)
POOLINGS = ("max", "average", "max+average")
DROPOUTS = (0.0, 0.1, 0.2, 0.3)


def suggest(trial: Any) -> dict[str, Any]:
    """Return the parameters that a trial chooses, as `hargen train tcnn` takes them.

    Args:
        trial: of Optuna. The first block is never dilated and the last one never pooled: its
            output is pooled away all the same. With residual, all blocks are as wide as the first.
    """
    blocks = trial.suggest_int("blocks", 1, MOST_BLOCKS)
    several = blocks > 1
    depthwise = several and trial.suggest_categorical("depthwise", (False, True))
    residual = several and trial.suggest_categorical("residual", (False, True))
    filters: list[int] = []
    kernels: list[int] = []
    pools: list[int] = []
    dilations: list[int] = []
    for i in range(blocks):
        if i and residual:
            filters.append(filters[0])
        else:
            # few more matter among few filters, not among many
            filters.append(
                trial.suggest_int(f"filters_{i}", FEWEST_FILTERS, MOST_FILTERS, log=True)
            )
        kernels.append(trial.suggest_int(f"kernel_{i}", SHORTEST_KERNEL, LONGEST_KERNEL))
        dilations.append(trial.suggest_categorical(f"dilation_{i}", DILATIONS) if i else 1)
        last = i == blocks - 1
        pools.append(1 if last else trial.suggest_int(f"pool_{i}", 1, LONGEST_POOL))
    return {
        "filters": filters,
        "kernels": kernels,
        "pools": pools,
        "dilations": dilations,
        "depthwise": depthwise,
        "residual": residual,
        "pooling": trial.suggest_categorical("pooling", POOLINGS),
        "batch_norm": trial.suggest_categorical("batch_norm", (False, True)),
        "dropout": trial.suggest_categorical("dropout", DROPOUTS),
    }


def encode(table: dict[str, Any]) -> dict[str, Any]:
    """Return what a trial has to choose so that suggest gives these parameters."""
    blocks = len(table["filters"])
    chosen: dict[str, Any] = {"blocks": blocks}
    if blocks > 1:
        chosen |= {name: table[name] for name in ("depthwise", "residual")}
    for i in range(blocks):
        if not (i and table["residual"]):
            chosen[f"filters_{i}"] = table["filters"][i]
        chosen[f"kernel_{i}"] = table["kernels"][i]
        if i:
            chosen[f"dilation_{i}"] = table["dilations"][i]
        if i < blocks - 1:
            chosen[f"pool_{i}"] = table["pools"][i]
    return chosen | {name: table[name] for name in ("pooling", "batch_norm", "dropout")}


def starters(window: int) -> list[dict[str, Any]]:
    """Return the parameters that every search tries first: the family's own, then the smallest."""
    usual = families.parse(families.find("tcnn"), {}, window)
    return [usual.model_dump(mode="json"), smallest()]


def smallest(kernel: int = SHORTEST_KERNEL) -> dict[str, Any]:
    """Return a network of one block with the fewest filters.

    With the shortest kernel none has fewer weights or takes fewer instructions; with the longest
    none needs less RAM, because its output is the shortest.
    """
    found = tcnn.Parameters(
        filters=(FEWEST_FILTERS,), kernels=(kernel,), pools=(1,), dilations=(1,)
    )
    return found.model_dump(mode="json")
