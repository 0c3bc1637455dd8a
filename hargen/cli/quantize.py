"""hargen quantize: a trained model becomes an int8 .tflite or .svm, with what that costs."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from hargen.cli import quantize_svm
from hargen.cli.options import Classes, InsteadOfCards, JsonFile, class_names

if TYPE_CHECKING:
    from hargen.convert.comparison import Comparison
    from hargen.convert.report import QuantizeReport

LAYERS_SHOWN = 8


class Edges(StrEnum):
    """Number format at the two ends of the network."""

    float = "float"
    int8 = "int8"


Representative: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--representative",
        "-r",
        metavar="DATA",
        help="To quantize by: windows to calibrate on, at least 100, of all classes.",
    ),
]
MaxDrop: TypeAlias = Annotated[
    float,
    typer.Option(
        "--max-drop", min=0.0, metavar="POINTS", help="Accuracy that int8 may lose, in points."
    ),
]
EdgesOption: TypeAlias = Annotated[
    Edges, typer.Option("--edges", help="Format of the network's input and output.")
]


def quantize(
    model: Annotated[
        Path, typer.Argument(metavar="MODEL", help="A trained model: .keras, .h5, .onnx of an SVC.")
    ],
    output: Annotated[
        Path,
        typer.Option(
            "--output", "-o", metavar="FILE", help="The .tflite or, of an SVC, .svm to write."
        ),
    ],
    representative: Representative = None,
    data: Annotated[
        Path | None,
        typer.Option(
            "--data", "-d", metavar="DATA", help="Windows to measure on; else those of -r."
        ),
    ] = None,
    classes: Classes = None,
    preprocessing: InsteadOfCards = None,
    max_drop: MaxDrop = 1.0,
    edges: EdgesOption = Edges.float,
    json_file: JsonFile = None,
    force: Annotated[
        bool,
        typer.Option(
            "--force", "-f", help="Write the result past --max-drop, and over another's card."
        ),
    ] = False,
) -> None:
    """Quantize a Keras model or an SVC to int8 and report what that costs."""
    from hargen.cli import console, progress
    from hargen.convert.conversion import convert
    from hargen.convert.report import make_report
    from hargen.convert.write import Result, check_target, write
    from hargen.preprocessing.card import card_path

    if representative is None:
        raise no_representative_data(model)
    if model.suffix == quantize_svm.SUFFIX:
        check_edges(model, edges)
        found = quantize_svm.quantize_svm(
            model,
            output,
            representative,
            data,
            class_names(classes),
            preprocessing,
            max_drop,
            json_file,
            force,
        )
        _check_drop(
            found.comparison,
            max_drop,
            model,
            "leave it in float32, or raise --max-drop; --force writes the result nevertheless",
        )
        return
    check_target(output, model, ".tflite", has_card=card_path(model).is_file(), force=force)
    console.check_writable(json_file)
    with progress.stages() as stage:
        result = convert(
            model,
            representative,
            test_data=data,
            classes=class_names(classes),
            preprocessing=preprocessing,
            edges=edges.value,
            stage=stage,
        )
        stage("measuring the noise of each layer")
        report = make_report(result, output.name, max_drop, model.stat().st_size)
    for warning in result.warnings:
        console.warn(warning)
    for note in result.notes:
        console.note(note)
    _print(report, json_file)
    console.write_json(report.model_dump_json(indent=2) + "\n", json_file)
    if report.passed or force:
        write(
            Result(
                content=result.content,
                card=result.card,
                classes=result.classes,
                source=model,
                source_sha256=result.keras.sha256,
                comparison=result.comparison,
            ),
            output,
        )
        console.say(f"{output} written", json_file)
    _check_drop(
        result.comparison,
        max_drop,
        model,
        "give more representative data, train quantization-aware, or raise --max-drop; --force"
        " writes the result nevertheless",
    )


def quantized(
    model: Path,
    representative: Path,
    classes: tuple[str, ...] | None,
    max_drop: float,
    edges: Edges,
    preprocessing: str | None = None,
) -> bytes | None:
    """Return the int8 form of a Keras model or an SVC for export; None for any other model.

    Raises:
        LimitError: it loses more accuracy than max_drop on the representative windows.
    """
    from hargen.cli import console, progress
    from hargen.convert.conversion import Conversion, convert
    from hargen.convert.svm.conversion import SvmConversion
    from hargen.importers.keras.model import is_keras

    result: Conversion | SvmConversion
    if model.suffix == quantize_svm.SUFFIX:
        check_edges(model, edges)
        with progress.stages() as stage:
            result = quantize_svm.converted(model, representative, classes, preprocessing, stage)
        hint = "leave --representative away for float32; --max-drop sets the limit"
    elif is_keras(model):
        with progress.stages() as stage:
            result = convert(
                model,
                representative,
                classes=classes,
                preprocessing=preprocessing,
                edges=edges.value,
                stage=stage,
            )
        hint = "hargen quantize shows which layers lose it; --max-drop sets the limit"
    else:
        console.note("--representative is for Keras models and SVCs and has no part in this one")
        return None
    for warning in result.warnings:
        console.warn(warning)
    found = result.comparison
    _check_drop(found, max_drop, model, hint)
    accuracy = ""
    if found.before is not None and found.after is not None:
        accuracy = f"accuracy {100 * found.before:.2f} % -> {100 * found.after:.2f} %, "
    console.note(
        f"quantized to int8 on {len(result.calibration)} windows: {accuracy}"
        f"{100 * found.agreement:.2f} % of {found.windows} windows keep their class"
    )
    return result.content


def check_edges(model: Path, edges: Edges) -> None:
    """Refuse int8 edges of a support vector classifier.

    Raises:
        UsageError: they were asked for.
    """
    from hargen.errors import UsageError

    if edges is Edges.int8:
        raise UsageError(
            "--edges int8 is for Keras models",
            where=str(model),
            why="a support vector classifier takes and gives float32, quantized as well",
        )


def _check_drop(found: Comparison, max_drop: float, model: Path, hint: str) -> None:
    """Raise LimitError unless what int8 loses is within the limit."""
    from hargen.errors import LimitError

    if found.drop <= max_drop:
        return
    what = f"int8 loses {found.drop:.2f} points of accuracy, more than {max_drop:g}"
    if found.before is None or found.after is None:
        what = (
            f"int8 changes the class of {found.drop:.2f} % of the windows, more than {max_drop:g} %"
        )
        hint = f"--classes says which are right and which are lost; {hint}"
    raise LimitError(what, where=str(model), hint=hint)


def no_representative_data(model: Path) -> Exception:
    """Return the error for a model that came without data to calibrate on."""
    from hargen.errors import UsageError

    return UsageError(
        "a model needs representative data to be quantized",
        where=str(model),
        hint="--representative DATA: at least 100 windows like those that it was trained on, some"
        " of every class; .npz, a mobility_v1 pickle, st_har_26hz or wisdm51 (docs/data.md)",
    )


def _print(report: QuantizeReport, json_file: Path | None) -> None:
    from hargen.cli import console

    def say(name: str, text: str) -> None:
        console.say(f"  {name:<15} {text}", json_file)

    before, after = report.before, report.after
    console.say(f"{before.file} -> {after.file}", json_file)
    say("calibrated on", f"{report.calibrated_on}; {report.calibration_windows} windows taken")
    say("measured on", f"{report.measured_on}; {report.judged} of {report.windows} windows judged")
    if before.accuracy is None or after.accuracy is None:
        say("accuracy", "unknown: the data's classes are not the model's; see --classes")
        say("drop", f"at most {report.drop:.2f} points, limit {report.max_drop:g}")
    else:
        say("accuracy", f"{100 * before.accuracy:.2f} % in float by {before.computed_by}")
        say("", f"{100 * after.accuracy:.2f} % in int8 by {after.computed_by}")
        say("drop", f"{report.drop:.2f} points, limit {report.max_drop:g}")
    say("same class", f"{100 * report.agreement:.2f} % of windows")
    if report.logits_margin is not None:
        say("logits", f"kept down to {report.logits_margin:g} below the largest (docs/quantize.md)")
    if report.logits_offsets:
        say("ties" if report.logits_margin is not None else "logits", "shared between the classes")
    say("size", f"{before.bytes} B -> {after.bytes} B")
    for index, layer in enumerate(report.layers[:LAYERS_SHOWN]):
        cut = ", range cut on purpose" if layer.is_cut else ""
        ratio = "exact" if layer.snr_db is None else f"{layer.snr_db:5.1f} dB"
        say("worst layers" if index == 0 else "", f"{ratio}  {layer.layer}: {layer.tensor}{cut}")
