"""hargen train: recordings become a network of a family, with its card and curves."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hargen.cli.options import Classes, JsonFile, class_names
from hargen.cli.train_options import PreprocessingName, Window

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hargen.train.material import Material
    from hargen.train.request import Request
    from hargen.train.training import Outcome


SVC = "svc"


class SplitBy(StrEnum):
    """What is drawn for the parts to train, choose and test on."""

    recordings = "recordings"
    windows = "windows"


def train(
    family: Annotated[str, typer.Argument(metavar="FAMILY", help="ign, gmp, tcnn or svc.")],
    output: Annotated[
        Path,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="The .keras to write; a .tflite has the .keras beside it; of svc an .onnx.",
        ),
    ],
    data: Annotated[
        list[Path] | None,
        typer.Option("--data", "-d", metavar="DATA", help="Recordings to train on; several times."),
    ] = None,
    synthetic: Annotated[
        int | None,
        typer.Option("--synthetic", metavar="N", help="N windows of made-up motion besides."),
    ] = None,
    test: Annotated[
        Path | None,
        typer.Option("--test", metavar="DATA", help="Test on this, not on a part of --data."),
    ] = None,
    window: Window = None,
    preprocessing: PreprocessingName = None,
    rate: Annotated[
        float | None,
        typer.Option(
            "--rate",
            metavar="HZ",
            min=1.0,
            max=1000.0,
            help="Sample rate.",
            show_default="the data's; 26 where they differ",
        ),
    ] = None,
    classes: Classes = None,
    rename: Annotated[
        list[str] | None,
        typer.Option("--map", metavar="OLD=NEW", help="A class by another name; OLD= leaves out."),
    ] = None,
    split: Annotated[
        SplitBy, typer.Option("--split", help="What is drawn; windows give high figures.")
    ] = SplitBy.recordings,
    folds: Annotated[
        int, typer.Option("--folds", metavar="K", min=0, max=100, help="Cross-validate.")
    ] = 0,
    validation: Annotated[
        float,
        typer.Option("--validation", metavar="SHARE", min=0.0, max=0.8, help="To choose on."),
    ] = 0.2,
    test_share: Annotated[
        float,
        typer.Option("--test-share", metavar="SHARE", min=0.01, max=0.8, help="To test on."),
    ] = 0.2,
    seed: Annotated[int, typer.Option("--seed", metavar="N", min=0, help="Of all chance.")] = 0,
    seeds: Annotated[
        int, typer.Option("--seeds", metavar="N", min=1, max=100, help="So many networks.")
    ] = 1,
    epochs: Annotated[
        int, typer.Option("--epochs", metavar="N", min=1, max=100_000, help="At most.")
    ] = 60,
    patience: Annotated[
        int,
        typer.Option(
            "--patience", metavar="N", min=1, max=100_000, help="Epochs without a gain, then stop."
        ),
    ] = 25,
    batch: Annotated[
        int, typer.Option("--batch", metavar="N", min=1, max=65536, help="Windows in a batch.")
    ] = 64,
    learning_rate: Annotated[
        float, typer.Option("--learning-rate", metavar="R", min=1e-8, max=1.0, help="At first.")
    ] = 2e-3,
    parameter: Annotated[
        list[str] | None,
        typer.Option("--set", "-s", metavar="KEY=VALUE", help="A parameter of the family."),
    ] = None,
    params: Annotated[
        Path | None,
        typer.Option("--params", metavar="FILE", help="Parameters in TOML; --set goes before."),
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with what was interrupted.")
    ] = False,
    json_file: JsonFile = None,
    force: Annotated[
        bool, typer.Option("--force", "-f", help="Replace files and interrupted trainings.")
    ] = False,
) -> None:
    """Train a network on recordings, and say what it is worth on others."""
    from hargen.cli import console, train_progress
    from hargen.errors import ModelError, UsageError
    from hargen.train import classes as names
    from hargen.train import curves, describe, families, state, write
    from hargen.train.material import gather
    from hargen.train.preprocessing import choose
    from hargen.train.recipe import Recipe
    from hargen.train.request import Request
    from hargen.train.training import facts, run

    from_file = {} if params is None else families.read_parameters(params)
    chosen = choose(preprocessing, window, rate)
    request = Request(
        family=family,
        parameters={**from_file, **families.settings_of(parameter or ())},
        data=tuple(data or ()),
        synthetic=synthetic,
        test=test,
        window=chosen.window,
        preset=chosen.preset,
        rate_hz=rate,
        spec=chosen.spec,
        classes=class_names(classes),
        renamed=names.parse_map(rename or ()),
        random_windows=split is SplitBy.windows,
        folds=folds,
        seeds=seeds,
        seed=seed,
        validation_share=validation,
        test_share=test_share,
        recipe=Recipe(epochs=epochs, patience=patience, batch=batch, learning_rate=learning_rate),
    )
    write.check(output, svc=family == SVC, force=force)
    console.check_writable(json_file)
    if family == SVC:
        if resume:
            raise UsageError("a support vector classifier is not resumed", hint="fit it anew")
        _train_svc(request, output, json_file)
        return
    families.parse(families.find(family), request.parameters, request.window)
    state.check(output, resume=resume, force=force)
    curves.check()
    with train_progress.watch(request.recipe.epochs) as watch:
        material = gather(request, watch.step)
        kept = state.State.open(output, facts(request, material), resume=resume)
        try:
            outcome = run(request, material, kept, watch)
        except KeyboardInterrupt:
            if kept.is_there:
                console.note(f"interrupted; the same command with --resume goes on: {kept.folder}")
            raise
        except ModelError:
            kept.remove()  # it would fail again
            raise
    for note in material.notes:
        console.note(note)
    paths = write.write(outcome, output)
    kept.remove()
    _print(outcome, json_file)
    console.write_table(describe.result(outcome), json_file)
    console.say(f"{', '.join(str(path) for path in paths)} written", json_file)


def _train_svc(request: Request, output: Path, json_file: Path | None) -> None:
    """Fit a support vector classifier, which is none of Keras's networks."""
    from hargen.cli import console, train_progress
    from hargen.train import svc, write
    from hargen.train.families import svc as family
    from hargen.train.material import gather

    svc.parameters_of(request)
    family.check()
    with train_progress.watch(0) as watch:
        material = gather(request, watch.step)
        outcome = svc.run(request, material, watch.step)
    for note in material.notes:
        console.note(note)
    contents = {"onnx": outcome.chosen.onnx}
    paths = write.write_files(contents, svc.card(outcome, output.stem), output)
    architecture = family.describe(outcome.parameters, len(material.joined.classes))
    console.say(f"svc: {architecture}", json_file)
    _print_data(material, outcome.chosen.fold, json_file)
    table, size = svc.accuracy_table(outcome), outcome.size
    _print_accuracy(table, ("float32",), json_file)
    _say(
        "float",
        f"{size.weights} B of weights, {size.arena} B of arena, {size.maccs} MACC",
        json_file,
    )
    console.write_table(svc.result(outcome), json_file)
    console.say(f"{', '.join(str(path) for path in paths)} written", json_file)


