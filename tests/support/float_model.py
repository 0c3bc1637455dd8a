"""Float32 networks on the host: near the reference, and the same bits by every compiler."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from support.host_model import (
    ROOT,
    Run,
    compile_model,
    reference_tensor,
    run_program,
    run_reference,
    write_sources,
)

from hargen.importers.model_file import ModelFile, read
from hargen.plan.plan import Plan


@dataclass(frozen=True)
class Build:
    cc: str
    level: str
    sanitize: bool = False


BUILDS = (
    Build("gcc", "-O1", sanitize=True),
    Build("gcc", "-O0"),
    Build("clang", "-O2"),
    Build("gcc", "-O3"),
    Build("gcc", "-O2"),
)


@dataclass(frozen=True, eq=False)
class FloatModel:
    """A model with its generated C in a folder."""

    model: ModelFile
    plan: Plan
    folder: Path

    @staticmethod
    def write(path: Path, folder: Path) -> FloatModel:
        model = read(path)
        return FloatModel(model, write_sources(model, folder), folder)

    def run(
        self, build: Build, windows: np.ndarray, runtime: Path = ROOT / "firmware/runtime"
    ) -> Run:
        program = compile_model(
            self.folder,
            cc=build.cc,
            sanitize=build.sanitize,
            flags=(build.level,),
            runtime=runtime,
        )
        return run_program(program, self.plan, windows)

    def run_everywhere(self, builds: tuple[Build, ...], windows: np.ndarray) -> Run:
        """Run what each build makes of the C, and see that no bit differs."""
        first, *others = (self.run(build, windows) for build in builds)
        for build, other in zip(builds[1:], others, strict=True):
            for layer, a, b in zip(self.plan.layers, first.layers, other.layers, strict=True):
                assert np.array_equal(a.view(np.uint8), b.view(np.uint8)), (
                    f"{layer.summary}: {build} and {builds[0]} differ"
                )
            assert np.array_equal(first.outputs.view(np.uint32), other.outputs.view(np.uint32))
        return first

    def excess(self, found: Run, windows: np.ndarray, tolerances: dict[int, np.ndarray]) -> str:
        """Return which layer is farther from the reference than it may be; empty if none is."""
        expected = run_reference(self.model, self.plan, windows)
        for layer, a, b in zip(self.plan.layers, found.layers, expected.layers, strict=True):
            limit = tolerances[reference_tensor(self.model, layer.output)]
            values = np.ascontiguousarray(a).view(np.float32).astype(np.float64)
            far = ~(np.abs(values - b) <= limit)  # NaN counts
            if far.any():
                at = tuple(np.argwhere(far)[0])
                return (
                    f"{self.model.path.name}, {layer.summary}: {far.sum()} of {far.size} values are"
                    f" too far off, first at (window, value) {at}: {values[at]} and not"
                    f" {b[at]} +- {limit[at]}"
                )
        return ""
