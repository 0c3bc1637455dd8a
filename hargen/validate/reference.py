"""The judge: LiteRT's reference kernels, which share no line with hargen.

ai-edge-litert with OpResolverType.BUILTIN_REF computes every operator by TensorFlow Lite's plain
reference code, one value after the other. The kernels that an interpreter uses by default (XNNPACK,
optimized) round differently here and there and are not the yardstick.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import metadata
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hargen.errors import ModelError, ToolError

PACKAGE = "ai-edge-litert"
NAME = f"{PACKAGE} BUILTIN_REF"


def version() -> str:
    """Return the version of the reference's package."""
    return metadata.version(PACKAGE)


def run(
    model: bytes,
    windows: NDArray[Any],
    progress: Callable[[int], None] | None = None,
    interpreter_class: Any = None,
    resolver: Any = None,
) -> NDArray[Any]:
    """Return the outputs (n, elements) of a .tflite for every window, by the reference kernels.

    Args:
        model: the model file's bytes.
        windows: (n, elements) in the model's input dtype: float32, or int8 already quantized.
        progress: called with the number of windows done.
        interpreter_class: another class with the interface of LiteRT's Interpreter; a test gives
            TensorFlow's to show that both agree.
        resolver: the BUILTIN_REF of that class's package.

    Raises:
        ModelError: the reference cannot load or run the model, or the windows do not fit it.
        ToolError: the reference's package is not installed.
    """
    if interpreter_class is None:
        interpreter_class, resolver = litert()
    try:
        interpreter = interpreter_class(
            model_content=model, experimental_op_resolver_type=resolver, num_threads=1
        )
        (source,) = interpreter.get_input_details()
        (sink,) = interpreter.get_output_details()
        shape = (1, *(int(size) for size in source["shape"][1:]))
        if tuple(source["shape"]) != shape:
            interpreter.resize_tensor_input(source["index"], shape)
        interpreter.allocate_tensors()
    except (ValueError, RuntimeError) as error:
        raise ModelError(
            f"{NAME} cannot load the model", why=str(error).strip().splitlines()[-1]
        ) from error
    if source["dtype"] != windows.dtype or int(np.prod(shape)) != windows.shape[1]:
        raise ModelError(
            "the windows do not fit the model",
            why=f"it takes {np.dtype(source['dtype']).name} of shape {shape}, "
            f"got {windows.dtype.name} with {windows.shape[1]} values a window",
        )
    outputs = []
    for done, window in enumerate(windows, start=1):
        interpreter.set_tensor(source["index"], window.reshape(shape))
        try:
            interpreter.invoke()
        except (ValueError, RuntimeError) as error:
            raise ModelError(f"{NAME} cannot run the model", why=str(error).strip()) from error
        outputs.append(interpreter.get_tensor(sink["index"]).reshape(-1))
        if progress is not None:
            progress(done)
    empty = np.zeros((0, int(np.prod(sink["shape"][1:]))), sink["dtype"])
    return np.stack(outputs) if outputs else empty


def litert() -> tuple[Any, Any]:
    """Return LiteRT's interpreter and the resolver of its reference kernels.

    Raises:
        ToolError: the package is not installed.
    """
    try:
        from ai_edge_litert.interpreter import Interpreter, OpResolverType
    except ImportError as error:
        raise ToolError(
            f"the reference {NAME} cannot be loaded",
            why=str(error),
            hint=f"pip install --force-reinstall {PACKAGE}, or run without it: --no-reference",
        ) from error
    return Interpreter, OpResolverType.BUILTIN_REF