def _say(name: str, text: str, json_file: Path | None) -> None:
    from hargen.cli import console

    console.say(f"  {name:<15} {text}", json_file)


def _print(outcome: Outcome, json_file: Path | None) -> None:
    from hargen.cli import console
    from hargen.train import describe

    chosen, size = outcome.chosen, outcome.size
    console.say(f"{outcome.request.family}: {outcome.architecture}", json_file)
    _print_data(outcome.material, chosen.fold, json_file)
    best = f"{chosen.best.number} of {len(chosen.history)}, seed {chosen.seed}"
    _say("best epoch", best, json_file)
    if chosen.validation is not None:
        found = chosen.validation
        text = f"{100 * found.accuracy:.2f} % in int8, {found.windows} windows"
        _say("validation", text, json_file)
    _print_accuracy(describe.accuracy_table(outcome), ("float32", "int8"), json_file)
    _say(
        "int8",
        f"{size.weights} B of weights, {size.arena} B of arena, {size.maccs} MACC",
        json_file,
    )


def _print_data(material: Material, fold: int, json_file: Path | None) -> None:
    split = material.splits[fold]
    counts = f"{int(split.train.sum())} windows; {int(split.validation.sum())} to choose on"
    _say("classes", ", ".join(material.joined.classes), json_file)
    _say("trained on", counts, json_file)
    _say("split", f"by {split.by}, SHA-256 {split.sha256()[:12]}", json_file)


def _print_accuracy(
    table: Mapping[str, Any], formats: tuple[str, ...], json_file: Path | None
) -> None:
    """Print a card's accuracy table; the last of the formats is what is handed out."""
    last = formats[-1]
    _say("tested on", f"{table['on']}; {table['windows']} windows", json_file)
    accuracy = ", ".join(f"{100 * table[name]:.2f} % in {name}" for name in formats)
    _say("accuracy", accuracy, json_file)
    _say("macro F1", f"{100 * table[f'macro_f1_{last}']:.2f} % in {last}", json_file)
    if "per_group" in table:
        low, middle, high = (100 * table["per_group"][key] for key in ("min", "median", "max"))
        _say("each of them", f"{low:.2f} to {high:.2f} %, median {middle:.2f} %", json_file)
    if "seeds" in table:
        found = table["seeds"]
        each = ", ".join(f"{100 * row[last]:.2f}" for row in found["each"])
        mean = found[last]
        _say("each seed", f"{each} % in {last}", json_file)
        text = f"{100 * mean['mean']:.2f} % in {last}, deviation {100 * mean['std']:.2f}"
        _say("their mean", text, json_file)
    if "warning" in table:
        _say("warning", table["warning"], json_file)
