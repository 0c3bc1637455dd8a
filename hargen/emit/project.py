"""Export: a model file becomes a project folder."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Literal

import hargen
from hargen import files, manifest
from hargen.board import Board
from hargen.emit import input_facts, names
from hargen.emit.build_options import BuildOptions
from hargen.emit.c_only import c_contents
from hargen.emit.contents import project_contents, reference_path
from hargen.emit.fit import check_arithmetic, check_fit
from hargen.emit.known_answers import Reference, known_answers
from hargen.emit.model_context import ModelFacts, edge_shape, model_context
from hargen.emit.place import inspect, place
from hargen.emit.stream_context import in_integers, is_generated
from hargen.emit.tuning_table import tuning_table
from hargen.errors import HargenError, LimitError, ModelError, UsageError
from hargen.importers import model_file
from hargen.importers.model_file import ModelFile
from hargen.ir.graph import Graph
from hargen.ir.tensor import DType
from hargen.lint import lint
from hargen.lint.tree import Tree
from hargen.manifest import Manifest
from hargen.optimize.passes import optimize_apart
from hargen.plan.choice import Choice, Optimize
from hargen.plan.choose import choose
from hargen.plan.front import Limits
from hargen.plan.plan import Edge, Plan
from hargen.plan.planner import make_chosen_plan
from hargen.preprocessing.card import read_card

_ANY_CLOCK = 1e6  # Hz, where nothing depends on it
Content = Literal["project", "c"]


@dataclass(frozen=True, eq=False)
class ExportResult:
    """What export made, for a report.

    notes: sentences that the user should read. broken: rules of hargen lint that the folder breaks
    by files that were in it before.
    """

    folder: Path
    manifest: Manifest
    plan: Plan
    notes: tuple[str, ...]
    broken: tuple[str, ...] = ()


def export(
    model_path: Path,
    folder: Path,
    *,
    board: Board | None,
    reference: Reference,
    name: str = "har",
    classes: tuple[str, ...] | None = None,
    optimize: Optimize = "balanced",
    content: Content = "project",
    force: bool = False,
    converted: bytes | None = None,
    preprocessing: str | None = None,
    has_fpu: bool = True,
    choice: Choice | None = None,
    tuning: manifest.Tuning | None = None,
    limits: Limits | None = None,
) -> ExportResult:
    """Write a project for the board that runs the model.

    Args:
        model_path: .tflite, .onnx or .svm; a card beside it (same name, .toml) says how it wants
            its input.
        folder: the project; see hargen.emit.place for what may be there already.
        board: whose firmware, flags and linker script the project gets; None with content "c",
            where it only limits what the network may need.
        reference: runs the model file, for the known answers that are built into the firmware.
        name: prefix of the C functions.
        classes: names of the outputs; otherwise the card's, or class_0 and so on.
        optimize: speed, size, or a balance of the two.
        content: a project, or the C of the network and its kernels alone.
        force: also write into a folder that holds something else.
        converted: the .tflite or .svm that model_path was converted to, exported in its place.
        preprocessing: in place of the card's: a preset's name or a file with [preprocessing].
        has_fpu: whether the core computes floats by itself, where no board says it.
        choice: how each layer is computed; None takes what is best by estimate.
        tuning: what the choice comes from, for the manifest.
        limits: what the network may take at most, by estimate; nothing where there is a choice.

    Raises:
        LimitError: no way to compute the network keeps the limits.
        ModelError: the model is not usable, not supported, or too large for the board.
        DataError: the card or the class names do not fit the model, or the disk fails.
        UsageError: the name or the folder cannot be used.
    """
    if board is None and content == "project":
        raise UsageError(
            "the board is not named",
            hint="add --board NAME (hargen boards lists them), or --format c for the C alone",
        )
    if converted is None:
        model = model_file.read(model_path)
    else:
        model = model_file.parse(model_path, converted)
    has_fpu = has_fpu if board is None else board.mcu.has_fpu
    try:
        graph = optimize_apart(model.graph)
        if choice is None:
            choice = _chosen(graph, optimize, limits or Limits(), board)
        plan = make_chosen_plan(graph, choice)
        if not has_fpu:
            check_arithmetic(plan, "the core" if board is None else board.name)
        if board is not None:
            check_fit(plan, board)
    except ModelError as error:
        raise error.at(str(model_path)) from None
    card = read_card(model_path)
    notes: list[str] = []
    class_names = input_facts.class_names(
        classes, card, plan.class_count, model_path, notes, in_file=model.classes
    )
    spec = input_facts.preprocessing(
        card, edge_shape(plan.tensors[plan.input.tensor]), model_path, notes, preprocessing
    )
    names.check_name(name)
    facts = ModelFacts(
        name=name,
        file=model_path.name,
        sha256=model.sha256,
        preprocessing_sha256=spec.sha256(),
        classes=class_names,
        known_answers=known_answers(plan, model.content, reference),
        preprocessing=spec,
    )
    integers = None
    if not has_fpu and is_generated(spec, plan):
        integers = in_integers(spec, plan)
        facts = replace(facts, integers=integers)
    context = model_context(plan, facts)
    readme = {
        "preprocessing_name": spec.preset,
        "preprocessing_sha256": facts.preprocessing_sha256,
        "footprint": plan.footprint,
        "level": choice.level,
        "tuning": tuning_table(tuning),
    }
    if board is None or content == "c":
        contents = c_contents(context, model, readme)
    else:
        contents = project_contents(
            context, model, BuildOptions(board, optimize, choice.level), readme
        )
    written = Manifest(
        hargen=hargen.__version__,
        name=name,
        board="" if board is None else board.name,
        content=content,
        optimize=optimize,
        classes=class_names,
        model=manifest.Model(
            source=model_path.name.encode(errors="replace").decode(),
            source_sha256="" if converted is None else files.sha256(model_path),
            file=reference_path(name, model),
            sha256=model.sha256,
            format=model.format,
            precision=_precision(plan, model),
            classes_by="largest output" if plan.votes is None else "votes",
            input=_edge(plan, plan.input),
            output=_edge(plan, plan.output),
        ),
        preprocessing=manifest.Preprocessing(
            sha256=facts.preprocessing_sha256,
            spec=spec.to_table(),
            integers=None if integers is None else manifest.Integers(**asdict(integers.window)),
        ),
        plan=manifest.Footprint(**asdict(plan.footprint)),
        choice=_choice(choice),
        tuning=tuning,
        files={path: files.sha256_bytes(content) for path, content in sorted(contents.items())},
    )
    contents[manifest.FILE_NAME] = manifest.dumps(written).encode()
    if board is not None and content == "project":
        _check_rules(contents, written, board)
    place(contents, inspect(folder, contents, force=force))
    broken: tuple[str, ...] = ()
    if board is not None and content == "project":
        broken = _rules_broken_by_others(folder, written, board)
    return ExportResult(folder, written, plan, tuple(notes), broken)


def _chosen(graph: Graph, optimize: Optimize, limits: Limits, board: Board | None) -> Choice:
    if board is None and limits.us is not None:
        raise UsageError(
            "--max-us needs a board",
            why="its clock says how long an instruction takes",
            hint="add --board NAME (hargen boards lists them)",
        )
    clock_hz = _ANY_CLOCK if board is None else board.clock.hclk_hz
    try:
        return choose(graph, optimize, limits, clock_hz).choice
    except LimitError as error:
        error.hint = "this is by estimate: --tune measures; or allow more"
        raise


def _choice(choice: Choice) -> manifest.Choice:
    return manifest.Choice(
        level=choice.level,
        layers=tuple(
            manifest.Layer(
                layer=layer, kernel=way.kernel, for_size=way.for_size, unrolled=way.unrolled
            )
            for layer, way in choice.layers
        ),
    )


def _check_rules(contents: dict[str, bytes], written: Manifest, board: Board) -> None:
    """Raise HargenError if what is about to be written breaks a rule: the mistake is hargen's."""
    for found in lint.check(Tree.staged(contents), written, board):
        raise HargenError(
            f"the project would break the rule {found.rule}",
            where=f"{found.file}: {found.element}" if found.element else found.file,
            why=found.why,
            hint="nothing was written; please report it with the model or its shapes",
        )


def _rules_broken_by_others(folder: Path, written: Manifest, board: Board) -> tuple[str, ...]:
    """Return the rules that the folder breaks by what was in it before."""
    try:
        found = lint.check(Tree.on_disk(folder), written, board)
    except OSError as error:
        return (f"hargen lint cannot read the folder: {error}",)
    return tuple(f"{one.file}: {one.element}: {one.why} [{one.rule}]" for one in found)


def _precision(plan: Plan, model: ModelFile) -> Literal["int8", "float32"]:
    """Return what the network computes in: the layers of an .svm have floats at their ends only."""
    return "int8" if plan.dtype is DType.INT8 or model.format == "svm" else "float32"


def _edge(plan: Plan, edge: Edge) -> manifest.Tensor:
    tensor = plan.tensors[edge.tensor]
    quantization = tensor.quantization if tensor.dtype is DType.INT8 else None
    return manifest.Tensor(
        shape=edge_shape(tensor),
        dtype="float32" if edge.is_float else "int8",
        scale=None if quantization is None else quantization.scale[0],
        zero_point=0 if quantization is None else quantization.zero_point[0],
    )
