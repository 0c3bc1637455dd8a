"""A support vector classifier from a request: fitted, chosen on the validation part, then tested.

It is float32; its labels are those of onnxruntime, which the generated C gives too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hargen.datasets import Windows
from hargen.files import sha256_bytes
from hargen.importers import model_file
from hargen.plan.choose import default_plan
from hargen.preprocessing.card import About, Card
from hargen.train import describe, loop
from hargen.train.evaluate import Figures, groups_table, measure, spread
from hargen.train.families import svc as family
from hargen.train.families.family import validate
from hargen.train.families.svc import Parameters
from hargen.train.material import Material
from hargen.train.request import Request
from hargen.train.training import Size, test_windows
from hargen.validate import onnx_reference

NAME = "svc"
_PACKAGES = ("scikit-learn", "skl2onnx", "numpy", "scipy", onnx_reference.PACKAGE)


@dataclass(frozen=True, eq=False)
class Fitted:
    """One classifier, of a fold and a seed: its file, and its figures by onnxruntime."""

    fold: int
    seed: int
    onnx: bytes
    validation: Figures | None


@dataclass(frozen=True, eq=False)
class SvcOutcome:
    """What came of it; tested has the figures of each of fitted, chosen is one of them."""

    request: Request
    parameters: Parameters
    material: Material
    fitted: tuple[Fitted, ...]
    tested: tuple[Figures, ...]
    chosen: Fitted
    size: Size

    @property
    def measured(self) -> Figures:
        """The chosen one's figures on the test part."""
        return self.tested[self.fitted.index(self.chosen)]


def parameters_of(request: Request) -> Parameters:
    """Return the parameters that a request sets.

    Raises:
        UsageError: they are wrong.
    """
    return validate(Parameters, request.parameters)


def run(
    request: Request, material: Material, step: Callable[[str], None] = lambda _: None
) -> SvcOutcome:
    """Return the classifiers; the test part is not looked at before one is chosen.

    Raises:
        UsageError: the parameters are wrong, or do not fit the window.
        ModelError: hargen cannot run such a classifier.
    """
    parameters = parameters_of(request)
    fitted: list[Fitted] = []
    for fold in range(len(material.splits)):
        for seed in range(request.seed, request.seed + request.seeds):
            step(f"fitting classifier {len(fitted) + 1}")
            fitted.append(_fit(material, parameters, fold, seed))
    chosen = max(fitted, key=lambda one: one.validation.score if one.validation else 0.0)
    tested: list[Figures] = []
    for one in fitted:
        step(f"testing classifier {len(tested) + 1} of {len(fitted)}")
        tested.append(_judge(one.onnx, test_windows(material, one.fold)))
    plan = default_plan(model_file.parse(Path("classifier.onnx"), chosen.onnx).graph)
    found = plan.footprint
    size = Size(weights=found.weights, arena=found.activation_ram, maccs=found.maccs)
    return SvcOutcome(request, parameters, material, tuple(fitted), tuple(tested), chosen, size)


def _fit(material: Material, parameters: Parameters, fold: int, seed: int) -> Fitted:
    pool, split = material.joined.pool, material.splits[fold]
    training, validation = pool.take(split.train), pool.take(split.validation)
    content = family.fit(
        parameters,
        training.windows(),
        training.y,
        loop.window_weights(training),
        training.cell,
        seed,
    )
    judged = None
    if len(validation):
        windows = validation.to_windows(material.joined.classes, "the validation part")
        judged = _judge(content, windows)
    return Fitted(fold, seed, content, judged)


def _judge(content: bytes, windows: Windows) -> Figures:
    answers = onnx_reference.run(content, windows.x.reshape(len(windows), -1))
    return measure(windows, answers.classes)


def card(outcome: SvcOutcome, name: str) -> Card:
    """Return the card of the classifier that is kept; `name` is for people."""
    material = outcome.material
    classes = material.joined.classes
    return Card(
        model=About(
            name=name,
            description=f"{', '.join(classes)} from an accelerometer",
            architecture=family.describe(outcome.parameters, len(classes)),
            sha256={"onnx": sha256_bytes(outcome.chosen.onnx)},
        ),
        preprocessing=material.joined.spec,
        classes=classes,
        data=describe.data_table(material),
        accuracy=accuracy_table(outcome),
        training=training_table(outcome),
    )


def accuracy_table(outcome: SvcOutcome) -> dict[str, Any]:
    """Return the figures on the test part: of the one that is kept, and of all."""
    found, request = outcome.measured, outcome.request
    table: dict[str, Any] = {
        "on": describe.tested_on(request, outcome.material, outcome.chosen.fold),
        "windows": found.windows,
        "correct_float32": found.correct,
        "float32": round(found.accuracy, 4),
        "macro_f1_float32": round(found.macro_f1, 4),
        "reference_float32": f"{onnx_reference.NAME} {onnx_reference.version()}",
        "confusion_rows": "true class, in the order of classes.names",
        "confusion_float32": found.confusion,
    }
    if request.random_windows:
        table["warning"] = outcome.material.splits[0].to_table()["warning"]
    elif found.per_group:
        table["per_group"] = groups_table(_groups(outcome))
    if len(outcome.fitted) > 1:
        rows = [
            {
                "fold": one.fold,
                "seed": one.seed,
                "windows": figures.windows,
                "float32": round(figures.accuracy, 4),
            }
            for one, figures in zip(outcome.fitted, outcome.tested, strict=True)
        ]
        table["seeds"] = {"each": rows, "float32": spread([row["float32"] for row in rows])}
    return table


def training_table(outcome: SvcOutcome) -> dict[str, Any]:
    """Return how the classifier came to be."""
    request, chosen = outcome.request, outcome.chosen
    return {
        "family": NAME,
        "parameters": outcome.parameters.model_dump(mode="json"),
        "seed": chosen.seed,
        "seeds": [*range(request.seed, request.seed + request.seeds)],
        "chosen_by": "mean recall on the validation part"
        if chosen.validation is not None
        else "nothing: the first seed",
        "weights_bytes": outcome.size.weights,
        "arena_bytes": outcome.size.arena,
        "maccs": outcome.size.maccs,
        "versions": describe.versions(_PACKAGES),
        "split": {"seed": request.seed, **outcome.material.splits[chosen.fold].to_table()},
    }


def result(outcome: SvcOutcome) -> dict[str, Any]:
    """Return everything as JSON has it."""
    return {
        "classes": list(outcome.material.joined.classes),
        "architecture": family.describe(outcome.parameters, len(outcome.material.joined.classes)),
        "data": describe.data_table(outcome.material),
        "accuracy": accuracy_table(outcome),
        "training": training_table(outcome),
    }


def _groups(outcome: SvcOutcome) -> dict[str, tuple[int, int]]:
    found: dict[str, tuple[int, int]] = {}
    for one, figures in zip(outcome.fitted, outcome.tested, strict=True):
        if one is outcome.chosen or (outcome.request.folds and one.seed == outcome.chosen.seed):
            found |= figures.per_group
    return found
