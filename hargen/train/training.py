"""One training from a request to measured networks: train all, choose, and only then test."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hargen.convert import representative
from hargen.convert.conversion import quantize, read_graph, run_int8
from hargen.datasets import Windows
from hargen.importers.keras.model import KerasModel, load
from hargen.plan.choose import default_plan
from hargen.train import archive, families, loop
from hargen.train.augment import Frame
from hargen.train.evaluate import Figures, measure
from hargen.train.families.family import FamilyParameters
from hargen.train.loop import Epoch, Snapshots
from hargen.train.material import Material
from hargen.train.request import Request
from hargen.train.state import State
from hargen.validate import metrics


@dataclass(frozen=True, eq=False)
class Candidate:
    """One trained network: of a fold and a seed.

    keras, tflite: the files. validation: the int8 network's figures on the validation part, None
    without one.
    """

    fold: int
    seed: int
    keras: bytes
    tflite: bytes
    history: tuple[Epoch, ...]
    best: Epoch
    validation: Figures | None

    def rank(self) -> tuple[float, float]:
        """Return what the chosen network has most of; all are equal without a validation part."""
        loss = self.best.validation_loss
        if self.validation is None or loss is None:
            return 0.0, 0.0
        return self.validation.score, -loss


@dataclass(frozen=True)
class Tested:
    """A candidate's figures on the test part, in float by Keras and in int8 by the reference."""

    fold: int
    seed: int
    before: Figures
    after: Figures


@dataclass(frozen=True)
class Size:
    """What the int8 network needs: bytes of weights and biases in flash, and of arena; MACC."""

    weights: int
    arena: int
    maccs: int


@dataclass(frozen=True, eq=False)
class Outcome:
    """What a training came to; chosen and measured are of the network that is kept."""

    request: Request
    parameters: FamilyParameters
    architecture: str
    material: Material
    candidates: tuple[Candidate, ...]
    tested: tuple[Tested, ...]
    chosen: Candidate
    measured: Tested
    size: Size


@dataclass(frozen=True)
class Watch:
    """Who is told how far it is: of each step's name, and of each epoch of a run of several."""

    step: Callable[[str], None] = lambda _: None
    epoch: Callable[[int, int, Epoch], None] = lambda _run, _runs, _epoch: None


def facts(request: Request, material: Material) -> dict[str, Any]:
    """Return what decides a training's course, as JSON: what an interrupted one must agree in."""
    from importlib import metadata

    parameters = families.parse(families.find(request.family), request.parameters, request.window)
    return {
        "family": request.family,
        "parameters": parameters.model_dump(mode="json"),
        "recipe": request.recipe.model_dump(mode="json"),
        "preprocessing": material.joined.spec.sha256(),
        "classes": list(material.joined.classes),
        "data": material.joined.pool.sha256(),
        "split": [one.sha256() for one in material.splits],
        "tensorflow": metadata.version("keras"),
    }


def run(request: Request, material: Material, state: State, watch: Watch) -> Outcome:
    """Return the trained networks, of which one is chosen, and all their figures.

    The test part is not looked at before the last network is trained and one is chosen.

    Raises:
        UsageError: the family's parameters are wrong, or do not fit the window.
        ModelError: a training diverged, or hargen cannot run such a network.
        DataError: the state cannot be kept.
    """
    family = families.find(request.family)
    parameters = families.parse(family, request.parameters, request.window)
    loop.prepare()
    total = len(material.splits) * request.seeds
    candidates: list[Candidate] = []
    for fold in range(len(material.splits)):
        for seed in range(request.seed, request.seed + request.seeds):
            number = len(candidates) + 1
            found = train_candidate(
                request,
                material,
                fold,
                seed,
                state.snapshots(f"fold{fold}-seed{seed}"),
                watch,
                (number, total),
            )
            candidates.append(found)
    chosen = max(candidates, key=lambda candidate: candidate.rank())  # the first of equals
    tested: list[Tested] = []
    for candidate in candidates:
        watch.step(f"testing network {len(tested) + 1} of {total}")
        windows = test_windows(material, candidate.fold)
        tested.append(_test(candidate, windows))
    return Outcome(
        request=request,
        parameters=parameters,
        architecture=family.describe(parameters, len(material.joined.classes)),
        material=material,
        candidates=tuple(candidates),
        tested=tuple(tested),
        chosen=chosen,
        measured=tested[candidates.index(chosen)],
        size=_size(chosen),
    )


def test_windows(material: Material, fold: int) -> Windows:
    """Return the windows that a fold's networks are tested on."""
    if material.test is not None:
        return material.test
    part = material.joined.pool.take(material.splits[fold].test)
    return part.to_windows(material.joined.classes, "the test part of the data")


def train_candidate(
    request: Request,
    material: Material,
    fold: int,
    seed: int,
    snapshots: Snapshots,
    watch: Watch,
    place: tuple[int, int] = (1, 1),
) -> Candidate:
    """Return a trained network, int8 too, judged on the validation part; loop.prepare comes first.

    Args:
        request: family, parameters, window, recipe.
        material: the data.
        fold: which of the material's splits.
        seed: of all chance in training.
        snapshots: see loop.train.
        watch: told of steps and epochs; what it raises ends the training.
        place: number of this network, and of all.

    Raises:
        UsageError, ModelError: see run.
    """
    everything = material.joined
    classes = len(everything.classes)
    family = families.find(request.family)
    parameters = families.parse(family, request.parameters, request.window)
    split, pool = material.splits[fold], everything.pool
    training = pool.take(split.train)
    if request.random_windows:
        training = training.fixed()  # shifted ones would show what the others see
    validation = pool.take(split.validation)
    trained = loop.train(
        lambda: family.build(parameters, request.window, classes, seed),
        training,
        validation,
        request.recipe,
        seed,
        frame=Frame.of(everything.spec),
        snapshots=snapshots,
        progress=lambda epoch: watch.epoch(*place, epoch),
    )
    watch.step(f"quantizing network {place[0]} of {place[1]}")
    content = archive.keras_bytes(trained.network)
    model = imported(content)
    calibration = representative.choose(
        training.to_windows(everything.classes, "the training part"), everything.classes, classes
    )
    tflite, _ = quantize(model, calibration.x, "float")
    judged = None
    if len(validation):
        windows = validation.to_windows(everything.classes, "the validation part")
        judged = measure(windows, metrics.first_maximum(run_int8(model, tflite, windows.x)))
    return Candidate(fold, seed, content, tflite, trained.history, trained.best, judged)


def _test(candidate: Candidate, windows: Windows) -> Tested:
    model = imported(candidate.keras)
    before = metrics.first_maximum(model.predict(windows.x))
    after = metrics.first_maximum(run_int8(model, candidate.tflite, windows.x))
    return Tested(candidate.fold, candidate.seed, measure(windows, before), measure(windows, after))


def imported(content: bytes) -> KerasModel:
    """Return a network as hargen imports it: what cannot be imported shall not be handed out."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.keras"
        path.write_bytes(content)
        return load(path)


def _size(candidate: Candidate) -> Size:
    plan = default_plan(read_graph(imported(candidate.keras), candidate.tflite))
    found = plan.footprint
    return Size(weights=found.weights, arena=found.activation_ram, maccs=found.maccs)
