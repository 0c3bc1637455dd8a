"""All models, one after the other: what one of them lacks is no reason to leave out the next."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import hargen
from hargen.bench.measure import Request, measure
from hargen.bench.report import Model, Report
from hargen.build.toolchain import find_cmake, find_gcc, find_newlib, find_ninja
from hargen.validate.versions import compiler_of

Watch = Callable[[int, str | Model], None]
"""Called with a model's place in the list, and the step that begins or its figures."""


def bench(models: Sequence[Path], request: Request, watch: Watch) -> Report:
    """Measure every model; one that cannot be measured says why.

    Raises:
        ToolError: there is no compiler, so that none can be.
    """
    find_newlib(find_gcc())
    find_cmake()
    find_ninja()
    found = []
    compiler = None
    with tempfile.TemporaryDirectory(prefix="hargen-bench-") as place:
        for index, path in enumerate(models):
            # one folder for all: of the next, only the network is compiled
            folder = Path(place) / "project"
            model, made = measure(path, request, folder, lambda step, i=index: watch(i, step))  # type: ignore[misc]
            if made is not None:
                compiler = compiler_of(made.image.elf_path)
            found.append(model)
            watch(index, model)
    return Report(
        hargen=hargen.__version__,
        board=request.board.name,
        clock_hz=request.board.clock.hclk_hz,
        optimize=request.optimize,
        compiler=compiler,
        models=tuple(found),
    )
