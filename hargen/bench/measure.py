"""One model, measured: what its image holds, and what its inferences and layers take."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hargen import files, models
from hargen.bench import counting, windows
from hargen.bench.made import Made, Tell, make
from hargen.bench.report import FAILED, MEASURED, Layer, Model, Spread
from hargen.bench.windows import Given
from hargen.board import Board
from hargen.convert.float32 import to_float32
from hargen.device.virtual import RunCount
from hargen.errors import HargenError
from hargen.importers.keras.model import is_keras
from hargen.plan.choice import Optimize
from hargen.plan.plan import Plan
from hargen.validate import project

EMBEDDED = "default"


@dataclass(frozen=True)
class Request:
    """What a user asked for, but for the models."""

    board: Board
    given: Given = field(default_factory=Given)
    optimize: Optimize = "balanced"


def measure(name: Path, request: Request, folder: Path, tell: Tell) -> tuple[Model, Made | None]:
    """Return a model's figures, or why there are none, and what was made of it.

    Args:
        name: of the file; `default` is the embedded model, where there is no such file.
        request: board, windows, what to optimize for.
        folder: for the project; one that is there already is replaced.
        tell: is told what is done.
    """
    path = models.default().tflite if str(name) == EMBEDDED and not name.exists() else name
    known: dict[str, Any] = {"model": str(name), "notes": []}
    made = None
    try:
        made = _make(path, request, folder, tell, known)
        known.update(_costs(made, request, folder, tell, known["notes"].append))
    except HargenError as error:
        text = str(error).removeprefix(f"{path}: ").replace(str(folder), folder.name)
        return _failed(known, text, error.exit_code), made
    except Exception as error:  # a mistake of hargen's about one model
        if os.environ.get("HARGEN_DEBUG", "") not in ("", "0"):
            raise
        return _failed(known, f"internal error: {type(error).__name__}: {error}", 1), made
    return Model(**known, status=MEASURED), made


def _failed(known: dict[str, Any], text: str, exit_code: int) -> Model:
    why = " / ".join(line.strip() for line in text.splitlines() if line.strip())
    return Model(**known, status=FAILED + why, exit_code=exit_code)


def _make(path: Path, request: Request, folder: Path, tell: Tell, known: dict[str, Any]) -> Made:
    converted = None
    if is_keras(path):
        tell("convert")
        converted = to_float32(path)
        known["notes"].append("a Keras model, measured in float32")
    made = make(
        path,
        folder,
        request.board,
        tell,
        optimize=request.optimize,
        converted=converted,
    )
    known["sha256"] = files.sha256(path)
    return made


def _costs(made: Made, request: Request, folder: Path, tell: Tell, warn: Tell) -> dict[str, Any]:
    manifest, plan, size = made.exported.manifest, made.exported.plan, made.image.footprint
    found = project.read(folder, lambda _: None)
    rows = windows.read(found, request.given)
    with counting.on_board(found, warn) as board:
        tell("count")
        board.check()
        inferences = board.inferences(rows.own)
        between = [] if rows.int8 is None else board.int8_inferences(rows.int8)
        tell("count layers")
        layers = board.layers(rows.own, len(plan.layers))
    cycles = Spread.of([run.cycles for run in inferences])
    return {
        "precision": manifest.model.precision,
        "windows": len(rows.own),
        "windows_from": rows.source,
        "maccs": plan.footprint.maccs,
        "instructions": _instructions(inferences),
        "instructions_int8": _instructions(between) if between else None,
        "cycles": cycles,
        "estimated_ms": round(1000 * cycles.mean / request.board.clock.hclk_hz, 4),
        "activation_ram_bytes": size.activation_ram,
        "stack_bytes": board.stack_high_water,
        "weights_flash_bytes": size.weights,
        "tables_flash_bytes": size.tables,
        "code_flash_bytes": size.code,
        "flash_bytes": size.weights + size.tables + size.code,
        "layers": tuple(_layers(plan, layers)),
    }


def _layers(plan: Plan, counted: Sequence[Sequence[RunCount]]) -> list[Layer]:
    return [
        Layer(
            index=layer.index,
            summary=layer.summary,
            kernel=layer.kernel.function,
            input_channels=plan.tensors[layer.kernel.inputs[0]].shape[-1],
            maccs=layer.maccs,
            instructions=_instructions(runs),
            cycles=Spread.of([run.cycles for run in runs]).mean,
        )
        for layer, runs in zip(plan.layers, counted, strict=True)
    ]


def _instructions(runs: Sequence[RunCount]) -> Spread:
    return Spread.of([run.instructions for run in runs])
