"""A finished training as tables: the network's card, and the result as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import metadata
from typing import Any

import hargen
from hargen.files import sha256_bytes
from hargen.preprocessing.card import About, Card
from hargen.train.evaluate import groups_table, spread
from hargen.train.material import Material
from hargen.train.request import Request
from hargen.train.training import Outcome, Tested
from hargen.validate import reference

_PACKAGES = ("tensorflow", "tensorflow-cpu", "keras", "numpy", "scipy", reference.PACKAGE)


def versions(packages: Sequence[str] = _PACKAGES) -> dict[str, str]:
    """Return versions by name of all that has a part in what was trained."""
    found = {"hargen": hargen.__version__}
    for package in packages:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue  # a package of another name provides it
    return found


def card(outcome: Outcome, name: str) -> Card:
    """Return the card of the network that is kept.

    Args:
        outcome: the training.
        name: of the network, for people.
    """
    material, chosen = outcome.material, outcome.chosen
    return Card(
        model=About(
            name=name,
            description=f"{', '.join(material.joined.classes)} from an accelerometer",
            architecture=outcome.architecture,
            sha256={"keras": sha256_bytes(chosen.keras), "tflite": sha256_bytes(chosen.tflite)},
        ),
        preprocessing=material.joined.spec,
        classes=material.joined.classes,
        data=data_table(material),
        accuracy=accuracy_table(outcome),
        training=training_table(outcome),
    )


def data_table(material: Material) -> dict[str, Any]:
    """Return what was trained and tested on, and what was done to it."""
    table: dict[str, Any] = {
        "sources": list(material.joined.sources),
        "unit": material.joined.spec.unit,
        "sample_rate_hz": material.joined.spec.sample_rate_hz,
        "axes": f"{', '.join(material.joined.spec.axes)} of each sensor as recorded"
        + (
            "; gravity turned to -z, so that how a sensor was worn hardly matters"
            if material.joined.spec.gravity_rotation
            else "; not made alike between the sources"
        ),
        "sha256": material.joined.pool.sha256(),
        "notes": list(material.notes),
    }
    if material.test_table:
        table["test"] = material.test_table
    return table


def accuracy_table(outcome: Outcome) -> dict[str, Any]:
    """Return the figures on the test part: of the network that is kept, and of all seeds."""
    found = outcome.measured
    before, after = found.before, found.after
    table: dict[str, Any] = {
        "on": tested_on(outcome.request, outcome.material, outcome.chosen.fold),
        "windows": after.windows,
        "correct_float32": before.correct,
        "correct_int8": after.correct,
        "float32": round(before.accuracy, 4),
        "int8": round(after.accuracy, 4),
        "macro_f1_float32": round(before.macro_f1, 4),
        "macro_f1_int8": round(after.macro_f1, 4),
        "reference_float32": f"keras {metadata.version('keras')}",
        "reference_int8": f"{reference.NAME} {reference.version()}",
        "confusion_rows": "true class, in the order of classes.names",
        "confusion_int8": after.confusion,
    }
    if outcome.request.random_windows:
        table["warning"] = outcome.material.splits[0].to_table()["warning"]
    elif after.per_group:
        table["per_group"] = groups_table(_groups(outcome))
    if len(outcome.tested) > 1:
        seeds = by_seed(outcome)
        table["seeds"] = {
            "each": seeds,
            "float32": spread([row["float32"] for row in seeds]),
            "int8": spread([row["int8"] for row in seeds]),
            "macro_f1_int8": spread([row["macro_f1_int8"] for row in seeds]),
        }
    if outcome.request.folds:
        table["folds"] = [_row(tested) for tested in outcome.tested]
    return table


def by_seed(outcome: Outcome) -> list[dict[str, Any]]:
    """Return a row for each seed; with folds, over all windows of all of them."""
    rows = []
    for seed in dict.fromkeys(tested.seed for tested in outcome.tested):
        own = [tested for tested in outcome.tested if tested.seed == seed]
        windows = sum(tested.after.windows for tested in own)
        rows.append(
            {
                "seed": seed,
                "windows": windows,
                "float32": round(sum(tested.before.correct for tested in own) / windows, 4),
                "int8": round(sum(tested.after.correct for tested in own) / windows, 4),
                "macro_f1_int8": round(sum(tested.after.macro_f1 for tested in own) / len(own), 4),
            }
        )
    return rows


def training_table(outcome: Outcome) -> dict[str, Any]:
    """Return how the network came to be: what another training needs to give the same."""
    request, chosen = outcome.request, outcome.chosen
    split = outcome.material.splits[chosen.fold]
    table: dict[str, Any] = {
        "family": request.family,
        "parameters": outcome.parameters.model_dump(mode="json"),
        "recipe": request.recipe.model_dump(mode="json"),
        "seed": chosen.seed,
        "seeds": [*range(request.seed, request.seed + request.seeds)],
        "chosen_by": "mean recall of int8 on the validation part"
        if chosen.validation is not None
        else "nothing: the first seed, after all epochs",
        "best_epoch": chosen.best.number,
        "epochs": len(chosen.history),
        "weights_bytes": outcome.size.weights,
        "arena_bytes": outcome.size.arena,
        "maccs": outcome.size.maccs,
        "versions": versions(),
        "split": {"seed": request.seed, **split.to_table()},
    }
    if request.folds:
        table["fold"] = chosen.fold
        table["folds"] = request.folds
    if chosen.validation is not None:
        table["validation"] = {
            "windows": chosen.validation.windows,
            "int8": round(chosen.validation.accuracy, 4),
            "mean_recall_int8": round(chosen.validation.score, 4),
        }
    return table


def result(outcome: Outcome) -> dict[str, Any]:
    """Return everything as JSON has it, with the course of every network."""
    return {
        "classes": list(outcome.material.joined.classes),
        "architecture": outcome.architecture,
        "data": data_table(outcome.material),
        "accuracy": accuracy_table(outcome),
        "training": training_table(outcome),
        "networks": [
            {
                "fold": candidate.fold,
                "seed": candidate.seed,
                "epochs": len(candidate.history),
                "best_epoch": candidate.best.number,
                "validation_int8": None
                if candidate.validation is None
                else round(candidate.validation.accuracy, 4),
                **_row(tested),
            }
            for candidate, tested in zip(outcome.candidates, outcome.tested, strict=True)
        ],
    }


def _row(tested: Tested) -> dict[str, Any]:
    return {
        "fold": tested.fold,
        "seed": tested.seed,
        "windows": tested.after.windows,
        "float32": round(tested.before.accuracy, 4),
        "int8": round(tested.after.accuracy, 4),
        "macro_f1_int8": round(tested.after.macro_f1, 4),
    }


def _groups(outcome: Outcome) -> dict[str, tuple[int, int]]:
    """Return the figures of every group: with folds, of the kept seed's network that had it."""
    seed = outcome.chosen.seed
    found: dict[str, tuple[int, int]] = {}
    for tested in outcome.tested:
        if tested.seed == seed:
            found |= tested.after.per_group
    return found


def tested_on(request: Request, material: Material, fold: int) -> str:
    """Return what the networks of a fold are tested on, in words."""
    if material.test is not None:
        return str(material.test_table["what"])
    split = material.splits[fold]
    if request.random_windows:
        return "windows drawn at random"
    place = f", fold {fold}" if request.folds else ""
    return f"{len(split.names['test'])} {split.by}s that were not trained on{place}"
