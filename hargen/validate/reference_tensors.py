"""Every tensor of a model, as LiteRT's reference kernels compute it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hargen.validate.reference import litert

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Tensors:
    """Activations over some windows. names: of all the file's tensors, by index."""

    names: tuple[str, ...]
    values: dict[int, Array]


def run(
    model: bytes,
    windows: NDArray[Any],
    tensors: Sequence[int] | None = None,
    progress: Callable[[int], None] | None = None,
) -> Tensors:
    """Return tensors (n, elements) of a .tflite for every window, by the reference kernels.

    Args:
        model: the file's bytes, of a model that hargen.importers has read.
        windows: (n, elements) in the model's input dtype.
        tensors: indices of those wanted; None for all that the operators compute.
        progress: called with the number of windows done.

    Raises:
        ToolError: the reference's package is not installed.
    """
    interpreter_class, resolver = litert()
    interpreter = interpreter_class(
        model_content=model,
        experimental_op_resolver_type=resolver,
        experimental_preserve_all_tensors=True,
        num_threads=1,
    )
    interpreter.allocate_tensors()
    (source,) = interpreter.get_input_details()
    details = {int(d["index"]): d for d in interpreter.get_tensor_details()}
    wanted = sorted(details) if tensors is None else list(tensors)
    rows: dict[int, list[Array]] = {index: [] for index in wanted}
    for done, window in enumerate(windows, start=1):
        interpreter.set_tensor(source["index"], window.reshape(source["shape"]))
        interpreter.invoke()
        for index, found in list(rows.items()):
            try:
                found.append(interpreter.get_tensor(index).reshape(-1))
            except ValueError:  # a tensor that only the optimized kernels fill
                del rows[index]
        if progress is not None:
            progress(done)
    names = tuple(str(details[i]["name"]) if i in details else "" for i in range(max(details) + 1))
    return Tensors(names, {index: np.stack(found) for index, found in rows.items()})
