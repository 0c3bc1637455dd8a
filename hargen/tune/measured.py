"""One way to compute a network, measured on its virtual board, or remembered."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

from hargen import files
from hargen.bench import counting, windows
from hargen.bench.windows import Given
from hargen.board import Board
from hargen.build import compile as compiling
from hargen.build.toolchain import find_gcc
from hargen.device import flashing
from hargen.device.virtual import RunCount, costs
from hargen.emit import project
from hargen.emit.build_options import BuildOptions
from hargen.emit.c_only import runtime_of
from hargen.emit.known_answers import Reference
from hargen.emit.project import ExportResult
from hargen.plan.choice import Choice
from hargen.plan.combine import Cost
from hargen.tune.cache import Cache, Figures, LayerFigures
from hargen.validate import project as projects

WINDOWS = Given(synthetic=4)
"""Few: what a network takes hardly depends on its windows."""

_SCHEMA = 1  # of what is remembered


@dataclass(frozen=True)
class Subject:
    """What is measured: a model on a board.

    reference, converted, preprocessing: as hargen.emit.project.export takes them.
    """

    model: Path
    board: Board
    reference: Reference
    converted: bytes | None = None
    preprocessing: str | None = None


@dataclass(frozen=True)
class Measured:
    """What a network costs in one way.

    around: instructions and cycles beside those of the layers, bytes of flash beside those of the
    layers' code and constants.
    """

    choice: Choice
    instructions: float
    cycles: float
    flash: int
    ram: int
    layers: Mapping[str, Cost]
    around: Cost
    compiler: str
    windows: str


def measure(subject: Subject, choice: Choice, folder: Path, cache: Cache) -> Measured:
    """Return what the network costs if it is computed so.

    Args:
        subject: the model and its board.
        choice: a way for each of its layers.
        folder: for the project; one that is there already is replaced.
        cache: knows what was measured before.

    Raises:
        ModelError, DataError, ToolError, DeviceError: as hargen export, build and flash.
    """
    exported = project.export(
        subject.model,
        folder,
        board=subject.board,
        reference=subject.reference,
        force=True,
        converted=subject.converted,
        preprocessing=subject.preprocessing,
        choice=choice,
    )
    compiler = find_gcc().version
    key = key_of(exported, subject.board, compiler)
    figures = cache.get(key)
    if figures is None:
        figures = _count(exported, folder)
        cache.put(key, figures)
    return _measured(exported, choice, figures, compiler)


def key_of(exported: ExportResult, board: Board, compiler: str) -> str:
    """Return a hash of all that the figures depend on: network, kernels, flags, compiler, prices.

    The firmware around the network is not among it.
    """
    assert exported.manifest.choice is not None
    options = BuildOptions(board, level=exported.manifest.choice.level)
    flags = (*options.cpu_flags, *options.language_flags, options.network_level)
    prices = sorted((kind.name, price) for kind, price in costs.PRICES.items())
    facts = (_SCHEMA, compiler, flags, options.defines, WINDOWS, prices)
    digest = hashlib.sha256(repr(facts).encode())
    for path, content in sorted(_sources(exported).items()):
        digest.update(f"{path}\0{files.sha256_bytes(content)}\n".encode())
    return digest.hexdigest()


def _sources(exported: ExportResult) -> dict[str, bytes]:
    """Return the generated C and the kernels that it includes."""
    model = exported.folder / "Model"
    name = exported.manifest.name
    own = {
        path.name: path.read_bytes()
        for path in (model / f"{name}{end}" for end in (".c", ".h", "_data.c", "_data.h"))
    }
    return own | runtime_of(own.values())


def _count(exported: ExportResult, folder: Path) -> Figures:
    image = compiling.build(folder)
    flashing.flash_virtual(folder, image)
    found = projects.read(folder, lambda _: None)
    rows = windows.read(found, WINDOWS)
    with counting.on_board(found) as board:
        board.check()
        inferences = board.inferences(rows.own)
        layers = board.layers(rows.own, len(exported.plan.layers))
    size = image.footprint
    name = exported.manifest.name
    return Figures(
        instructions=_instructions(inferences),
        cycles=_cycles(inferences),
        flash=size.weights + size.tables + size.code,
        ram=size.activation_ram,
        windows=rows.source,
        layers=tuple(
            LayerFigures(
                instructions=_instructions(runs),
                cycles=_cycles(runs),
                code=image.elf.symbol(f"{name}_layer_{layer.index}").size,
            )
            for layer, runs in zip(exported.plan.layers, layers, strict=True)
        ),
    )


def _instructions(runs: Sequence[RunCount]) -> float:
    return fmean(run.instructions for run in runs)


def _cycles(runs: Sequence[RunCount]) -> float:
    return fmean(run.cycles for run in runs)


def _measured(exported: ExportResult, choice: Choice, figures: Figures, compiler: str) -> Measured:
    plan = exported.plan
    costs_of_layers = {
        layer.name: Cost(found.instructions, found.cycles, found.code)
        for layer, found in zip(plan.layers, figures.layers, strict=True)
    }
    inside = sum(costs_of_layers.values(), Cost(0, 0, 0))
    constants = sum(constant.nbytes for constant in plan.constants)
    return Measured(
        choice=choice,
        instructions=figures.instructions,
        cycles=figures.cycles,
        flash=figures.flash,
        ram=figures.ram,
        layers=costs_of_layers,
        around=Cost(
            figures.instructions - inside.instructions,
            figures.cycles - inside.cycles,
            figures.flash - inside.code - constants,
        ),
        compiler=compiler,
        windows=figures.windows,
    )
