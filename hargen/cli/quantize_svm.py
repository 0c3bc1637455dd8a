"""hargen quantize and hargen export --precision int8 of support vector classifiers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hargen.convert.svm.conversion import SvmConversion
    from hargen.convert.svm.report import SvmQuantizeReport

SUFFIX = ".onnx"


def quantize_svm(
    model: Path,
    output: Path,
    representative: Path,
    data: Path | None,
    classes: tuple[str, ...] | None,
    preprocessing: str | None,
    max_drop: float,
    json_file: Path | None,
    force: bool,
) -> SvmConversion:
    """Quantize a classifier, report what that costs, and write it if that is little enough.

    Returns:
        what was made, for the caller to hold against the limit.
    """
    from hargen.cli import console, progress
    from hargen.convert.svm.conversion import convert
    from hargen.convert.svm.report import make_report
    from hargen.convert.write import Result, check_target, write
    from hargen.importers.svm.machine import SUFFIX as QUANTIZED
    from hargen.preprocessing.card import card_path

    check_target(output, model, QUANTIZED, has_card=card_path(model).is_file(), force=force)
    console.check_writable(json_file)
    with progress.stages() as stage:
        result = convert(
            model,
            representative,
            test_data=data,
            classes=classes,
            preprocessing=preprocessing,
            stage=stage,
        )
    report = make_report(result, output.name, max_drop)
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
                source_sha256=result.model.sha256,
                comparison=result.comparison,
            ),
            output,
        )
        console.say(f"{output} written", json_file)
    return result


def converted(
    model: Path,
    representative: Path,
    classes: tuple[str, ...] | None,
    preprocessing: str | None,
    stage: Callable[[str], None],
) -> SvmConversion:
    """Return the quantized form of a classifier for export."""
    from hargen.convert.svm.conversion import convert

    return convert(model, representative, classes=classes, preprocessing=preprocessing, stage=stage)


def _print(report: SvmQuantizeReport, json_file: Path | None) -> None:
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
    share = 100 * report.flash_after / report.flash_before
    say("flash", f"{report.flash_before} B -> {report.flash_after} B, {share:.1f} %")
