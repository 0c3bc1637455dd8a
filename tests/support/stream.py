"""A model's C with a preprocessing of one's own, on this machine, under the sanitizers."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from support.host_model import SANITIZERS, WARNINGS

from hargen.emit.model_context import ModelFacts, model_context, outputs
from hargen.emit.render import render
from hargen.emit.stream_context import in_integers
from hargen.importers.model_file import read
from hargen.optimize.passes import optimize
from hargen.plan.planner import make_plan
from hargen.preprocessing import Preprocessing

FIRMWARE = Path(__file__).resolve().parents[2] / "firmware"
FOLDERS = ("runtime", "preprocess", "link", "app")


@dataclass(frozen=True)
class Taken:
    """What the C made of streams, an entry a window."""

    windows: np.ndarray  # (n, elements) float32 or int32
    outputs: np.ndarray  # (n, bytes)
    classes: np.ndarray
    activities: np.ndarray
    settled: np.ndarray


class StreamProgram:
    """firmware/twin around a model with a preprocessing."""

    def __init__(
        self,
        model: Path,
        spec: Preprocessing,
        folder: Path,
        *,
        cc: str = "cc",
        sanitize: bool = True,
        flags: tuple[str, ...] = (),
        harness: Path = FIRMWARE / "twin/hg_twin.c",
        integers: bool = False,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        source = read(model)
        plan = make_plan(optimize(source.graph))
        classes = tuple(f"c{i}" for i in range(plan.class_count))
        self.plan = plan
        self.integers = in_integers(spec, plan) if integers else None
        facts = ModelFacts(
            "net", model.name, source.sha256, "0" * 64, classes, (), spec, self.integers
        )
        context = model_context(plan, facts)
        # no known answers are needed here, and C has no empty arrays
        context["known_answers"] = [
            {"ctype": "int8_t", "input_lines": ["0,"], "output_lines": ["0,"]}
        ]
        for template, target in outputs(context).items():
            (folder / Path(target).name).write_text(render(f"model/{template}", context))
        self.program = folder / "net"
        command = [cc, "-std=c11", "-O1", "-ffp-contract=off", "-fno-math-errno", *flags]
        command += [*WARNINGS, *(SANITIZERS if sanitize else [])]
        command += [f"-I{folder}", *(f"-I{FIRMWARE / name}" for name in FOLDERS)]
        command += [*map(str, sorted(folder.glob("*.c"))), str(harness)]
        done = subprocess.run(
            [*command, "-lm", "-o", str(self.program)], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        output = plan.tensors[plan.output.tensor]
        size = output.size * (4 if plan.output.is_float else 1)
        elements = plan.tensors[plan.input.tensor].size
        self._record = np.dtype(
            [
                ("window", "<i4" if integers else "<f4", (elements,)),
                ("output", "u1", (size,)),
                ("words", "<u4", (3,)),
            ]
        )

    def take(self, streams: Sequence[np.ndarray]) -> Taken:
        """Return what it makes of streams of int16 (n, 3)."""
        given = b"".join(
            len(stream).to_bytes(4, "little") + stream.astype("<i2").tobytes() for stream in streams
        )
        done = subprocess.run([self.program, "raw"], input=given, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode()
        found = np.frombuffer(done.stdout, self._record)
        words = found["words"].astype(np.int64)
        return Taken(found["window"], found["output"], words[:, 0], words[:, 1], words[:, 2])
