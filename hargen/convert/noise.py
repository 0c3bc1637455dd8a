"""How much of every layer's signal survives quantization."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hargen.ir.graph import Graph
from hargen.ir.ops.quantize import Quantize
from hargen.ir.ops.reshape import Reshape
from hargen.ir.tensor import DType
from hargen.validate import reference_tensors

WINDOWS = 100


@dataclass(frozen=True)
class LayerNoise:
    """One layer. snr_db: 10 log10 of signal power by error power; None where they are equal.

    is_cut: the range was made smaller on purpose; see hargen.convert.logits.
    """

    layer: str
    tensor: str
    snr_db: float | None
    is_cut: bool = False


def layer_noise(
    int8_model: bytes,
    graph: Graph,
    float_model: bytes,
    int8_windows: npt.NDArray[np.generic],
    float_windows: npt.NDArray[np.float32],
) -> list[LayerNoise]:
    """Return the signal-to-noise ratio of every layer's output, the worst first.

    Both files come from one network, and the converter keeps the tensors' names: layers whose
    output has no namesake in the float file are left out.

    Args:
        int8_model: the quantized file.
        graph: its graph.
        float_model: the same network in float32.
        int8_windows: (n, elements) in the quantized file's input dtype.
        float_windows: the same windows in float32.
    """
    computed = [
        operator
        for operator in graph.operators
        if not isinstance(operator, Reshape | Quantize)
        and graph.tensors[operator.output].dtype is DType.INT8
    ]
    exact = reference_tensors.run(float_model, float_windows)
    by_name = {exact.names[index]: values for index, values in exact.values.items()}
    rounded = reference_tensors.run(int8_model, int8_windows, [op.output for op in computed])
    layers = []
    for operator in computed:
        tensor = graph.tensors[operator.output]
        truth = by_name.get(tensor.name)
        if truth is None:
            # The network's output: the int8 file names it anew.
            truth = by_name.get(tensor.name.rstrip("0123456789"))
        found = rounded.values.get(operator.output)
        if truth is None or found is None or truth.shape != found.shape:
            continue
        real = tensor.scale * (found.astype(np.float64) - tensor.zero_point)
        layers.append(LayerNoise(operator.name, _short(tensor.name), _snr_db(truth, real)))
    return sorted(layers, key=lambda layer: np.inf if layer.snr_db is None else layer.snr_db)


def _snr_db(truth: npt.NDArray[np.float32], found: npt.NDArray[np.float64]) -> float | None:
    signal = float((truth.astype(np.float64) ** 2).sum())
    error = float(((truth - found) ** 2).sum())
    return None if error == 0 else float(10 * np.log10(max(signal, 1e-30) / error))


def _short(name: str) -> str:
    """Return the last part of the first name: the converter joins those of fused operators."""
    return "/".join(name.split(";")[0].split("/")[-2:])
