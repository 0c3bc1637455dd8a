"""Generated C on the host: emit, compile under the sanitizers, run, take every tensor back."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import tflite
from ai_edge_litert.interpreter import Interpreter, OpResolverType

from hargen.emit.model_context import ModelFacts, model_context, outputs
from hargen.emit.render import render
from hargen.importers.model_file import ModelFile, read
from hargen.ir.ops.reshape import Reshape
from hargen.optimize.passes import optimize
from hargen.plan.plan import Plan
from hargen.plan.planner import make_plan

ROOT = Path(__file__).resolve().parents[2]
HARNESS = ROOT / "tests/c/model/harness.c"
# The set of docs/architecture.md, "Generated C".
WARNINGS = [
    *("-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wsign-conversion", "-Wshadow"),
    *("-Wcast-qual", "-Wdouble-promotion", "-Wundef", "-Wvla", "-Wstrict-prototypes"),
    *("-Wmissing-prototypes", "-Werror"),
]
SANITIZERS = [
    "-fsanitize=address,undefined",
    "-fno-sanitize-recover=all",
    "-fno-omit-frame-pointer",
]
NAME = "net"


@dataclass
class Run:
    """What one implementation gave for every window."""

    layers: list[np.ndarray]  # one (windows, bytes) int8 array a layer
    outputs: np.ndarray  # (windows, elements)


def write_sources(model: ModelFile, folder: Path, *, for_speed: bool = False) -> Plan:
    """Emit the model's C alone into a folder and return its plan."""
    return write_plan(model, make_plan(optimize(model.graph), for_speed=for_speed), folder)


def write_plan(model: ModelFile, plan: Plan, folder: Path) -> Plan:
    """Emit the C of one way to compute a model."""
    classes = tuple(f"c{i}" for i in range(plan.class_count))
    facts = ModelFacts(NAME, model.path.name, model.sha256, "0" * 64, classes, ())
    context = model_context(plan, facts)
    for template, target in outputs(context).items():
        if template != "hg_model.c.j2":  # the app's seam needs the app
            path = folder / Path(target).name
            path.write_text(render(f"model/{template}", context))
    return plan


def compile_model(
    folder: Path,
    *,
    cc: str = "cc",
    sanitize: bool = True,
    flags: tuple[str, ...] = (),
    runtime: Path = ROOT / "firmware/runtime",
    harness: Path = HARNESS,
) -> Path:
    """Compile the emitted model with a harness and return the program.

    `runtime` may be another folder of kernels: one with a mistake, to see that it shows.
    """
    program = folder / "net"
    command = [
        cc,
        "-std=c11",
        "-O1",
        "-ffp-contract=off",
        *WARNINGS,
        *(SANITIZERS if sanitize else []),
        *flags,
        f"-I{folder}",
        f"-I{runtime}",
        str(folder / "net.c"),
        str(folder / "net_data.c"),
        str(harness),
        "-lm",
        "-o",
        str(program),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return program


def run_program(program: Path, plan: Plan, windows: np.ndarray) -> Run:
    """Run the compiled model over windows of its own input type."""
    done = subprocess.run([program], input=windows.tobytes(), capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    sizes = [plan.tensors[layer.output].nbytes for layer in plan.layers]
    output = plan.tensors[plan.output.tensor]
    dtype = np.dtype(np.float32 if plan.output.is_float else np.int8)
    output_bytes = output.size * dtype.itemsize
    row = sum(sizes) + 2 * output_bytes
    raw = np.frombuffer(done.stdout, dtype=np.uint8).reshape(len(windows), row)
    ends = np.cumsum([0, *sizes])
    layers = [raw[:, a:b].copy().view(np.int8) for a, b in pairwise(ends)]
    by_steps = raw[:, ends[-1] : ends[-1] + output_bytes].copy().view(dtype)
    at_once = raw[:, ends[-1] + output_bytes :].copy().view(dtype)
    assert np.array_equal(by_steps.view(np.uint8), at_once.view(np.uint8)), (
        "net_run differs from its steps"
    )
    return Run(layers, at_once)


def run_reference(model: ModelFile, plan: Plan, windows: np.ndarray) -> Run:
    """Run LiteRT's reference kernels and take the tensors that the generated code stores."""
    interpreter = Interpreter(
        model_content=model.content,
        experimental_op_resolver_type=OpResolverType.BUILTIN_REF,
        experimental_preserve_all_tensors=True,
    )
    interpreter.allocate_tensors()
    (source,), (sink,) = interpreter.get_input_details(), interpreter.get_output_details()
    tensors = [reference_tensor(model, layer.output) for layer in plan.layers]
    layers: list[list[np.ndarray]] = [[] for _ in tensors]
    outputs_ = []
    for window in windows:
        interpreter.set_tensor(source["index"], window.reshape(source["shape"]))
        interpreter.invoke()
        for found, tensor in zip(layers, tensors, strict=True):
            found.append(interpreter.get_tensor(tensor).reshape(-1))
        outputs_.append(interpreter.get_tensor(sink["index"]).reshape(-1))
    return Run([np.stack(found) for found in layers], np.stack(outputs_))


def reference_tensor(model: ModelFile, tensor: int) -> int:
    """Return the model file's tensor with the values of a plan's tensor.

    The importer or a pass may have put a tensor in front of a reshape, whose output has its values.
    """
    if tensor < tflite.Model.GetRootAsModel(model.content, 0).Subgraphs(0).TensorsLength():
        return tensor
    for operator in optimize(model.graph).operators:
        if isinstance(operator, Reshape) and operator.input == tensor:
            return operator.output
    raise AssertionError(f"tensor {tensor} is not in the model file")


def check(
    path: Path,
    windows: np.ndarray,
    folder: Path,
    *,
    for_speed: bool = False,
    **options: object,
) -> tuple[Run, Run]:
    """Export, compile, run and compare with the reference: every stored tensor, every output."""
    model = read(path)
    plan = write_sources(model, folder, for_speed=for_speed)
    found = run_program(compile_model(folder, **options), plan, windows)
    expected = run_reference(model, plan, windows)
    for layer, a, b in zip(plan.layers, found.layers, expected.layers, strict=True):
        wrong = np.argwhere(a != b)
        assert len(wrong) == 0, (
            f"{path.name}, {layer.summary}: {len(wrong)} of {a.size} values differ, first"
            f" at (window, value) {wrong[0]}: {a[tuple(wrong[0])]} and not {b[tuple(wrong[0])]}"
        )
    assert np.array_equal(found.outputs.view(np.uint8), expected.outputs.view(np.uint8)), path.name
    return found, expected
